/** A folder of scans that a command was given. */
import { statSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { AppError } from '#contract/errors.ts';

/** Throws `usage` or `not-found`. */
export function requireFolder(folder: string): void {
  if (!isAbsolute(folder)) throw new AppError('usage', `The folder must be an absolute path; it is "${folder}".`);
  const found = statSync(folder, { throwIfNoEntry: false });
  if (found === undefined) throw new AppError('not-found', `There is no folder ${folder}.`);
  if (!found.isDirectory()) throw new AppError('usage', `${folder} is a file. Name the folder that holds the scans.`);
}
