/** The one window: sandboxed, isolated, without Node. */
import { BrowserWindow, nativeTheme } from 'electron';
import type { BackendEvent } from '#contract/events.ts';
import { uiOrigin } from './appProtocol.ts';
import type { BackendState } from './backendProcess.ts';

/** Shown until the first picture of the page: the interface's own grounds, so that nothing flashes. */
const ground = { light: '#ffffff', dark: '#15171a' };

export function openWindow(preload: string): BrowserWindow {
  const window = new BrowserWindow({
    title: 'Doppel',
    width: 1440,
    height: 900,
    minWidth: 960,
    minHeight: 620,
    show: false,
    autoHideMenuBar: true,
    backgroundColor: nativeTheme.shouldUseDarkColors ? ground.dark : ground.light,
    webPreferences: {
      preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
      webviewTag: false,
      spellcheck: false, // would fetch dictionaries
      navigateOnDragDrop: false,
    },
  });
  window.once('ready-to-show', () => window.show());
  void window.loadURL(`${uiOrigin}/index.html`);
  return window;
}

/** What the window is told without having asked. */
export type Told = { readonly event: BackendEvent } | { readonly backend: BackendState };

export function tell(window: BrowserWindow | null, message: Told): void {
  if (window?.isDestroyed() === false) window.webContents.send('event', message);
}
