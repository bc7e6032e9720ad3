/** Files that the shell writes itself, replaced whole or not at all. */
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';

export function writeWhole(path: string, content: string | Uint8Array): void {
  const fresh = `${path}.fresh`;
  try {
    const file = openSync(fresh, 'w');
    try {
      writeFileSync(file, content);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(fresh, path);
  } catch (thrown) {
    rmSync(fresh, { force: true });
    throw thrown;
  }
}

export const writeJson = (path: string, value: unknown): void => {
  writeWhole(path, `${JSON.stringify(value, null, 2)}\n`);
};
