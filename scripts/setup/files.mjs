/** Small text files that may not be there. */
import { readFileSync } from 'node:fs';

/** The text, or null where there is no such file. */
export function readIfThere(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return null;
    throw error;
  }
}
