/** The desktop application, from its start to its end. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { app, ipcMain, protocol, session, type BrowserWindow } from 'electron';
import { serveInterface } from './appProtocol.ts';
import { startBackend } from './backendProcess.ts';
import { closeWithCare } from './closing.ts';
import { answerCalls } from './ipc.ts';
import { setMenu } from './menu.ts';
import { placesOf } from './places.ts';
import { lockDown, lockSession } from './security.ts';
import { openSettings } from './settingsFile.ts';
import { applySettings, shellHandlers } from './shellHandlers.ts';
import { serveVolumes } from './volumeProtocol.ts';
import { openWindow, tell, type Told } from './window.ts';

const privileges = { standard: true, secure: true, supportFetchAPI: true, stream: true, corsEnabled: true };

async function start(): Promise<void> {
  const places = placesOf(app);
  mkdirSync(app.getPath('userData'), { recursive: true });
  const settings = openSettings(join(app.getPath('userData'), 'settings.json'), {
    theme: 'system',
    language: 'en',
    threads: null,
    projectsFolder: join(app.getPath('documents'), 'Doppel'),
    recentProjects: [],
  });
  let window: BrowserWindow | null = null;
  const say = (message: Told): void => tell(window, message);
  const backend = startBackend({
    node: places.node,
    entry: places.backendEntry,
    folder: places.backendFolder,
    logFile: places.backendLog,
    onEvent: (event) => say({ event }),
    onState: (state) => say({ backend: state }),
  });
  applySettings(settings, backend);

  await app.whenReady();
  lockSession(session.defaultSession);
  serveInterface(protocol, places.interfaceFolder);
  serveVolumes(protocol, (input) => backend.call('file.locate', input));
  setMenu(app, places.backendLog);
  const opened = openWindow(places.preload);
  window = opened;
  opened.webContents.on('did-finish-load', () => say({ backend: backend.state() }));
  answerCalls(ipcMain, backend, shellHandlers({ app, window: opened, backend, settings }));
  closeWithCare(app, opened, backend);
  app.on('second-instance', () => opened.show());
}

if (app.requestSingleInstanceLock()) {
  lockDown(app);
  protocol.registerSchemesAsPrivileged([
    { scheme: 'app', privileges },
    { scheme: 'volume', privileges },
  ]);
  void start();
} else {
  app.quit(); // the one that is open comes to the front
}
