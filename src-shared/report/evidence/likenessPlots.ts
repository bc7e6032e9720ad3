/** Plots of likeness: where scans lie among each other, and how power falls off with fineness. */
import type { LikenessResult } from '../../contract/evidence/likeness.ts';
import { axisTitles, gridColumns, gridRows, rangeOf, round, svgPlot, toX, toY, usual, type Frame, type Plot } from '../chart.ts'; // prettier-ignore
import { escapeHtml } from '../html.ts';

const legendHeight = 18;
const names = ['Real', 'Synthetic'] as const;

/** Words above the plot, each with its mark. */
function legend(marks: readonly { readonly name: string; readonly mark: string }[]): string {
  return marks
    .map(({ name, mark }, at) => `<g transform="translate(${String(usual.left + at * 105)} 11)">${mark}<text class="label" x="22" dy="3.5">${escapeHtml(name)}</text></g>`)
    .join('');
} // prettier-ignore

/** A square for a real scan, a dot for a synthetic one. */
const square = (x: string, y: string): string =>
  `<rect class="other" x="${String(Number(x) - 3)}" y="${String(Number(y) - 3)}" width="6" height="6" fill-opacity="0.75"/>`;
const dot = (x: string, y: string): string => `<circle class="mark" cx="${x}" cy="${y}" r="3" fill-opacity="0.75"/>`;

type Embedding = LikenessResult['embeddings'][number];

export function embeddingPlot({ extractor, real, synthetic, explained }: Embedding): Plot {
  const frame: Frame = { ...usual, width: 420, height: 340, top: usual.top + legendHeight };
  const all = [...real, ...synthetic];
  const [across, up] = [rangeOf(all.map(([x]) => x)), rangeOf(all.map(([, y]) => y))];
  const place = ([x, y]: readonly [number, number], draw: typeof dot): string =>
    draw(round(toX(frame, across, x)), round(toY(frame, up, y)));
  const key = legend([
    { name: names[0], mark: square('10', '0') },
    { name: names[1], mark: dot('10', '0') },
  ]);
  return svgPlot({
    title: `Where scans lie, by ${extractor}`,
    description: `${String(real.length)} real and ${String(synthetic.length)} synthetic scans; two axes show ${(100 * explained).toFixed(0)} % of the variance`,
    frame,
    content: `${gridRows(frame, up)}${gridColumns(frame, across)}${axisTitles(frame, 'first axis', 'second axis')}${real.map((point) => place(point, square)).join('')}${synthetic.map((point) => place(point, dot)).join('')}${key}`,
  });
}

const decibels = (power: number): number => 10 * Math.log10(Math.max(power, 1e-12));

/** Mean power a shell, dB, over wavenumbers from 1 to half the side. */
export function spectrumPlot({ real, synthetic, pcaGaussian }: LikenessResult['spectra']): Plot {
  const frame: Frame = { ...usual, width: 420, height: 340, top: usual.top + legendHeight };
  const sets = [
    { name: 'Real', kind: 'summary', powers: real },
    { name: 'Synthetic', kind: 'series-2', powers: synthetic },
    { name: 'PCA–Gaussian', kind: 'series-3', powers: pcaGaussian },
  ];
  const across = { low: 0, high: real.length + 0.5 };
  const up = rangeOf(sets.flatMap(({ powers }) => powers.map(decibels)));
  const lines = sets.map(({ kind, powers }) => {
    const path = powers.map((power, at) => `${at === 0 ? 'M' : 'L'}${round(toX(frame, across, at + 1))} ${round(toY(frame, up, decibels(power)))}`); // prettier-ignore
    return `<path class="line ${kind}" d="${path.join('')}"/>`;
  });
  const key = legend(sets.map(({ name, kind }) => ({ name, mark: `<line class="line ${kind}" x1="0" x2="18"/>` })));
  return svgPlot({
    title: 'Radial power spectrum',
    description: sets.map(({ name, powers }) => `${name}: ${powers.map((power) => decibels(power).toFixed(1)).join(', ')} dB`).join('; '),
    frame,
    content: `${gridRows(frame, up)}${gridColumns(frame, across)}${axisTitles(frame, 'wavenumber (waves across the grid)', 'power, dB')}${lines.join('')}${key}`,
  }); // prettier-ignore
}
