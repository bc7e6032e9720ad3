/** Where the key of pseudonyms may be written: outside of the project, which is copied and given on. */
import { realpathSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative } from 'node:path';
import { AppError } from '#contract/errors.ts';

/** Throws `usage` or `not-found`. */
export function requireKeyFile(keyFile: string, projectDir: string): void {
  if (!isAbsolute(keyFile)) throw new AppError('usage', `The key file must be an absolute path; it is "${keyFile}".`);
  const folder = dirname(keyFile);
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new AppError('not-found', `There is no folder ${folder} to write the key file to.`);
  if (statSync(keyFile, { throwIfNoEntry: false })?.isDirectory() === true)
    throw new AppError('usage', `${keyFile} is a folder. Name a file for the key, such as key.csv.`);
  const inside = relative(realpathSync(projectDir), join(realpathSync(folder), basename(keyFile)));
  if (inside.startsWith('..') || isAbsolute(inside)) return;
  throw new AppError(
    'usage',
    'The key file would lie inside the project, which is copied and given on. Choose a place of its own, where few may read.',
  );
}
