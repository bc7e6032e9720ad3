/** Files that are there completely or not at all, and the hashes that vouch for them. */
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';

/** Asks the system to keep a folder's entries; Windows knows no such thing. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/**
 * Has `fill` write and sync a file under a temporary name in the same folder, then renames it over `path`. After a failure
 * the temporary file is gone and what was at `path` is as before.
 */
export async function fillAtomic<Result>(path: string, fill: (temporary: string) => Promise<Result>): Promise<Result> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomUUID()}.part`);
  try {
    const result = await fill(temporary);
    await rename(temporary, path);
    await syncFolder(dirname(path));
    return result;
  } catch (thrown) {
    await rm(temporary, { force: true });
    throw thrown;
  }
}

/** Writes all bytes or none, and waits for the disk. `mode`: the permissions of a new file, before the process's mask. */
export function writeFileAtomic(
  path: string,
  bytes: Uint8Array | string,
  { mode = 0o666 }: { readonly mode?: number } = {},
): Promise<void> {
  return fillAtomic(path, async (temporary) => {
    const file = await open(temporary, 'wx', mode);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
  });
}

/** SHA-256 in hexadecimal. */
export function sha256Of(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** SHA-256 of a file's content in hexadecimal, read a piece at a time. */
export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
  return hash.digest('hex');
}
