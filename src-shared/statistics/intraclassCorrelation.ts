/**
 * Intraclass correlation for absolute agreement of single measurements, ICC(A,1): two-way random effects (McGraw & Wong
 * 1996, Psychol. Methods 1:30, tables 4 and 7; ICC(2,1) of Shrout & Fleiss 1979).
 */
import { fisherQuantile } from './fisher.ts';
import type { Interval } from './bootstrap.ts';

export interface IntraclassCorrelation {
  /** Cases, and measurements of each. */
  readonly n: number;
  readonly raters: number;
  readonly icc: number;
  /** 95 %. */
  readonly interval: Interval;
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

interface MeanSquares {
  readonly rows: number;
  readonly columns: number;
  readonly error: number;
}

function meanSquares(table: readonly (readonly number[])[], raters: number): MeanSquares {
  const n = table.length;
  const grand = mean(table.flat());
  const rowMeans = table.map(mean);
  const columnMeans = Array.from({ length: raters }, (_, column) => mean(table.map((row) => row[column]!)));
  const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value ** 2, 0);
  const residuals = table.flatMap((row, r) => row.map((value, c) => value - rowMeans[r]! - columnMeans[c]! + grand));
  return {
    rows: (raters * sumOf(rowMeans.map((value) => value - grand))) / (n - 1),
    columns: (n * sumOf(columnMeans.map((value) => value - grand))) / (raters - 1),
    error: sumOf(residuals) / ((n - 1) * (raters - 1)),
  };
}

/**
 * Of a table with one row a case and one column a method. Null for fewer than three cases, or where nothing varies.
 * Throws RangeError for rows of different lengths or fewer than two columns.
 */
export function intraclassCorrelation(table: readonly (readonly number[])[]): IntraclassCorrelation | null {
  const n = table.length;
  const raters = table[0]?.length ?? 0;
  if (n < 3) return null;
  if (raters < 2 || table.some((row) => row.length !== raters))
    throw new RangeError('Agreement needs as many measurements of every case, two or more.');
  const { rows, columns, error } = meanSquares(table, raters);
  const scale = rows + (raters - 1) * error + (raters / n) * (columns - error);
  if (!(scale > 0)) return null;
  const icc = (rows - error) / scale;
  if (error === 0 && columns === 0) return { n, raters, icc, interval: { low: icc, high: icc } };
  const a = (raters * icc) / (n * (1 - icc));
  const b = 1 + (raters * icc * (n - 1)) / (n * (1 - icc));
  const within = (a * columns + b * error) ** 2 / ((a * columns) ** 2 / (raters - 1) + (b * error) ** 2 / ((n - 1) * (raters - 1))); // prettier-ignore
  const upper = fisherQuantile(0.975, n - 1, within);
  const lower = fisherQuantile(0.975, within, n - 1);
  const others = raters * columns + (raters * n - raters - n) * error;
  return {
    n,
    raters,
    icc,
    interval: {
      low: (n * (rows - upper * error)) / (upper * others + n * rows),
      high: (n * (lower * rows - error)) / (others + n * lower * rows),
    },
  };
}
