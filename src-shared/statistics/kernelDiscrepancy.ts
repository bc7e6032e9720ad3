/**
 * Squared maximum mean discrepancy (Gretton et al. 2012, JMLR 13:723): how far apart two distributions are, as a kernel
 * sees them. All forms here are unbiased: 0 on average between samples of one distribution, however small, and so a
 * single value may be negative.
 */
import type { Random } from '../random.ts';
import { drawTimes, percentileInterval, type BootstrapOptions, type Interval } from './bootstrap.ts';
import { median } from './quantile.ts';

/** Cases as rows of equally many numbers: features, or voxels. */
export type Sample = readonly Float32Array[];

/** How alike two rows are. */
export type Kernel = (a: Float32Array, b: Float32Array) => number;

function squaredDistance(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += (a[index]! - b[index]!) ** 2;
  return sum;
}

/** The median Euclidean distance of two different rows: the usual bandwidth. Throws RangeError for fewer than two rows. */
export function medianDistance(sample: Sample): number {
  return median(sample.flatMap((a, at) => sample.slice(0, at).map((b) => Math.sqrt(squaredDistance(a, b)))));
}

/** exp(−‖a − b‖² / 2σ²), the radial basis function of bandwidth σ. */
export function gaussianKernel(bandwidth: number): Kernel {
  return (a, b) => Math.exp(-squaredDistance(a, b) / (2 * bandwidth ** 2));
}

/** a · b: with it the discrepancy is the squared distance of the means. */
export function innerProduct(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += a[index]! * b[index]!;
  return sum;
}

/** (a · b / n + 1)³ of rows of n numbers: with it the discrepancy is the KID (Bińkowski et al. 2018, arXiv 1801.01401). */
export function cubicKernel(a: Float32Array, b: Float32Array): number {
  return (innerProduct(a, b) / a.length + 1) ** 3;
}

/** Kernel values of all pairs of two samples: the rows of the first, then those of the second. */
export interface Gram {
  readonly first: number;
  readonly second: number;
  /** [(first + second)²], symmetric. */
  readonly values: Float64Array;
}

/** Throws RangeError for a sample of fewer than two rows, or rows of different lengths. */
export function gramOf(first: Sample, second: Sample, kernel: Kernel): Gram {
  const rows = [...first, ...second];
  if (first.length < 2 || second.length < 2 || rows.some((row) => row.length !== rows[0]?.length)) {
    throw new RangeError(
      `A discrepancy needs two samples of two or more rows of one length, not of ${String(first.length)} and ${String(second.length)}.`,
    );
  }
  return { first: first.length, second: second.length, values: gramWithin(rows, kernel).values };
}

/** Kernel values of all pairs of one sample, as the first of a Gram matrix without a second. */
export function gramWithin(sample: Sample, kernel: Kernel): Gram {
  const values = new Float64Array(sample.length ** 2);
  sample.forEach((a, i) => {
    for (let j = 0; j <= i; j++) {
      const value = kernel(a, sample[j]!);
      values[i * sample.length + j] = value;
      values[j * sample.length + i] = value;
    }
  });
  return { first: sample.length, second: 0, values };
}

/**
 * Which rows make the one sample (weight above 0) and the other (below 0), and how often each counts. A row is never
 * compared with itself, also not where it counts twice: that would be the biased form. NaN where a sample is one row.
 */
function discrepancyOf({ first, second, values }: Gram, weights: Float64Array): number {
  const size = first + second;
  const [sums, shares] = [
    [0, 0, 0],
    [0, 0, 0],
  ]; // within the one, within the other, across
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < i; j++) {
      const weight = weights[i]! * weights[j]!;
      if (weight === 0) continue;
      const kind = weight < 0 ? 2 : weights[i]! > 0 ? 0 : 1;
      sums[kind]! += Math.abs(weight) * values[i * size + j]!;
      shares[kind]! += Math.abs(weight);
    }
  }
  return sums[0]! / shares[0]! + sums[1]! / shares[1]! - (2 * sums[2]!) / shares[2]!;
}

const asGiven = ({ first, second }: Gram): Float64Array =>
  Float64Array.from({ length: first + second }, (_, index) => (index < first ? 1 : -1));

/** MMD² of the two samples, unbiased. */
export function discrepancy(gram: Gram): number {
  return discrepancyOf(gram, asGiven(gram));
}

export interface PermutationOptions {
  readonly random: Random;
  /** 1000 if not given. */
  readonly permutations?: number;
}

/**
 * How often samples drawn from both together are at least as far apart: the p of "one distribution". The samples as they
 * are count as one of the permutations, so that p is never 0 (Phipson & Smyth 2010, SAGMB 9:39).
 */
export function permutationP(gram: Gram, { random, permutations = 1000 }: PermutationOptions): number {
  const observed = discrepancy(gram);
  const weights = [...asGiven(gram)];
  let asFar = 1;
  for (let permutation = 0; permutation < permutations; permutation++) {
    if (discrepancyOf(gram, Float64Array.from(random.shuffle(weights))) >= observed) asFar += 1;
  }
  return asFar / (permutations + 1);
}

/** Draws of both samples with replacement; those that leave a sample one row are drawn again. */
function resample(gram: Gram, second: Uint32Array, random: Random): number {
  for (;;) {
    const times = drawTimes(gram.first, random);
    const weights = Float64Array.from([...times, ...Array.from(second, (count) => -count)]);
    const value = discrepancyOf(gram, weights);
    if (!Number.isNaN(value)) return value;
  }
}

function drawSecond(gram: Gram, random: Random): Uint32Array {
  for (;;) {
    const times = drawTimes(gram.second, random);
    if (times.filter((count) => count > 0).length > 1) return times;
  }
}

/** Of MMD², by drawing the rows of each sample again. */
export function discrepancyInterval(gram: Gram, { random, resamples = 1000, confidence }: BootstrapOptions): Interval {
  const values = Array.from({ length: resamples }, () => resample(gram, drawSecond(gram, random), random));
  return percentileInterval(values, confidence);
}

/**
 * Of MMD²(a) − MMD²(b), where both compare something with the same second sample, which is drawn for both alike. Wholly
 * below 0: the first sample of `a` is nearer to it than that of `b`.
 */
export function discrepancyDifference(
  a: Gram,
  b: Gram,
  { random, resamples = 1000, confidence }: BootstrapOptions,
): Interval {
  if (a.second !== b.second) throw new RangeError('Both must be compared with the same sample.');
  const values = Array.from({ length: resamples }, () => {
    const second = drawSecond(a, random);
    return resample(a, second, random) - resample(b, second, random);
  });
  return percentileInterval(values, confidence);
}
