/** The window: one at most, sandboxed, isolated, without Node. Doppel lives on without one while jobs finish. */
import { BrowserWindow, nativeTheme, screen } from 'electron';
import type { BackendEvent } from '#contract/events.ts';
import type { PageName } from '#contract/shell.ts';
import { uiOrigin } from './appProtocol.ts';
import type { BackendState } from './backendProcess.ts';
import type { ReadingMode } from './readingMode.ts';
import { keepPlace, placeOn, readPlace, smallest } from './windowPlace.ts';

/** Shown until the first picture of the page: the interface's own grounds, so that nothing flashes. */
const ground = { light: '#ffffff', dark: '#15171a' };

/** What the window is told without having asked. */
export type Told = { readonly event: BackendEvent } | { readonly backend: BackendState } | { readonly page: PageName };

export interface MainWindow {
  /** null while there is none. */
  current(): BrowserWindow | null;
  /** Brings it to the front; opens it if there is none. */
  show(): void;
  /** Out of sight at once, for good: what is left to do may take a while. */
  hide(): void;
  /** Nobody hears it when there is none. */
  tell(message: Told): void;
  /** Fills the screen for a reader of a study, or goes back. */
  setReading(isOn: boolean): void;
  /** Told when the user closes it; who does not want that prevents it. */
  onClose(listener: (event: { preventDefault(): void }) => void): void;
}

export interface MainWindowOptions {
  readonly preload: string;
  /** Where its size and position are kept. */
  readonly placeFile: string;
  readonly reading: ReadingMode;
  /** How the backend is, told to each page that was loaded. */
  backendState(): BackendState;
}

/** Call it when the application is ready. */
export function createMainWindow({ preload, placeFile, reading, backendState }: MainWindowOptions): MainWindow {
  let window: BrowserWindow | null = null;
  let onClose: (event: { preventDefault(): void }) => void = () => undefined;

  const tell = (message: Told): void => window?.webContents.send('event', message);

  const keep = (from: BrowserWindow): void => {
    try {
      keepPlace(placeFile, { bounds: from.getNormalBounds(), isMaximized: from.isMaximized() });
    } catch (error) {
      console.error("The window's place could not be kept:", error); // it closes all the same
    }
  };

  const setReading = (isOn: boolean): void => {
    if (isOn !== reading.isOn()) {
      reading.set(isOn);
      window?.setKiosk(isOn);
      window?.setAutoHideMenuBar(!isOn); // else Alt would show it
      window?.setMenuBarVisibility(false);
    }
    if (!isOn) tell({ backend: backendState() });
  };

  const open = (): void => {
    const areas = [screen.getPrimaryDisplay(), ...screen.getAllDisplays()].map(({ workArea }) => workArea);
    const [main, ...others] = areas as [(typeof areas)[number], ...typeof areas];
    const { bounds, isMaximized } = placeOn(readPlace(placeFile), [main, ...others]);
    const fresh = new BrowserWindow({
      title: 'Doppel',
      ...bounds,
      minWidth: smallest.width,
      minHeight: smallest.height,
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
    window = fresh;
    fresh.once('ready-to-show', () => {
      if (isMaximized) fresh.maximize();
      fresh.show();
    });
    fresh.on('close', (event) => {
      keep(fresh);
      onClose(event);
    });
    fresh.on('closed', () => {
      window = null;
      reading.set(false);
    });
    fresh.webContents.on('did-finish-load', () => setReading(false));
    void fresh.loadURL(`${uiOrigin}/index.html`);
  };

  return {
    current: () => window,
    tell,
    setReading,
    hide: () => {
      if (window === null) return;
      keep(window);
      window.hide();
    },
    show: () => {
      if (window === null) {
        open();
        return;
      }
      if (window.isMinimized()) window.restore();
      window.show();
      window.focus();
    },
    onClose: (listener) => {
      onClose = listener;
    },
  };
}
