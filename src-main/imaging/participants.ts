/** The participants' table of a BIDS dataset: `participants.tsv`, one row a subject, `n/a` for what is not known. */
import type { Attributes } from '#contract/records.ts';

const decimal = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** Digits that name something: a number would lose the zeros before them, or the last of very many. */
const isCode = (cell: string): boolean =>
  /^[+-]?0\d/.test(cell) || (/^[+-]?\d+$/.test(cell) && !Number.isSafeInteger(Number(cell)));

function cellValue(cell: string, isText: boolean): string | number | null {
  if (cell === '' || cell.toLowerCase() === 'n/a') return null;
  const number = !isText && decimal.test(cell) ? Number(cell) : NaN;
  return Number.isFinite(number) ? number : cell; // beyond the range of numbers it stays text
}

/** The cells of a row; spreadsheets put some in quotes and double the quotes within. */
function cellsOf(row: string): string[] {
  return row.split('\t').map((written) => {
    const cell = written.trim();
    return /^"(?:[^"]|"")*"$/.test(cell) ? cell.slice(1, -1).replaceAll('""', '"').trim() : cell;
  });
}

/** Subjects are compared without the prefix `sub-`. */
export function subjectKey(subject: string): string {
  return subject.replace(/^sub-/, '');
}

/**
 * Attributes by `subjectKey`, numbers as numbers, empty and `n/a` cells left out; a column with a code in it (`007`) is
 * text throughout. Null where the text is no such table (no column `participant_id`).
 */
export function parseParticipants(text: string): ReadonlyMap<string, Attributes> | null {
  const [head = '', ...rows] = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/);
  const columns = cellsOf(head);
  const subjectColumn = columns.indexOf('participant_id');
  if (subjectColumn === -1) return null;
  const table = new Map<string, Attributes>();
  const cellsOfRows = rows.map(cellsOf);
  const isText = columns.map((_name, index) => cellsOfRows.some((cells) => isCode(cells[index] ?? '')));
  for (const cells of cellsOfRows) {
    const subject = cells[subjectColumn] ?? '';
    if (subject === '') continue;
    const known = columns.flatMap((name, index) => {
      const value =
        index === subjectColumn || name === '' ? null : cellValue(cells[index] ?? '', isText[index] === true);
      return value === null ? [] : [[name, value] as const];
    });
    table.set(subjectKey(subject), Object.fromEntries(known));
  }
  return table;
}
