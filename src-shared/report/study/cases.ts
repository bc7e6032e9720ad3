/** The hardest and the easiest cases: what they look like, what readers said of them and where they clicked. */
import type { CasePicture, StudyReport } from '../../contract/studyCommands.ts';
import type { CaseTruth } from '../../contract/studies.ts';
import { round } from '../chart.ts';
import { escapeHtml, table } from '../html.ts';
import { note, numbersTable, type Section } from '../building.ts';
import { counted, decimal, none, seconds } from './numbers.ts';
import { answerWords, wordingOf } from './wording.ts';

/** PNG files of the pictures in base64, by case. */
export type PictureFiles = ReadonlyMap<string, string>;

const shortId = (id: string): string => id.slice(0, 8);
export const caseName = (id: string): string => id.split('+').map(shortId).join(' + ');

function truthWords({ isSynthetic, model, checkpoint, seed, split }: CaseTruth): string {
  if (!isSynthetic) return split === 'train' ? 'real, from the training split' : 'real';
  const made = [model, checkpoint === null ? null : `checkpoint ${shortId(checkpoint)}`, seed === null ? null : `seed ${seed}`]; // prettier-ignore
  const known = made.filter((part) => part !== null);
  return known.length === 0 ? 'synthetic' : `synthetic (${known.join(', ')})`;
}

/** Rings and dots where readers clicked, numbered as in the table of their answers. */
function markSigns({ marks }: CasePicture, readers: readonly string[]): string {
  return marks
    .flatMap(({ reader, places }) => {
      const number = readers.indexOf(reader) + 1;
      return places.map(({ x, y, isNear }) =>
        isNear
          ? `<circle class="click" cx="${round(x)}" cy="${round(y)}" r="7"><title>${escapeHtml(reader)}</title></circle><text class="click" x="${round(x + 9)}" y="${round(y - 6)}">${number}</text>`
          : `<circle class="click far" cx="${round(x)}" cy="${round(y)}" r="2"><title>${escapeHtml(reader)}</title></circle>`,
      );
    })
    .join('');
}

/** The picture with its marks; `href` is an address or the data itself. */
export function caseSvg(picture: CasePicture, { href, label, readers }: { readonly href: string; readonly label: string; readonly readers: readonly string[] }): string {
  const { width, height } = picture;
  return `<svg class="case" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeHtml(label)}"><image width="${width}" height="${height}" href="${href}"/>${markSigns(picture, readers)}</svg>`;
} // prettier-ignore

function describeCase(report: StudyReport, id: string, files: PictureFiles): string {
  const answers = report.answers.filter(({ caseId }) => caseId === id);
  const truth = answers[0]?.truth ?? [];
  const readers = report.readers.map(({ reader }) => reader);
  const result = report.cases.hardestFirst.find((one) => one.case === id);
  const pictures = id.split('+').flatMap((scan, index) => {
    const picture = report.pictures.find(({ caseId }) => caseId === scan);
    const base64 = files.get(scan);
    if (picture === undefined || base64 === undefined) return [];
    const clicks = picture.marks.length === 0 ? 'nobody clicked' : `clicks of ${[...new Set(picture.marks.map(({ reader }) => reader))].join(', ')}`;
    const label = `Three slices of case ${shortId(scan)}${truth[index] === undefined ? '' : `, ${truthWords(truth[index])}`}; ${clicks}`;
    return [caseSvg(picture, { href: `data:image/png;base64,${base64}`, label, readers })];
  }); // prettier-ignore
  const rows = answers.map((one) => [
    `${readers.indexOf(one.reader) + 1} ${one.reader}${one.repeat > 0 ? ', again' : ''}`,
    answerWords(report, one),
    seconds(one.answer.reactionMs),
    one.answer.realism === null ? none : String(one.answer.realism),
    one.answer.comment === '' ? none : one.answer.comment,
  ]);
  return `<div class="case-block"><h4>Case ${escapeHtml(caseName(id))}: ${escapeHtml(truth.map(truthWords).join(' and '))}</h4>
<p class="soft">${escapeHtml(`Right: ${result?.accuracy === null || result === undefined ? none : `${result.accuracy.count} of ${result.accuracy.n} readers`}; mean score ${decimal(result?.meanScore ?? null, 1)}`)}</p>
${pictures.join('')}${table(['Reader', 'Said', 'After', 'Realism', 'Comment'], rows, [2, 3])}</div>`;
}

function fooledTable({ cases }: StudyReport): string {
  const rows = cases.fooled.map(({ readers, cases: share }) => [`${readers} or more`, counted(share)]);
  return `${numbersTable('Synthetic scans that deceived', ['Readers deceived', 'Scans/N, share [95 %]'], rows)}
${note('Share of the synthetic scans that at least so many readers called real, Wilson’s interval.')}`;
}

export function casesSection(report: StudyReport, files: PictureFiles): Section {
  const { shown, cases } = report;
  const { items } = wordingOf(report);
  const blocks = (title: string, ids: readonly string[]): string =>
    ids.length === 0 ? '' : `<h3>${title}</h3>${ids.map((id) => describeCase(report, id, files)).join('')}`;
  return {
    id: 'cases',
    title: 'Cases',
    html: `${note(`Of ${cases.hardestFirst.length} ${items}: fewest right answers first; among equals the mean score farther from the truth. Slices through the middle of the readers’ clicks, of the scan where there are none; one window for all (the whole range of the prepared scans). A ring is a click on that slice, a dot one that is more than 4 mm away; the number is the reader’s.`)}
${blocks('The hardest', shown.hardest)}${blocks('The easiest', shown.easiest)}${wordingOf(report).item === 'scan' ? fooledTable(report) : ''}`,
  };
}
