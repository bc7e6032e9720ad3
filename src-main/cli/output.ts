/** How results look: one JSON document, or text for people. */
import type { ErrorShape } from '#contract/errors.ts';
import type { HealthNotice } from '#contract/health.ts';

export function printJson(document: unknown): void {
  process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
}

export function printText(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** For the person at the terminal; never part of a result. */
export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

interface ErrorOutput {
  readonly isJson: boolean;
  /** The words are on stderr already. */
  readonly isSaid: boolean;
  /** What belongs to the result all the same: files of an import, the job. */
  readonly rest?: Readonly<Record<string, unknown>>;
}

export function printError(error: ErrorShape, { isJson, isSaid, rest = {} }: ErrorOutput): void {
  if (!isSaid) say(`doppel: ${error.message}`);
  if (isJson) printJson({ error, ...rest });
}

/** Columns as wide as their widest cell, two spaces apart; the first row is the heading. */
export function formatTable(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, cell.length);
  }
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** `95` → `1 min 35 s`: the two largest units that matter. */
export function formatSeconds(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${String(whole)} s`;
  if (whole < 3600) return `${String(Math.floor(whole / 60))} min ${String(whole % 60)} s`;
  return `${String(Math.floor(whole / 3600))} h ${String(Math.floor((whole % 3600) / 60))} min`;
}

export function formatNumber(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toPrecision(4);
}

/** `2026-11-03T10:20:30.123Z` → `2026-11-03 10:20` (UTC). */
export function formatTime(iso: string): string {
  return iso.slice(0, 16).replace('T', ' ');
}

const healthWords = { waiting: 'early', good: 'well', warn: 'warning', alarm: 'alarm' } as const;

/** `iteration 400, warning: Diversity: …`. */
export function formatNotice({ iteration, state, text }: HealthNotice): string {
  return `iteration ${String(iteration)}, ${healthWords[state]}: ${text}`;
}
