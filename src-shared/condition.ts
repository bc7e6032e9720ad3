/** What a conditional model is conditional on: a column of the participants' table, its values the classes. */
import { z } from 'zod';
import { AppError } from './contract/errors.ts';
import type { Attributes } from './contract/records.ts';

const mostClasses = 32;
const leastScans = 2; // a class, on average: with fewer the class is the scan

export const condition = z.strictObject({
  column: z.string().min(1),
  values: z.array(z.string()).min(2), // by class
});
export type Condition = z.infer<typeof condition>;

/** Classes that a user names, each once. */
export const classNames = z
  .array(z.string().min(1).max(100))
  .min(2)
  .max(mostClasses)
  .refine((names) => new Set(names).size === names.length, 'Each class has a name of its own.');

interface Described {
  readonly attributes: Attributes;
}

/** The condition that these scans give; null for the column ''. Throws `usage` where they are no few classes. */
export function conditionOf(scans: readonly Described[], column: string): Condition | null {
  if (column === '') return null;
  const known = scans.filter(({ attributes }) => attributes[column] !== undefined);
  if (known.length < scans.length) {
    const columns = [...new Set(scans.flatMap(({ attributes }) => Object.keys(attributes)))];
    throw new AppError(
      'usage',
      `${String(scans.length - known.length)} of ${String(scans.length)} training scans have no "${column}" in the participants' table (it has: ${columns.join(', ')}). Choose a column that is filled in, take those scans out, or train without a condition.`,
    );
  }
  const values = [...new Set(known.map(({ attributes }) => String(attributes[column])))].toSorted((a, b) =>
    a.localeCompare(b, 'en', { numeric: true }),
  );
  if (values.length < 2 || values.length > Math.min(mostClasses, scans.length / leastScans)) {
    throw new AppError(
      'usage',
      `The column "${column}" has ${String(values.length)} different values in ${String(scans.length)} training scans; a condition has from 2 to ${String(mostClasses)} classes, and at least ${String(leastScans)} scans for each on average.`,
    );
  }
  return { column, values };
}

/**
 * The condition of a training that goes on from a checkpoint: of these scans, the classes in the checkpoint's order, by
 * which its networks know them. Throws `checkpoint-mismatch` where one knows classes that the other does not.
 */
export function conditionInOrder(found: Condition | null, before: Condition | null): Condition | null {
  const known = new Set(before?.values);
  if (found?.values.length === before?.values.length && (found?.values ?? []).every((value) => known.has(value)))
    return found === null ? null : { ...found, values: before?.values ?? [] };
  throw new AppError(
    'checkpoint-mismatch',
    `The checkpoint ${tellClasses(before)}, the training ${tellClasses(found)}. Choose a checkpoint with the same classes, another column, or networks that are drawn anew.`,
  );
}

const tellClasses = (told: Condition | null): string =>
  told === null ? 'is not conditional' : `tells ${told.values.map((value) => `"${value}"`).join(', ')} apart`;

/** The class of a scan. Throws `usage` where it has none. */
export function classOf({ column, values }: Condition, { attributes }: Described): number {
  const found = values.indexOf(String(attributes[column]));
  if (found === -1) throw new AppError('usage', `A scan has no class by the column "${column}".`);
  return found;
}
