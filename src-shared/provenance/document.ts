/** A document of headings, words and tables that is written as Markdown and as one self-contained page. */
import { escapeHtml, page, table } from '../report/html.ts';

/** `lab`: what the project cannot know and a person has to fill in. */
export type Block =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly string[] }
  | { readonly kind: 'table'; readonly head: readonly string[]; readonly rows: readonly (readonly string[])[] }
  | { readonly kind: 'lab'; readonly question: string };

export interface DocumentSection {
  readonly title: string;
  readonly blocks: readonly Block[];
}

export interface CardDocument {
  readonly title: string;
  /** What the headings follow, and when and by what it was filled in. */
  readonly origin: string;
  readonly sections: readonly DocumentSection[];
}

export const text = (words: string): Block => ({ kind: 'text', text: words });
export const lab = (question: string): Block => ({ kind: 'lab', question });
export const list = (items: readonly string[]): Block => ({ kind: 'list', items });
/** Two columns: what, and how it is. */
export const facts = (rows: readonly (readonly [string, string])[]): Block => ({ kind: 'table', head: ['', ''], rows });
export const tableOf = (head: readonly string[], rows: readonly (readonly string[])[]): Block => ({ kind: 'table', head, rows }); // prettier-ignore

const toFill = 'To be filled in by the lab:';

/** How many places are left to the lab. */
export const placesToFill = ({ sections }: CardDocument): number =>
  sections.flatMap(({ blocks }) => blocks).filter(({ kind }) => kind === 'lab').length;

/** Words that Markdown would take for marks stay words. */
const plain = (words: string): string => words.replaceAll(/[\\`*_[\]<>|#]/g, '\\$&').replaceAll('\n', ' ');

function blockMarkdown(block: Block): string {
  switch (block.kind) {
    case 'text':
      return plain(block.text);
    case 'list':
      return block.items.map((item) => `- ${plain(item)}`).join('\n');
    case 'table':
      return [block.head, block.head.map(() => '---'), ...block.rows.map((row) => row.map(plain))]
        .map((row) => `| ${row.join(' | ')} |`)
        .join('\n');
    case 'lab':
      return `**${toFill}** ${plain(block.question)}`;
  }
}

export function toMarkdown({ title, origin, sections }: CardDocument): string {
  const parts = sections.map(({ title: heading, blocks }) => [`## ${heading}`, ...blocks.map(blockMarkdown)].join('\n\n')); // prettier-ignore
  return `${[`# ${plain(title)}`, plain(origin), ...parts].join('\n\n')}\n`;
}

function blockHtml(block: Block): string {
  switch (block.kind) {
    case 'text':
      return `<p>${escapeHtml(block.text)}</p>`;
    case 'list':
      return `<ul>${block.items.map((item) => `<li>${escapeHtml(item)}</li>`).join('')}</ul>`;
    case 'table':
      return table(block.head, block.rows, []);
    case 'lab':
      return `<p><span class="todo">${toFill}</span> ${escapeHtml(block.question)}</p>`;
  }
}

export function toHtml({ title, origin, sections }: CardDocument): string {
  const parts = sections.map(({ title: heading, blocks }) => `<section><h2>${escapeHtml(heading)}</h2>${blocks.map(blockHtml).join('')}</section>`); // prettier-ignore
  return page(title, `<h1>${escapeHtml(title)}</h1><p>${escapeHtml(origin)}</p>${parts.join('\n')}`);
}
