/** Two sets of scans side by side: a dot a scan, with the median and the middle half of each set. */
import { quantile } from '../../statistics/quantile.ts';
import { gridRows, rangeOf, round, svgPlot, toY, usual, type Plot } from '../chart.ts';
import { escapeHtml } from '../html.ts';

interface Dot {
  readonly name: string;
  readonly value: number;
}

export interface TwoSets {
  readonly title: string;
  /** One scan or more each. */
  readonly real: readonly Dot[];
  readonly synthetic: readonly Dot[];
}

const halfWidth = 46;
/** Parts of the column's width by which neighbouring dots are set apart: steps of the golden ratio fill it evenly. */
const golden = 0.618;

function columnOf(dots: readonly Dot[], middle: number, y: (value: number) => string, kind: 'mark' | 'other'): string {
  const values = dots.map(({ value }) => value);
  const [low, half, high] = [0.25, 0.5, 0.75].map((share) => quantile(values, share)) as [number, number, number];
  const box = `<rect class="band" x="${round(middle - halfWidth)}" y="${y(high)}" width="${String(2 * halfWidth)}" height="${round(Math.max(1, Number(y(low)) - Number(y(high))))}"/>`;
  const line = `<line class="middle" x1="${round(middle - halfWidth)}" x2="${round(middle + halfWidth)}" y1="${y(half)}" y2="${y(half)}"/>`;
  const marks = dots.map(({ name, value }, at) => {
    const x = round(middle + (((at * golden) % 1) - 0.5) * 1.6 * halfWidth);
    const words = `<title>${escapeHtml(`${name}: ${String(Number(value.toPrecision(4)))}`)}</title>`;
    return `<circle class="${kind}" cx="${x}" cy="${y(value)}" r="2.8" fill-opacity="0.75">${words}</circle>`;
  });
  return box + line + marks.join('');
}

export function twoSetsPlot({ title, real, synthetic }: TwoSets): Plot {
  const { left, right, width, height, bottom } = usual;
  const scale = rangeOf([...real, ...synthetic].map(({ value }) => value));
  const y = (value: number): string => round(toY(usual, scale, value));
  const middles = [0.28, 0.72].map((share) => left + share * (width - left - right)) as [number, number];
  const named = (name: string, middle: number): string =>
    `<text class="label" x="${round(middle)}" y="${String(height - bottom + 16)}" text-anchor="middle">${name}</text>`;
  const middle = (dots: readonly Dot[]): string => String(Number(quantile(dots.map(({ value }) => value), 0.5).toPrecision(4))); // prettier-ignore
  return svgPlot({
    title,
    description: `median of ${String(real.length)} real scans ${middle(real)}, of ${String(synthetic.length)} synthetic scans ${middle(synthetic)}`,
    frame: usual,
    content: `${gridRows(usual, scale)}${columnOf(real, middles[0], y, 'other')}${columnOf(synthetic, middles[1], y, 'mark')}${named('real', middles[0])}${named('synthetic', middles[1])}`,
  });
}
