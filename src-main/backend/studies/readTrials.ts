/**
 * Reads a table of trials: CSV after RFC 4180, comma, semicolon (Excel in most of Europe) or tab between cells, UTF-8 or
 * UTF-16 with or without a byte-order mark. Columns by name in any order: reader, case, truth (1: synthetic, 0: real),
 * score (1: definitely real … 6: definitely synthetic); and where there are any: reaction_ms, session, order, model, repeat,
 * expertise (of the reader, in years).
 */
import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { CsvError, parse } from 'csv-parse/sync';
import { AppError } from '#contract/errors.ts';
import { scores, type Score, type Trial } from '#shared/study/trial.ts';

export interface TrialTable {
  readonly trials: readonly Trial[];
  /** Rows without a score: trials that were shown and not answered. They are left out. */
  readonly unanswered: number;
}

const required = ['reader', 'case', 'truth', 'score'] as const;
const optional = ['reaction_ms', 'session', 'order', 'model', 'repeat', 'expertise'] as const;
type Column = (typeof required)[number] | (typeof optional)[number];

const delimiters = [',', ';', '\t'] as const;
/** A table of every reader of the largest study published is below a megabyte. */
const mostBytes = 50e6;
/** A table that is wrong throughout is told so by its first lines. */
const mostFaultsTold = 5;

interface Row {
  readonly line: number;
  readonly cells: readonly string[];
}

interface Fault {
  readonly line: number;
  readonly words: string;
}

/** What a row says, before it is compared with the others. */
interface ReadRow {
  readonly line: number;
  readonly trial: Trial;
}

function decode(bytes: Uint8Array, name: string): string {
  const encoding = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : 'utf-8';
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes); // without its mark
  } catch (cause) {
    throw new AppError('bad-input', `${name} is no UTF-8 text. Save it as "CSV UTF-8".`, { cause });
  }
}

/** The one that cuts the first line into the most cells. */
function chooseDelimiter(text: string): string {
  const heading = text.slice(0, text.search(/[\r\n]|$/));
  const count = (delimiter: string): number => heading.split(delimiter).length;
  return delimiters.reduce((best, delimiter) => (count(delimiter) > count(best) ? delimiter : best));
}

function parseRows(text: string, name: string): readonly Row[] {
  try {
    const records = parse(text, {
      delimiter: chooseDelimiter(text),
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
    }) as unknown as readonly { readonly record: readonly string[]; readonly info: { readonly lines: number } }[]; // prettier-ignore
    return records.map(({ record, info }) => ({ line: info.lines, cells: record }));
  } catch (thrown) {
    if (!(thrown instanceof CsvError)) throw thrown;
    const line = 'lines' in thrown && typeof thrown.lines === 'number' ? `, line ${String(thrown.lines)}` : '';
    throw new AppError('bad-input', `${name}${line}: the quotes of this table do not match (${thrown.message}).`, {
      cause: thrown,
    });
  }
}

function findColumns(heading: readonly string[], name: string): ReadonlyMap<Column, number> {
  const names = heading.map((cell) => cell.toLowerCase());
  const missing = required.filter((column) => !names.includes(column));
  if (missing.length > 0)
    throw new AppError(
      'bad-input',
      `${name}, line 1: there is no column ${missing.map((column) => `"${column}"`).join(', ')}. A table of trials has ${required.join(', ')}, and if you like ${optional.join(', ')}; this one has ${heading.map((cell) => `"${cell}"`).join(', ')}.`,
    );
  const twice = [...required, ...optional].find((column) => names.indexOf(column) !== names.lastIndexOf(column));
  if (twice !== undefined) throw new AppError('bad-input', `${name}, line 1: there are two columns "${twice}".`);
  return new Map([...required, ...optional].flatMap((column) => (names.includes(column) ? [[column, names.indexOf(column)]] : []))); // prettier-ignore
}

/** A number of 0 or more, with a comma or a point; null for an empty cell, undefined for anything else. */
function readNumber(cell: string): number | null | undefined {
  if (cell === '') return null;
  const value = Number(cell.replace(',', '.'));
  return Number.isFinite(value) && value >= 0 ? value : undefined;
}

const isScore = (value: number | null | undefined): value is Score => scores.some((score) => score === value);

/** One row; null where the reader gave no answer. */
function readRow({ line, cells }: Row, columns: ReadonlyMap<Column, number>): ReadRow | Fault | null {
  const cell = (column: Column): string => cells[columns.get(column) ?? -1] ?? '';
  const fault = (column: Column, may: string): Fault => ({
    line,
    words: `${column} is ${cell(column) === '' ? 'empty' : `"${cell(column)}"`}; ${may}`,
  });
  for (const column of ['reader', 'case'] as const) if (cell(column) === '') return fault(column, 'every row needs it');
  const truth = readNumber(cell('truth'));
  if (truth !== 0 && truth !== 1) return fault('truth', 'it may be 0 (real) or 1 (synthetic)');
  const score = readNumber(cell('score'));
  if (score === null) return null;
  if (!isScore(score)) return fault('score', 'it may be a whole number from 1 (definitely real) to 6 (definitely synthetic)'); // prettier-ignore
  const [reactionMs, order, repeat] = [readNumber(cell('reaction_ms')), readNumber(cell('order')), readNumber(cell('repeat'))]; // prettier-ignore
  if (reactionMs === undefined) return fault('reaction_ms', 'it may be a number of milliseconds, or empty');
  if (order === undefined) return fault('order', 'it may be a number, or empty');
  if (repeat === undefined || !Number.isInteger(repeat ?? 0))
    return fault('repeat', 'it may be 0 (first showing), 1 (second) and so on, or empty for 0');
  const expertise = readNumber(cell('expertise'));
  if (expertise === undefined) return fault('expertise', 'it may be a number of years, or empty');
  const text = (column: Column): string | null => (cell(column) === '' ? null : cell(column));
  return {
    line,
    trial: {
      reader: cell('reader'),
      caseId: cell('case'),
      isSynthetic: truth === 1,
      score,
      reactionMs,
      session: text('session'),
      order,
      model: text('model'),
      expertise,
      repeat: repeat ?? 0,
    },
  };
}

/** What one row may say alone, but not beside the others. */
function compareRows(rows: readonly ReadRow[]): readonly Fault[] {
  const showings = new Map<string, number>();
  const truths = new Map<string, ReadRow>();
  return rows.flatMap((row): readonly Fault[] => {
    const { line, trial } = row;
    const { reader, caseId, repeat, isSynthetic } = trial;
    const key = JSON.stringify([reader, caseId, repeat]);
    const before = showings.get(key);
    const known = truths.get(caseId);
    showings.set(key, before ?? line);
    truths.set(caseId, known ?? row);
    if (before !== undefined)
      return [{ line, words: `reader "${reader}" has answered case "${caseId}" in line ${String(before)} already; number later showings in a column "repeat"` }]; // prettier-ignore
    if (known !== undefined && known.trial.isSynthetic !== isSynthetic)
      return [{ line, words: `case "${caseId}" has another truth in line ${String(known.line)}` }];
    return [];
  });
}

function refuse(name: string, faults: readonly Fault[]): void {
  if (faults.length === 0) return;
  const told = faults.slice(0, mostFaultsTold).map(({ line, words }) => `line ${String(line)}: ${words}`);
  const more = faults.length > told.length ? ` (and ${String(faults.length - told.length)} more)` : '';
  throw new AppError('bad-input', `${name}, ${told.join('; ')}${more}.`);
}

/** The trials of a table's text; `name` is for the words of errors. Throws `bad-input` with line numbers. */
export function parseTrials(bytes: Uint8Array, name: string): TrialTable {
  const [heading, ...rows] = parseRows(decode(bytes, name), name);
  if (heading === undefined) throw new AppError('bad-input', `${name} is empty.`);
  const columns = findColumns(heading.cells, name);
  const read = rows.map((row) => readRow(row, columns));
  refuse(name, read.flatMap((row) => (row !== null && 'words' in row ? [row] : []))); // prettier-ignore
  const answered = read.flatMap((row) => (row !== null && 'trial' in row ? [row] : []));
  refuse(name, compareRows(answered));
  const trials = answered.map(({ trial }) => trial);
  if (!trials.some(({ repeat }) => repeat === 0))
    throw new AppError('bad-input', `${name} holds no first answer of a reader to a case.`);
  return { trials, unanswered: read.filter((row) => row === null).length };
}

/** Throws `not-found` for a file that is not there, `bad-input` for one that is no table of trials. */
export async function readTrials(path: string): Promise<TrialTable> {
  const name = basename(path);
  const found = await stat(path).catch(() => null);
  if (found === null) throw new AppError('not-found', `There is no file ${path}.`);
  if (!found.isFile() || found.size > mostBytes)
    throw new AppError('bad-input', `${path} is no table of trials: it is ${found.isFile() ? 'larger than 50 MB' : 'not a file'}.`); // prettier-ignore
  return parseTrials(await readFile(path), name);
}
