/**
 * The way out. With jobs at work the user says what becomes of them: they stop with a checkpoint, or Doppel closes its
 * window, goes on without one, and ends when they have; started again meanwhile, it opens a window over the same work.
 * The backend is gone before Electron is.
 */
import type { App } from 'electron';
import type { BackendProcess } from './backendProcess.ts';
import type { Closing } from './dialogs.ts';
import type { MainWindow } from './window.ts';

export interface LeavingParts {
  readonly app: App;
  readonly window: MainWindow;
  readonly backend: BackendProcess;
  ask(jobs: number): Promise<Closing>;
  isReading(): boolean;
  /** Whether a reader of a study, who is in the middle of it, wants to leave. */
  askReader(): Promise<boolean>;
}

export interface Leaving {
  /** Started again, or woken: shows the window, unless Doppel is about to end; then it starts anew when it has. */
  comeBack(): void;
  /** Call it when a job may have ended: without a window, Doppel ends with the last one. */
  check(): void;
}

export function leaveWithCare({ app, window, backend, ask, isReading, askReader }: LeavingParts): Leaving {
  let state: 'open' | 'asking' | 'background' | 'leaving' = 'open';
  let isWantedAgain = false;

  const leave = async (): Promise<void> => {
    if (state === 'leaving') return;
    state = 'leaving';
    window.hide(); // a training may take a minute to write its checkpoint
    await backend.stop();
    if (isWantedAgain) app.relaunch();
    app.exit(0);
  };

  const decide = async (): Promise<void> => {
    if (state === 'asking' || state === 'leaving') return;
    if (isReading()) {
      state = 'asking';
      const leaves = await askReader();
      state = 'open';
      if (!leaves) return;
    }
    const jobs = backend.jobsAlive().length;
    if (jobs === 0) return leave();
    state = 'asking';
    const choice = await ask(jobs);
    state = 'open';
    switch (choice) {
      case 'stay':
        return;
      case 'stop':
        return leave();
      case 'background':
        state = 'background';
        window.current()?.destroy();
        check(); // the last job may have ended while the question was open
    }
  };

  const check = (): void => {
    if (state === 'background' && backend.jobsAlive().length === 0) void leave();
  };

  window.onClose((event) => {
    if (process.platform === 'darwin' && state !== 'leaving') return; // there, an application outlives its window
    event.preventDefault();
    void decide();
  });
  app.on('before-quit', (event) => {
    event.preventDefault();
    void decide();
  });
  app.on('window-all-closed', () => undefined); // who ends Doppel is decided here
  // A session that ends, or a person at a terminal, does not wait for an answer.
  process.on('SIGTERM', () => void leave());
  process.on('SIGINT', () => void leave());
  process.on('SIGHUP', () => {
    if (state !== 'background') void leave(); // a terminal may close over work in the background
  });

  return {
    check,
    comeBack: () => {
      if (state === 'leaving') {
        isWantedAgain = true;
        return;
      }
      if (state === 'background') state = 'open';
      window.show();
    },
  };
}
