/** All files below a folder in a fixed order, hidden ones and chosen folders left out. */
import { lstat, readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';

export interface FoundFiles {
  /** Relative to the folder, with `/` between names, in order. */
  readonly files: readonly string[];
  /** Folders and links that could not be followed. */
  readonly unreadable: readonly string[];
}

/**
 * Walks `root`; `isSkipped` is asked of every folder's relative path. Links are followed, each folder once and under its
 * own name where it lies below `root` itself. Throws the system's error where `root` cannot be read.
 */
export async function walkFolder(root: string, isSkipped: (folder: string) => boolean): Promise<FoundFiles> {
  const files: string[] = [];
  const unreadable: string[] = [];
  const seen = new Set<string>();
  const links: string[] = [];

  const visit = async (folder: string): Promise<void> => {
    const place = await realpath(join(root, folder));
    if (seen.has(place)) return;
    seen.add(place);
    const names = (await readdir(place)).filter((name) => !name.startsWith('.')).sort();
    for (const name of names) {
      const path = folder === '' ? name : `${folder}/${name}`;
      try {
        const entry = await stat(join(root, path));
        if (!entry.isDirectory()) files.push(path);
        else if (isSkipped(path)) continue;
        else if ((await lstat(join(root, path))).isSymbolicLink()) links.push(path);
        else await visit(path);
      } catch {
        unreadable.push(path); // reported to the user, file by file
      }
    }
  };
  await visit('');
  // What lies in the folder itself goes before links to it, which may come earlier in the alphabet.
  for (let link = links.shift(); link !== undefined; link = links.shift()) {
    await visit(link).catch(() => unreadable.push(link));
  }
  return { files: files.sort(), unreadable };
}
