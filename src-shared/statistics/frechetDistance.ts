/**
 * Fréchet distance between the Gaussians of two samples (Heusel et al. 2017, arXiv 1706.08500: FID, with any features), and
 * its value for endless samples (Chong & Forsyth 2020, arXiv 1911.07023).
 */
import { Matrix, SingularValueDecomposition } from 'ml-matrix';
import type { Random } from '../random.ts';
import { gramOf, innerProduct, type Gram, type Sample } from './kernelDiscrepancy.ts';

/** Rows of a Gram matrix by their places in it; a row may come more than once. */
type Rows = readonly number[];

/** Places of the rows of the first sample, and of the second. */
export const firstRows = ({ first }: Gram): Rows => Array.from({ length: first }, (_, at) => at);
export const secondRows = ({ first, second }: Gram): Rows => Array.from({ length: second }, (_, at) => first + at);

interface Block {
  /** [rows, columns] of inner products. */
  readonly values: Float64Array;
  readonly rowMeans: Float64Array;
  readonly columnMeans: Float64Array;
  readonly mean: number;
}

function blockOf({ first, second, values }: Gram, rows: Rows, columns: Rows): Block {
  const size = first + second;
  const block = new Float64Array(rows.length * columns.length);
  const [rowMeans, columnMeans] = [new Float64Array(rows.length), new Float64Array(columns.length)];
  rows.forEach((row, i) => {
    columns.forEach((column, j) => {
      const value = values[row * size + column]!;
      block[i * columns.length + j] = value;
      rowMeans[i]! += value / columns.length;
      columnMeans[j]! += value / rows.length;
    });
  });
  return { values: block, rowMeans, columnMeans, mean: rowMeans.reduce((sum, mean) => sum + mean / rows.length, 0) };
}

/** Trace of the covariance (n − 1 below the line). */
function traceOf({ first, second, values }: Gram, rows: Rows, mean: number): number {
  const squares = rows.reduce((sum, row) => sum + values[row * (first + second) + row]!, 0);
  return (squares - rows.length * mean) / (rows.length - 1);
}

/**
 * ‖μ − ν‖² + Tr(S + T − 2 (S T)^½) of the means and covariances (n − 1 below the line) of the rows `a` and `b`. With
 * S = AᵀA and T = BᵀB the trace of (S T)^½ is the sum of the singular values of A Bᵀ, the centred inner products of the
 * two samples: no matrix of features by features is needed, and samples drawn again need no features at all. `gram`: of
 * `innerProduct`.
 */
export function frechetOfRows(gram: Gram, a: Rows, b: Rows): number {
  if (a.length < 2 || b.length < 2) throw new RangeError('A Fréchet distance needs two samples of two or more rows.');
  const across = blockOf(gram, a, b);
  const [within, other] = [blockOf(gram, a, a).mean, blockOf(gram, b, b).mean];
  const scale = 1 / Math.sqrt((a.length - 1) * (b.length - 1));
  const centred = new Matrix(a.length, b.length);
  for (let i = 0; i < a.length; i++) {
    for (let j = 0; j < b.length; j++) {
      const value = across.values[i * b.length + j]! - across.rowMeans[i]! - across.columnMeans[j]! + across.mean;
      centred.set(i, j, value * scale);
    }
  }
  const { diagonal } = new SingularValueDecomposition(centred, {
    computeLeftSingularVectors: false,
    computeRightSingularVectors: false,
    autoTranspose: true,
  });
  const shared = diagonal.reduce((sum, value) => sum + value, 0);
  const apart = within + other - 2 * across.mean;
  return apart + traceOf(gram, a, within) + traceOf(gram, b, other) - 2 * shared;
}

/** Of all rows of two samples. Biased: it grows as the samples shrink. Throws RangeError for fewer than two rows. */
export function frechetDistance(first: Sample, second: Sample): number {
  const gram = gramOf(first, second, innerProduct);
  return frechetOfRows(gram, firstRows(gram), secondRows(gram));
}

export interface FrechetPoint {
  /** Rows of the made sample. */
  readonly count: number;
  readonly distance: number;
}

/** The distance at 1/n = 0 of the straight line that fits distances over 1/n best. Throws RangeError for fewer than two counts. */
export function extrapolateFrechet(points: readonly FrechetPoint[]): number {
  const x = points.map(({ count }) => 1 / count);
  const y = points.map(({ distance }) => distance);
  const [xMean, yMean] = [x, y].map((values) => values.reduce((sum, value) => sum + value, 0) / values.length);
  const spread = x.reduce((sum, value) => sum + (value - xMean!) ** 2, 0);
  if (!(spread > 0)) throw new RangeError('A line over 1/n needs two different counts.');
  const slope = x.reduce((sum, value, at) => sum + (value - xMean!) * (y[at]! - yMean!), 0) / spread;
  return yMean! - slope * xMean!;
}

const pointCount = 15; // as Chong & Forsyth

interface PointOptions {
  readonly random: Random;
  /** 15 if not given. */
  readonly points?: number;
}

/** Distances of random parts of the rows `made` from `real`, from a half of them to all, evenly spaced. */
export function frechetPoints(
  gram: Gram,
  made: Rows,
  real: Rows,
  { random, points = pointCount }: PointOptions,
): readonly FrechetPoint[] {
  const least = Math.max(2, Math.floor(made.length / 2));
  return Array.from({ length: points }, (_, at) => {
    const count = Math.round(least + ((made.length - least) * at) / (points - 1));
    return { count, distance: frechetOfRows(gram, random.shuffle(made).slice(0, count), real) };
  });
}
