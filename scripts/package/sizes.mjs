/** How large a file or a folder is, in words. */
import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

export function sizeOf(path) {
  const bytes = bytesOf(path);
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(0)} MB` : `${(bytes / 1e9).toFixed(2)} GB`;
}

function bytesOf(path) {
  const found = lstatSync(path);
  if (!found.isDirectory()) return found.size;
  return readdirSync(path).reduce((sum, name) => sum + bytesOf(join(path, name)), 0);
}
