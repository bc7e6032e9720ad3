/** The only bridge between the window and the shell: a call, what is told, and the path of a dropped file. */
import { contextBridge, ipcRenderer, webUtils } from 'electron';

type Listener = (message: unknown) => void;

/** The last word about the backend process, for whoever begins to listen after it was said. */
let backend: unknown = null;
ipcRenderer.on('event', (_event, message: unknown) => {
  if (typeof message === 'object' && message !== null && 'backend' in message) backend = message;
});

/** Before Electron 32, a file carries its own path. */
interface FileWithPath extends File {
  readonly path?: string;
}

contextBridge.exposeInMainWorld('bridge', {
  call: (name: string, input: unknown) => ipcRenderer.invoke('call', name, input),

  listen: (listener: Listener): (() => void) => {
    const hear = (_event: unknown, message: unknown): void => listener(message);
    ipcRenderer.on('event', hear);
    if (backend !== null) listener(backend);
    return () => ipcRenderer.off('event', hear);
  },

  droppedPath: (file: FileWithPath): string => {
    // Electron 25 has no webUtils, whatever the types of the newest say.
    const utilities = webUtils as typeof webUtils | undefined;
    return utilities === undefined ? (file.path ?? '') : utilities.getPathForFile(file);
  },
});
