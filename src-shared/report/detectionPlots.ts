/** Plots of how well readers tell two kinds of scans apart: ROC curves, and a forest of shares with their intervals. */
import type { RocPoint } from '../statistics/rocCurve.ts';
import { axisTitles, gridColumns, gridRows, round, svgPlot, toX, toY, type Frame, type Plot } from './chart.ts';
import { escapeHtml } from './html.ts';

const unit = { low: 0, high: 1 };
const fifths = [0, 0.2, 0.4, 0.6, 0.8, 1];
/** So many readers have a colour and a dash of their own; of more, the pointer tells who is who. */
const mostNamed = 6;

export interface RocPlot {
  readonly title: string;
  /** Words at the axes. */
  readonly across: string;
  readonly up: string;
  readonly readers: readonly { readonly name: string; readonly points: readonly RocPoint[] }[];
  /** Drawn thicker, on top. */
  readonly pooled: { readonly name: string; readonly points: readonly RocPoint[] };
}

const square: Frame = { width: 320, height: 318, left: 46, right: 10, top: 8, bottom: 38 };

function curve(points: readonly RocPoint[], kind: string, name: string): string {
  const path = points
    .map(({ falsePositiveRate, truePositiveRate }, index) => `${index === 0 ? 'M' : 'L'}${round(toX(square, unit, falsePositiveRate))} ${round(toY(square, unit, truePositiveRate))}`)
    .join(''); // prettier-ignore
  return `<path class="line ${kind}" d="${path}"><title>${escapeHtml(name)}</title></path>`;
}

/** Empirical curves in the unit square; the diagonal is chance. */
export function rocPlot({ title, across, up, readers, pooled }: RocPlot): Plot {
  const drawn = readers.filter(({ points }) => points.length > 0);
  const isNamed = drawn.length <= mostNamed;
  const curves = drawn.map(({ name, points }, index) => curve(points, isNamed ? `series-${index + 1}` : 'faint', name));
  const named = [...(isNamed ? drawn : []).map(({ name }, index) => ({ name, kind: `series-${index + 1}` })), { name: pooled.name, kind: 'summary' }]; // prettier-ignore
  const legend = named.map(({ name, kind }, index) => {
    const y = square.height - square.bottom - 10 - 14 * (named.length - 1 - index);
    return `<line class="line ${kind}" x1="196" x2="216" y1="${y}" y2="${y}"/><text class="label" x="221" y="${y}" dy="3.5">${escapeHtml(name.length > 15 ? `${name.slice(0, 14)}…` : name)}</text>`;
  });
  const chance = `<line class="limit" x1="${round(toX(square, unit, 0))}" y1="${round(toY(square, unit, 0))}" x2="${round(toX(square, unit, 1))}" y2="${round(toY(square, unit, 1))}"/>`;
  return svgPlot({
    title,
    description: `${drawn.map(({ name }) => name).join(', ')}, ${pooled.name}`,
    frame: square,
    content: gridRows(square, unit, fifths) + gridColumns(square, unit, fifths) + axisTitles(square, across, up) + chance + curves.join('') + curve(pooled.points, 'summary', pooled.name) + legend.join(''),
  }); // prettier-ignore
}

export interface ForestRow {
  readonly name: string;
  /** 0 to 1. */
  readonly value: number;
  readonly interval: readonly [number, number] | null;
  /** Drawn as a diamond: what stands for all. */
  readonly isSummary: boolean;
  /** Value and interval in words, at the right. */
  readonly words: string;
}

export interface ForestPlot {
  readonly title: string;
  readonly across: string;
  readonly rows: readonly ForestRow[];
  readonly reference: number;
  /** A band around the reference: the margin of an equivalence test. */
  readonly margin: number;
}

const rowHeight = 24;

/** A row a reader: value, 95 % interval; the line is the reference, the band its margin. */
export function forestPlot({ title, across, rows, reference, margin }: ForestPlot): Plot {
  const frame: Frame = { width: 640, height: 52 + rowHeight * rows.length, left: 130, right: 150, top: 8, bottom: 40 };
  const x = (value: number): string => round(toX(frame, unit, value));
  const bottom = frame.height - frame.bottom;
  const band = `<rect class="band" x="${x(reference - margin)}" y="${frame.top}" width="${round(toX(frame, unit, reference + margin) - toX(frame, unit, reference - margin))}" height="${bottom - frame.top}"/>`;
  const line = `<line class="limit" x1="${x(reference)}" x2="${x(reference)}" y1="${frame.top}" y2="${bottom}"/>`;
  const marks = rows.map(({ name, value, interval, isSummary, words }, index) => {
    const y = frame.top + rowHeight * (index + 0.5) + 2;
    const bar = interval === null ? '' : `<line class="${isSummary ? 'middle' : 'bar'}" x1="${x(interval[0])}" x2="${x(interval[1])}" y1="${y}" y2="${y}"/>`;
    const at = toX(frame, unit, value);
    const mark = isSummary
      ? `<path class="mark" d="M${round(at - 6)} ${y}L${round(at)} ${y - 6}L${round(at + 6)} ${y}L${round(at)} ${y + 6}Z"/>`
      : `<rect class="other" x="${round(at - 4)}" y="${y - 4}" width="8" height="8"/>`;
    return `${bar}${mark}<text class="label" x="${frame.left - 8}" y="${y}" dy="3.5" text-anchor="end">${escapeHtml(name.length > 20 ? `${name.slice(0, 19)}…` : name)}</text><text class="label" x="${frame.width - frame.right + 8}" y="${y}" dy="3.5">${escapeHtml(words)}</text>`;
  }); // prettier-ignore
  const axis = `<text class="label" x="${round((frame.left + frame.width - frame.right) / 2)}" y="${frame.height - 4}" text-anchor="middle">${escapeHtml(across)}</text>`;
  return svgPlot({
    title,
    description: rows.map(({ name, words }) => `${name} ${words}`).join('; '),
    frame,
    content: gridColumns(frame, unit, fifths) + band + line + axis + marks.join(''),
  });
}
