/** The folder that a job will write into, tried before the job is queued: a place that refuses is told at once. */
import { constants } from 'node:fs';
import { access, mkdir, rmdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AppError } from '#contract/errors.ts';

const codeOf = (thrown: unknown): string | undefined => (thrown as NodeJS.ErrnoException).code;

/**
 * Passes when the folder `path` (absolute) can be written, or can be made with what is missing above it; leaves nothing
 * behind. Throws `already-exists` for a file, `usage` where nothing can be written; the system's `ENOSPC` passes.
 */
export async function requireWritable(path: string): Promise<void> {
  const made: string[] = [];
  try {
    await makeFolder(path, made);
    await access(path, constants.W_OK | constants.X_OK);
  } catch (thrown) {
    if (thrown instanceof AppError || codeOf(thrown) === 'ENOSPC') throw thrown;
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    throw new AppError(
      'usage',
      `Nothing can be written to ${path} (${reason}). Choose a folder that you may write to.`,
      {
        cause: thrown,
      },
    );
  } finally {
    for (const folder of made.toReversed()) await rmdir(folder);
  }
}

/**
 * One folder after the other, noting them in `made`: Node's own recursive way goes round for ever where the system
 * answers "no such file" to every attempt, as in /proc.
 */
async function makeFolder(path: string, made: string[]): Promise<void> {
  const found = await stat(path).catch((thrown: unknown) => {
    if (codeOf(thrown) === 'ENOENT') return null;
    throw thrown;
  });
  if (found?.isDirectory() === true) return;
  if (found !== null) throw new AppError('already-exists', `${path} is a file, not a folder. Choose another --out.`);
  await makeFolder(dirname(path), made);
  await mkdir(path);
  made.push(path);
}
