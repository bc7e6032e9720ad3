/** Values of flags: from what was typed to what the backend takes. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { InvalidArgumentError, Option } from 'commander';

export interface CommonFlags {
  readonly json?: true;
}

export interface ProjectFlags extends CommonFlags {
  readonly project?: string;
}

/** For option parsers: a whole number of at least `least`. */
export function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isSafeInteger(value) || value < least) {
      throw new InvalidArgumentError(`Give a whole number of at least ${String(least)}.`);
    }
    return value;
  };
}

/** For option parsers: a number above 0. */
export function positiveNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value <= 0)
    throw new InvalidArgumentError('Give a number above 0.');
  return value;
}

/** For option parsers: a share of the subjects that leaves some to train with, 0 to 0.9. */
export function holdoutShare(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value <= 0.9))
    throw new InvalidArgumentError('Give a number from 0 to 0.9, for example 0.2.');
  return value;
}

/** For argument parsers: a path. An empty one (a shell variable without a value) would be the current folder. */
export function path(text: string): string {
  if (text.trim() === '') throw new InvalidArgumentError('Give a path; this one is empty.');
  return text;
}

/** A checkpoint as the backend takes it: null for the newest, a path (by its separators, or as it is there) made absolute, else an id. */
export function givenCheckpoint(text: string): string | null {
  if (text === 'latest') return null;
  return /[/\\]/.test(text) || existsSync(text) ? resolve(text) : text;
}

/** For option parsers: `key=value`, collected; the value is read as JSON where it is (numbers, true, null), else as text. */
export function setting(
  text: string,
  earlier: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> {
  const split = text.indexOf('=');
  if (split <= 0) throw new InvalidArgumentError('Write it as key=value, for example width=16.');
  const typed = text.slice(split + 1);
  let value: unknown = typed;
  try {
    value = JSON.parse(typed);
  } catch {
    // Plain text, as most words are.
  }
  return { ...earlier, [text.slice(0, split)]: value };
}

export const projectOption = (): Option =>
  new Option(
    '--project <path>',
    'the project, NAME.doppel (the ending may be left out); else the one in the current folder',
  )
    .env('DOPPEL_PROJECT')
    .argParser(path);

export const jsonOption = (): Option => new Option('--json', 'print one JSON document instead of text');

export const seedOption = (): Option =>
  new Option('--seed <number>', 'the same seed gives the same result').argParser(wholeNumber(0)).default(0);
