/**
 * Fréchet distance between the Gaussians of two samples (Heusel et al. 2017, arXiv 1706.08500: FID, with any features), and
 * its value for endless samples (Chong & Forsyth 2020, arXiv 1911.07023).
 */
import { Matrix, SingularValueDecomposition } from 'ml-matrix';
import type { Random } from '../random.ts';
import type { Sample } from './kernelDiscrepancy.ts';

interface Moments {
  readonly mean: Float64Array;
  /** Deviations from the mean over √(n − 1): A [n, d] with AᵀA the covariance. */
  readonly root: Matrix;
  /** Trace of the covariance. */
  readonly trace: number;
}

function momentsOf(sample: Sample): Moments {
  const length = sample[0]?.length ?? 0;
  const mean = new Float64Array(length);
  for (const row of sample) row.forEach((value, at) => (mean[at]! += value / sample.length));
  const scale = 1 / Math.sqrt(sample.length - 1);
  const rows = sample.map((row) => Array.from(row, (value, at) => (value - mean[at]!) * scale));
  const trace = rows.reduce((sum, row) => sum + row.reduce((part, value) => part + value * value, 0), 0);
  return { mean, root: new Matrix(rows), trace };
}

/**
 * ‖μ − ν‖² + Tr(S + T − 2 (S T)^½) of the means and covariances (n − 1 below the line) of two samples of two or more rows.
 * With S = AᵀA and T = BᵀB the trace of (S T)^½ is the sum of the singular values of A Bᵀ, so that no matrix of
 * features by features is needed. Biased: it grows as the samples shrink. Throws RangeError for fewer than two rows.
 */
export function frechetDistance(first: Sample, second: Sample): number {
  if (first.length < 2 || second.length < 2)
    throw new RangeError('A Fréchet distance needs two samples of two or more rows.');
  const [x, y] = [momentsOf(first), momentsOf(second)];
  const apart = x.mean.reduce((sum, value, at) => sum + (value - y.mean[at]!) ** 2, 0);
  const product = x.root.mmul(y.root.transpose());
  const { diagonal } = new SingularValueDecomposition(product, {
    computeLeftSingularVectors: false,
    computeRightSingularVectors: false,
    autoTranspose: true,
  });
  const shared = diagonal.reduce((sum, value) => sum + value, 0);
  return apart + x.trace + y.trace - 2 * shared;
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

/** Distances of random parts of the made sample, from a half of it to all, evenly spaced. */
export function frechetPoints(made: Sample, real: Sample, random: Random): readonly FrechetPoint[] {
  const least = Math.max(2, Math.floor(made.length / 2));
  return Array.from({ length: pointCount }, (_, at) => {
    const count = Math.round(least + ((made.length - least) * at) / (pointCount - 1));
    return { count, distance: frechetDistance(random.shuffle(made).slice(0, count), real) };
  });
}
