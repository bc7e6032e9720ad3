/** The way out: with jobs at work the user says what becomes of them, and the backend is gone before Electron is. */
import type { App, BrowserWindow } from 'electron';
import type { BackendProcess } from './backendProcess.ts';
import { askAboutJobs } from './dialogs.ts';

export function closeWithCare(app: App, window: BrowserWindow, backend: BackendProcess): void {
  let state: 'open' | 'asking' | 'leaving' = 'open';

  const leave = async (): Promise<void> => {
    state = 'leaving';
    window.hide(); // a training may take a minute to write its checkpoint
    await backend.stop();
    app.exit(0);
  };

  const decide = async (): Promise<void> => {
    const jobs = backend.jobsAlive();
    if (jobs === 0) return leave();
    state = 'asking';
    const choice = await askAboutJobs(window, jobs);
    state = 'open';
    switch (choice) {
      case 'stay':
        return;
      case 'stop':
        return leave();
      case 'finish':
        backend.letFinish();
        app.exit(0);
    }
  };

  window.on('close', (event) => {
    event.preventDefault();
    if (state === 'open') void decide();
  });
}
