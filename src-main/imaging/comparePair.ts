/** Two volumes of one size compared over all voxels: the figures that scikit-image gives for a pair. */
import type { PairMetrics } from '#contract/evidence/pair.ts';
import { filterValid } from '#shared/statistics/gaussianWindow.ts';
import { msSsim, scalesFor, ssim } from '#shared/statistics/structuralSimilarity.ts';
import type { Vector3 } from '#shared/volume/affine.ts';

const window = 11;
const uniformWindow = 7;

interface Pair {
  readonly reference: Float32Array;
  readonly result: Float32Array;
  readonly size: Vector3;
  readonly dataRange: number;
}

/** Half of a window whose weights are all alike. */
const uniformHalf = new Float64Array((uniformWindow + 1) / 2).fill(1 / uniformWindow);

/** Mean SSIM under a uniform window with unbiased covariances, over the places where it fits. */
function uniformSsim({ reference, result, size, dataRange }: Pair): number {
  const local = (of: (index: number) => number): Float64Array =>
    filterValid(Float64Array.from(reference, (_, index) => of(index)), size, uniformHalf); // prettier-ignore
  const a = local((index) => reference[index]!);
  const b = local((index) => result[index]!);
  const squareA = local((index) => reference[index]! ** 2);
  const squareB = local((index) => result[index]! ** 2);
  const both = local((index) => reference[index]! * result[index]!);
  const [c1, c2] = [(0.01 * dataRange) ** 2, (0.03 * dataRange) ** 2];
  const unbiased = uniformWindow ** 3 / (uniformWindow ** 3 - 1);
  let sum = 0;
  for (let at = 0; at < a.length; at++) {
    const [p, q] = [a[at]!, b[at]!];
    const spread = unbiased * (squareA[at]! - p * p + squareB[at]! - q * q);
    const shared = unbiased * (both[at]! - p * q);
    sum += ((2 * p * q + c1) * (2 * shared + c2)) / ((p * p + q * q + c1) * (spread + c2));
  }
  return sum / a.length;
}

interface Moments {
  readonly mse: number;
  readonly mae: number;
  readonly nrmse: number | null;
  readonly ncc: number | null;
}

function momentsOf({ reference, result }: Pair): Moments {
  const n = reference.length;
  let [squared, absolute, energy, sumA, sumB] = [0, 0, 0, 0, 0];
  for (let at = 0; at < n; at++) {
    const [a, b] = [reference[at]!, result[at]!];
    squared += (a - b) ** 2;
    absolute += Math.abs(a - b);
    energy += a * a;
    sumA += a;
    sumB += b;
  }
  const [meanA, meanB] = [sumA / n, sumB / n];
  let [varianceA, varianceB, shared] = [0, 0, 0];
  for (let at = 0; at < n; at++) {
    const [a, b] = [reference[at]! - meanA, result[at]! - meanB];
    varianceA += a * a;
    varianceB += b * b;
    shared += a * b;
  }
  const spread = Math.sqrt(varianceA * varianceB);
  return {
    mse: squared / n,
    mae: absolute / n,
    nrmse: energy > 0 ? Math.sqrt(squared / energy) : null,
    ncc: spread > 0 ? Math.max(-1, Math.min(1, shared / spread)) : null, // rounding goes beyond
  };
}

/** From the least to the greatest value. */
export function valueRange(data: Float32Array): number {
  let [least, most] = [Infinity, -Infinity];
  for (const value of data) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return most - least;
}

/** All voxels finite, `dataRange` above 0. */
export function comparePair(pair: Pair): Omit<PairMetrics, 'warnings'> {
  const { reference, result, size, dataRange } = pair;
  const moments = momentsOf(pair);
  const shortest = Math.min(...size);
  const options = { size, dataRange, window } as const;
  const isWide = shortest >= window;
  return {
    psnr: moments.mse > 0 ? 10 * Math.log10(dataRange ** 2 / moments.mse) : null,
    ssim: isWide ? ssim(reference, result, options) : null,
    ssimUniform: shortest >= uniformWindow ? uniformSsim(pair) : null,
    msSsim: isWide ? msSsim(reference, result, options) : null,
    scales: isWide ? scalesFor(options).scales : 0,
    ...moments,
    dataRange,
    voxels: reference.length,
  };
}
