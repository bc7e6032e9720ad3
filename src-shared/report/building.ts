/** Small parts of a report. */
import { escapeHtml, table } from './html.ts';

/** What the numbers above are made of. */
export const note = (text: string): string => `<p class="soft">${escapeHtml(text)}</p>`;
export const paragraph = (text: string): string => `<p>${escapeHtml(text)}</p>`;

/** A section with a heading that the contents lead to. */
export interface Section {
  readonly id: string;
  readonly title: string;
  readonly html: string;
}

export const sectionHtml = ({ id, title, html }: Section): string =>
  `<section id="${id}"><h2>${escapeHtml(title)}</h2>${html}</section>`;

/** A table with a caption; all columns but the first are numbers unless `text` names them. */
export function numbersTable(
  caption: string,
  head: readonly string[],
  rows: readonly (readonly string[])[],
  text: readonly number[] = [],
): string {
  const numeric = head.map((_, column) => column).filter((column) => column > 0 && !text.includes(column));
  return `<h3>${escapeHtml(caption)}</h3>${table(head, rows, numeric)}`;
}

/** Names and what they stand for, without a heading row. */
export const factsTable = (rows: readonly (readonly [string, string])[]): string => table(['What', 'Value'], rows, []);

export const list = (texts: readonly string[]): string =>
  `<ul>${texts.map((text) => `<li>${escapeHtml(text)}</li>`).join('')}</ul>`;
