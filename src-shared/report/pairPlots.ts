/** Plots of paired results as inline SVG: each case across methods, differences with their interval, agreement. */
import { formatTick, ticks } from './axis.ts';
import {
  gridRows,
  plotFigure,
  rangeOf,
  round,
  svgPlot,
  toX as toXOf,
  toY as toYOf,
  usual,
  type Scale,
} from './chart.ts';
import { escapeHtml } from './html.ts';

const { width, height, left, right, bottom } = usual;

const toX = (scale: Scale, value: number): number => toXOf(usual, scale, value);
const toY = (scale: Scale, value: number): number => toYOf(usual, scale, value);
const rows = (scale: Scale): string => gridRows(usual, scale);
const chart = (title: string, description: string, content: string): string =>
  plotFigure(svgPlot({ title, description, frame: usual, content }));

/** Names under the columns. */
function columns(names: readonly string[]): string {
  return names
    .map(
      (name, column) =>
        `<text class="label" x="${round(columnX(column, names.length))}" y="${height - bottom + 16}" text-anchor="middle">${escapeHtml(name)}</text>`,
    )
    .join('');
}

const columnX = (column: number, count: number): number => left + ((column + 0.5) / count) * (width - left - right);

export interface PairedColumns {
  readonly title: string;
  /** One a column. */
  readonly names: readonly string[];
  /** One a case: its value in each column, and what the pointer is told. */
  readonly cases: readonly { readonly name: string; readonly values: readonly number[] }[];
}

/** Every case as a line across the methods; the first column is marked. */
export function pairedPlot({ title, names, cases }: PairedColumns): string {
  const scale = rangeOf(cases.flatMap(({ values }) => values));
  const lines = cases.map(({ name, values }) => {
    const points = values.map((value, column) => ({ x: round(columnX(column, names.length)), y: round(toY(scale, value)), value })); // prettier-ignore
    const path = points.map(({ x, y }, index) => `${index === 0 ? 'M' : 'L'}${x} ${y}`).join('');
    const dots = points.map(
      ({ x, y, value }, index) =>
        `<circle class="${index === 0 ? 'mark' : 'other'}" cx="${x}" cy="${y}" r="3.4"><title>${escapeHtml(`${name}, ${names[index] ?? ''}: ${String(Number(value.toPrecision(5)))}`)}</title></circle>`,
    );
    return `<path class="pairing" fill="none" d="${path}"/>${dots.join('')}`;
  });
  return chart(title, `${cases.length} scans`, rows(scale) + columns(names) + lines.join(''));
}

export interface Differences {
  readonly title: string;
  /** One a column: the differences of all cases, their median and its interval. */
  readonly columns: readonly {
    readonly name: string;
    readonly values: readonly number[];
    readonly median: number;
    readonly interval: { readonly low: number; readonly high: number };
  }[];
}

/** Dots in a column are set apart by this much, from the middle outwards. */
const spread = 5;

/** Differences of each case, with their median (line) and its interval (band); the line at 0 is no difference. */
export function differencePlot({ title, columns: given }: Differences): string {
  const scale = rangeOf([0, ...given.flatMap(({ values, interval }) => [...values, interval.low, interval.high])]);
  const zero = round(toY(scale, 0));
  const marks = given.map(({ name, values, median, interval }, column) => {
    const middle = columnX(column, given.length);
    const band = `<rect class="band" x="${round(middle - 22)}" y="${round(toY(scale, interval.high))}" width="44" height="${round(Math.max(1, toY(scale, interval.low) - toY(scale, interval.high)))}"/>`;
    const line = `<line class="middle" x1="${round(middle - 22)}" x2="${round(middle + 22)}" y1="${round(toY(scale, median))}" y2="${round(toY(scale, median))}"/>`;
    const dots = values.map((value, index) => {
      const aside = (index % 2 === 0 ? 1 : -1) * Math.ceil((index % 6) / 2) * spread;
      return `<circle class="other" cx="${round(middle + aside)}" cy="${round(toY(scale, value))}" r="2.8"><title>${escapeHtml(`${name}: ${String(Number(value.toPrecision(4)))}`)}</title></circle>`;
    });
    return band + line + dots.join('');
  });
  return chart(
    title,
    given.map(({ name, median }) => `${name} ${String(Number(median.toPrecision(3)))}`).join(', '),
    `${rows(scale)}<line class="limit" x1="${left}" x2="${width - right}" y1="${zero}" y2="${zero}"/>${columns(given.map(({ name }) => name))}${marks.join('')}`,
  );
}

export interface AgreementPlot {
  readonly title: string;
  readonly unit: string;
  readonly means: readonly number[];
  readonly differences: readonly number[];
  /** Null: too few cases for limits. */
  readonly limits: { readonly bias: number; readonly lower: number; readonly upper: number } | null;
}

/** Differences over means, with bias and limits of agreement (Bland & Altman 1986, Lancet 1:307). */
export function blandAltmanPlot({ title, unit, means, differences, limits }: AgreementPlot): string {
  const across = rangeOf(means);
  const scale = rangeOf([0, ...differences, ...(limits === null ? [] : [limits.lower, limits.upper])]);
  const dots = differences.map(
    (difference, index) =>
      `<circle class="mark" cx="${round(toX(across, means[index] ?? NaN))}" cy="${round(toY(scale, difference))}" r="3.2"/>`,
  );
  const horizontal = (value: number, kind: string): string => {
    const y = round(toY(scale, value));
    return `<line class="${kind}" x1="${left}" x2="${width - right}" y1="${y}" y2="${y}"/>`;
  };
  const lines =
    limits === null
      ? ''
      : horizontal(limits.bias, 'middle') + horizontal(limits.lower, 'limit') + horizontal(limits.upper, 'limit');
  const values = ticks(across.low, across.high).map(
    (value) =>
      `<text x="${round(toX(across, value))}" y="${height - bottom + 15}" text-anchor="middle">${formatTick(value)}</text>`,
  );
  const axis = `<text class="label" x="${round((left + width - right) / 2)}" y="${height - 6}" text-anchor="middle">mean, ${escapeHtml(unit)}</text>`;
  return chart(title, `${differences.length} scans`, rows(scale) + values.join('') + axis + lines + dots.join(''));
}
