/**
 * New cases from the Gaussian with the mean and covariance of a sample: what principal components and a normal
 * distribution over them give when all components are kept. The simplest generator there is, which a network has to
 * beat.
 */
import type { Random } from '../random.ts';

/** The mean of rows of equally many numbers. Throws RangeError for none. */
export function meanOf(sample: readonly Float32Array[]): Float32Array {
  const sum = new Float64Array(sample[0]?.length ?? 0);
  if (sample.length === 0) throw new RangeError('There is no mean of nothing.');
  for (const row of sample) row.forEach((value, at) => (sum[at]! += value));
  return Float32Array.from(sum, (value) => value / sample.length);
}

/**
 * `count` draws: the mean plus the deviations of all rows, each times a standard normal number, over √(n − 1). Their
 * covariance is the sample's (with n − 1 below the line) and is never computed. Throws RangeError for fewer than two rows.
 */
export function drawGaussian(
  sample: readonly Float32Array[],
  { count, random }: { readonly count: number; readonly random: Random },
): Float32Array[] {
  if (sample.length < 2) throw new RangeError('A covariance needs two rows or more.');
  const mean = meanOf(sample);
  return Array.from({ length: count }, () => {
    const drawn = Float64Array.from(mean);
    for (const row of sample) {
      const weight = random.normal() / Math.sqrt(sample.length - 1);
      for (let at = 0; at < drawn.length; at++) drawn[at]! += weight * (row[at]! - mean[at]!);
    }
    return Float32Array.from(drawn);
  });
}
