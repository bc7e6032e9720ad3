/** Between the columns of a table and the records of the contract. */
import type { z } from 'zod';
import { AppError } from '#contract/errors.ts';

/** Parses a row by its schema; throws `project-damaged` naming the table and the row. */
export function parseRow<Schema extends z.ZodType>(schema: Schema, table: string, value: unknown): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue === undefined ? '' : ` at ${issue.path.join('.')}: ${issue.message}`;
  throw new AppError(
    'project-damaged',
    `A row of the table ${table} is not as it should be${where}. Restore project.sqlite from a backup.`,
  );
}

/** JSON text of a column as a value; null stays null. Throws `project-damaged`. */
export function fromJson(text: string | null, table: string): unknown {
  if (text === null) return null;
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AppError(
      'project-damaged',
      `The table ${table} holds a text that is not JSON. Restore project.sqlite from a backup.`,
      { cause },
    );
  }
}

/** A value as JSON text; null stays null. */
export function toJson(value: unknown): string | null {
  return value === null ? null : JSON.stringify(value);
}
