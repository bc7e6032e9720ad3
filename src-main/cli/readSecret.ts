/** Secrets come from files: a command line is no place for them, other users of the computer can see it. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { AppError } from '#contract/errors.ts';

/** The first line of a file. Throws `not-found`, `usage` for an empty one. */
export function readSecret(file: string): string {
  let text: string;
  try {
    text = readFileSync(resolve(file), 'utf8');
  } catch (cause) {
    throw new AppError('not-found', `The file ${file} cannot be read.`, { cause });
  }
  const [line = ''] = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  if (line === '') throw new AppError('usage', `The first line of ${file} is empty.`);
  return line;
}
