/** Where the parts of Doppel lie: in the checkout during development, beside and inside the archive when packaged. */
import { join } from 'node:path';
import type { App } from 'electron';

export interface Places {
  readonly preload: string;
  readonly interfaceFolder: string;
  /** The Node that backend and workers run on. */
  readonly node: string;
  readonly backendEntry: string;
  readonly backendFolder: string;
  /** What backend and shell print. */
  readonly backendLog: string;
}

export function placesOf(app: App): Places {
  const built = join(app.getAppPath(), 'out');
  const root = app.isPackaged ? join(process.resourcesPath, 'doppel') : app.getAppPath();
  const programs = app.isPackaged ? join(root, 'bin') : join(root, 'node_modules', '.bin');
  return {
    preload: join(built, 'preload', 'preload.cjs'),
    interfaceFolder: join(built, 'renderer'),
    node: join(programs, process.platform === 'win32' ? 'node.exe' : 'node'),
    backendEntry: join(root, 'src-main', 'backend', 'processEntry.ts'),
    backendFolder: root,
    backendLog: join(app.getPath('userData'), 'backend.log'),
  };
}
