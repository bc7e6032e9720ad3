/** The desktop application, from its start to its end. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { app, ipcMain, nativeTheme, protocol, session } from 'electron';
import { serveInterface } from './appProtocol.ts';
import { startBackend } from './backendProcess.ts';
import { askAboutJobs, askAboutReading } from './dialogs.ts';
import { announceEnd } from './announceEnd.ts';
import { answerCalls } from './ipc.ts';
import { leaveWithCare, type Leaving } from './leaving.ts';
import { setMenu } from './menu.ts';
import { placesOf } from './places.ts';
import { createReadingMode } from './readingMode.ts';
import { lockDown, lockSession } from './security.ts';
import { openSettings } from './settingsFile.ts';
import { shellHandlers } from './shellHandlers.ts';
import { serveVolumes } from './volumeProtocol.ts';
import { createMainWindow, type MainWindow } from './window.ts';
import { wordsOf } from './words.ts';

const privileges = { standard: true, secure: true, supportFetchAPI: true, stream: true, corsEnabled: true };

async function start(): Promise<void> {
  const places = placesOf(app);
  const userData = app.getPath('userData');
  mkdirSync(userData, { recursive: true });
  const settings = openSettings(join(userData, 'settings.json'), {
    theme: 'system',
    language: 'en',
    threads: null,
    projectsFolder: join(app.getPath('documents'), 'Doppel'),
    recentProjects: [],
  });
  const words = (): ReturnType<typeof wordsOf> => wordsOf(settings.get().language);
  const reading = createReadingMode();
  let window: MainWindow | null = null;
  let leaving: Leaving | null = null;
  const backend = startBackend({
    node: places.node,
    entry: places.backendEntry,
    folder: places.backendFolder,
    logFile: places.backendLog,
    onEvent: (event) => {
      if (!reading.isOn()) window?.tell({ event });
      if (window?.current() === null) announceEnd({ event, words: words(), onClick: () => leaving?.comeBack() });
      leaving?.check();
    },
    onState: (state) => {
      // Its errors name files.
      window?.tell({ backend: reading.isOn() ? { ...state, error: null } : state });
      leaving?.check();
    },
  });
  const apply = (): void => {
    const { theme, threads } = settings.get();
    nativeTheme.themeSource = theme;
    backend.limitThreads(threads);
    setMenu({
      words: words(),
      logFile: places.backendLog,
      isDevelopment: !app.isPackaged,
      onPage: (page) => {
        if (reading.isOn()) return;
        window?.show();
        window?.tell({ page });
      },
    });
  };

  await app.whenReady();
  lockSession(session.defaultSession);
  serveInterface(protocol, places.interfaceFolder);
  serveVolumes(protocol, reading, (input) => backend.call('file.locate', input));
  apply();
  const opened = createMainWindow({
    preload: places.preload,
    placeFile: join(userData, 'window.json'),
    reading,
    backendState: () => backend.state(),
  });
  window = opened;
  answerCalls({
    ipcMain,
    backend,
    reading,
    handlers: shellHandlers({ app, window: opened, backend, settings, apply }),
  });
  const left = leaveWithCare({
    app,
    window: opened,
    backend,
    isReading: () => reading.isOn(),
    askReader: () => askAboutReading(opened.current(), words()),
    ask: (jobs) => askAboutJobs({ window: opened.current(), words: words(), language: settings.get().language, jobs }),
  });
  leaving = left;
  app.on('second-instance', () => left.comeBack());
  app.on('activate', () => left.comeBack()); // its icon in the dock of macOS
  opened.show();
}

if (app.requestSingleInstanceLock()) {
  lockDown(app);
  protocol.registerSchemesAsPrivileged([
    { scheme: 'app', privileges },
    { scheme: 'volume', privileges },
    { scheme: 'report', privileges: { standard: true, secure: true } },
  ]);
  void start();
} else {
  app.quit(); // the one that runs comes to the front
}
