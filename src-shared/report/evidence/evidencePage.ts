/** The evidence for a generator as one self-contained page: the verdict in words first, then every number. */
import type { EvidenceReport } from '../../contract/evidence/report.ts';
import type { ScanRole } from '../../contract/evidence/figure.ts';
import type { EvidenceSection } from '../../contract/evidence/request.ts';
import { factsTable, list, note, sectionHtml, type Section } from '../building.ts';
import { escapeHtml, page, table } from '../html.ts';

const shortTitles: Readonly<Record<EvidenceSection, string>> = {
  likeness: 'Likeness',
  anatomy: 'Anatomy',
  privacy: 'Privacy',
};

const roleWords: Readonly<Record<ScanRole, string>> = {
  'real held-out': 'real',
  'real training': 'training',
  synthetic: 'synthetic',
};

const counted = (n: number, noun: string): string => `${String(n)} ${noun}${n === 1 ? '' : 's'}`;

function header({ sets, verdicts, warnings, excluded, grid }: EvidenceReport): string {
  const fact = (title: string, value: string, small: string): string =>
    `<div><dt>${escapeHtml(title)}</dt><dd>${escapeHtml(value)} <small>${escapeHtml(small)}</small></dd></div>`;
  const left = excluded.filter(({ role }) => role === 'synthetic').length;
  return `<h1>Evidence for a generator</h1>
<p class="lead">${escapeHtml(`${counted(sets.synthetic.n, 'synthetic scan')} set against ${counted(sets.real.n, 'real scan')}: ${sets.real.words}.`)}</p>
${verdicts.map(({ section, tone, words }) => `<p class="verdict ${tone === 'good' || tone === 'bad' ? tone : ''}">${escapeHtml(`${shortTitles[section]}. ${words}`)}</p>`).join('')}
${left > 0 ? `<p class="warning">${escapeHtml(`${counted(left, 'synthetic file')} could not be measured and ${left === 1 ? 'is' : 'are'} left out of every number: the rest looks the better for it.`)}</p>` : ''}
${warnings.map((text) => `<p class="warning">${escapeHtml(text)}</p>`).join('')}
<dl class="facts">
${fact('Synthetic scans', String(sets.synthetic.n), sets.synthetic.words)}
${fact('Real scans', String(sets.real.n), sets.real.words)}
${fact('Training scans', String(sets.training?.n ?? 0), sets.training?.words ?? 'none were given')}
${fact('Grid', `${String(grid.side)}³`, `voxels of ${grid.spacingMm.toPrecision(3)} mm`)}
</dl>`;
}

const preparationWords: Readonly<Record<EvidenceReport['preparation'], string>> = {
  'as-stored': 'All scans lay on one grid with intensities from −1 to 1 already and were taken as they are.',
  imported:
    'Every scan, real or synthetic, went the way of an import: brain mask, intensities between its 0.5th and 99.5th percentiles, resampling.',
};

function methodSection(report: EvidenceReport): Section {
  const { grid, preparation, seed, doppel, engine, device, createdAt, excluded } = report;
  const rows = excluded.map(({ role, file, code, reason }) => [file, roleWords[role], code, reason]);
  return {
    id: 'method',
    title: 'How it was measured',
    html: `${factsTable([
      ['Grid', `${String(grid.side)}³ voxels of ${grid.spacingMm.toPrecision(4)} mm`],
      ['Preparation', preparationWords[preparation]],
      ['Seed', String(seed)],
      ['Made with', `Doppel ${doppel}, ${engine} on ${device}, ${createdAt}`],
    ])}
${rows.length === 0 ? note('Every file could be measured.') : `<h3>Left out</h3>${table(['File', 'Of the', 'Code', 'Why'], rows, [])}`}`,
  };
}

function scansSection({ scans }: EvidenceReport): Section {
  const rows = scans.map(({ id, role, sha256, warnings }) => [id, roleWords[role], warnings.join(' '), sha256.slice(0, 16)]); // prettier-ignore
  return {
    id: 'scans',
    title: 'The scans',
    html: `<details><summary>All ${String(scans.length)} scans</summary>${table(['Scan', 'Of the', 'Note', 'SHA-256'], rows, [])}</details>
${note('Real scans of folders have pseudonyms unless they are called by running numbers; the hash of its file tells which one a scan is.')}`,
  };
}

const limits: readonly string[] = [
  'Distances of sets say how alike they are to a fixed extractor of features, not to a radiologist: a reader study does that.',
  'Values by different extractors, grids or preparations cannot be compared with each other, nor with published ones.',
  'With few scans every number is uncertain: read the interval and the floor of real scans, not the value alone.',
  'That no difference or copy was found is no proof that there is none.',
];

/** The page; it needs no other file. `sections` are those of the report, in its order. */
export function writeEvidenceReport(report: EvidenceReport, sections: readonly Section[]): string {
  const all = [...sections, methodSection(report), scansSection(report)];
  const contents = all.map(({ id, title }) => `<li><a href="#${id}">${escapeHtml(title)}</a></li>`).join('');
  const body = [
    header(report),
    `<nav aria-label="Contents"><ol>${contents}</ol></nav>`,
    ...all.map(sectionHtml),
    `<section id="limits"><h2>What this shows, and what it cannot</h2>${list(limits)}</section>`,
    `<footer>Written by Doppel ${escapeHtml(report.doppel)} on ${escapeHtml(report.createdAt)}.</footer>`,
  ];
  return page('Doppel: evidence for a generator', body.join('\n'));
}
