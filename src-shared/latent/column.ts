/** Columns of the participants' table as something to tell by codes: numbers, or one kind against the rest. */
import { AppError } from '../contract/errors.ts';
import type { LatentColumn, LatentFit } from '../contract/latent.ts';
import type { Attributes } from '../contract/records.ts';

interface Described {
  readonly attributes: Attributes;
}

export interface ColumnTarget {
  readonly kinds: LatentFit['kinds'];
  /** Of each scan: its number, or 1 for the positive kind and 0 for the others; null where it has none. */
  readonly values: readonly (number | null)[];
}

type Value = Attributes[string];

const inOrder = (values: Iterable<string>): string[] =>
  [...values].toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }));

const valuesOf = (scans: readonly Described[], column: string): Value[] =>
  scans.flatMap(({ attributes: { [column]: value } }) => (value === undefined ? [] : [value]));

const kindsIn = (values: readonly Value[]): string[] => inOrder(new Set(values.map(String)));

/** Numbers of two values are kinds, as 0 and 1 for no and yes. */
const areNumbers = (values: readonly Value[]): boolean =>
  values.every((value) => typeof value === 'number') && new Set(values).size > 2;

/** What could be told, in order of name: neither columns of one value, nor those with a word of its own for most scans. */
export function columnsOf(scans: readonly Described[]): LatentColumn[] {
  const names = inOrder(new Set(scans.flatMap(({ attributes }) => Object.keys(attributes))));
  return names.flatMap((name): LatentColumn[] => {
    const found = valuesOf(scans, name);
    if (areNumbers(found)) return [{ name, kind: 'number', values: [], scans: found.length }];
    const values = kindsIn(found);
    const isUsable = values.length > 1 && values.length <= Math.max(2, found.length / 2);
    return isUsable ? [{ name, kind: 'category', values, scans: found.length }] : [];
  });
}

/** `positive`: the value that is told from all others; null: numbers, or the second of two. Throws `usage`. */
export function targetOf(scans: readonly Described[], column: string, positive: string | null): ColumnTarget {
  const found = valuesOf(scans, column);
  if (found.length === 0) {
    const known = columnsOf(scans).map(({ name }) => name);
    const hint =
      known.length === 0 ? 'The table has no column that could be fitted.' : `There is: ${known.join(', ')}.`;
    throw new AppError('usage', `No scan has a value of "${column}" in the participants' table. ${hint}`);
  }
  if (positive === null && areNumbers(found))
    return { kinds: null, values: scans.map(({ attributes: { [column]: value } }) => (value === undefined ? null : Number(value))) }; // prettier-ignore
  const values = kindsIn(found);
  if (values.length < 2)
    throw new AppError('usage', `All scans have the same "${column}" (${values.join()}): there is nothing to tell apart.`); // prettier-ignore
  if (positive === null && values.length > 2)
    throw new AppError('usage', `"${column}" has ${String(values.length)} values (${values.join(', ')}). Name the one to tell from all others (--value).`); // prettier-ignore
  const chosen = positive ?? values.at(-1) ?? '';
  if (!values.includes(chosen))
    throw new AppError('usage', `No scan has "${chosen}" as its "${column}". There is: ${values.join(', ')}.`);
  const others = values.filter((value) => value !== chosen);
  return {
    kinds: { positive: chosen, negative: others.join(', ') },
    values: scans.map(({ attributes: { [column]: value } }) =>
      value === undefined ? null : Number(String(value) === chosen),
    ),
  };
}
