/** Small JSON files of the shell's own, replaced whole or not at all. */
import { closeSync, fsyncSync, openSync, renameSync, writeFileSync } from 'node:fs';

export function writeJson(path: string, value: unknown): void {
  const fresh = `${path}.fresh`;
  const file = openSync(fresh, 'w');
  try {
    writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(fresh, path);
}
