/** The two generators that need no network, which one has to beat: the mean scan, and a Gaussian. */
import type { Random } from '../random.ts';
import { drawGaussian, meanOf } from './gaussianSampler.ts';
import type { Sample } from './kernelDiscrepancy.ts';

/** The mean of the training scans, as often as a generator makes scans. */
export function meanBrain(training: Sample, count: number): Sample {
  const mean = meanOf(training);
  return Array.from({ length: count }, () => mean);
}

/** From the Gaussian with mean and covariance of the training scans, held in [-1, 1]. */
export function gaussianScans(
  training: Sample,
  { count, random }: { readonly count: number; readonly random: Random },
): Sample {
  const drawn = drawGaussian(training, { count, random });
  return drawn.map((scan) => scan.map((value) => Math.min(1, Math.max(-1, value))));
}
