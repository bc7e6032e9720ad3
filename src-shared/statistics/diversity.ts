/**
 * Whether made scans differ among each other as much as real ones: the mean MS-SSIM of pairs of the one set less that of
 * the other. Above 0, the generator repeats itself; the papers on brain GANs take that for mode collapse (Kwon et al.
 * 2019, arXiv 1908.02498).
 */
import { drawTimes, percentileInterval, type BootstrapOptions, type Interval } from './bootstrap.ts';
import type { PairSimilarity } from './structuralSimilarity.ts';

export interface DiversityGap extends Interval {
  /** Mean of the made pairs − mean of the real pairs. */
  readonly gap: number;
}

/** Of pairs whose volumes count so often; NaN where no pair is left. */
function weighedMean(pairs: readonly PairSimilarity[], times: Uint32Array): number {
  let sum = 0;
  let share = 0;
  for (const { first, second, value } of pairs) {
    const weight = times[first]! * times[second]!;
    sum += weight * value;
    share += weight;
  }
  return sum / share;
}

/** The mean over pairs, with an interval by drawing the volumes again. */
export function meanSimilarity(
  pairs: readonly PairSimilarity[],
  { random, resamples = 1000, confidence }: BootstrapOptions,
): Interval & { readonly mean: number } {
  const count = volumesIn(pairs);
  const drawn = Array.from({ length: resamples }, () => weighedMean(pairs, drawTimes(count, random)));
  const mean = weighedMean(pairs, new Uint32Array(count).fill(1));
  return { mean, ...percentileInterval(drawn.filter((value) => !Number.isNaN(value)), confidence) }; // prettier-ignore
}

const volumesIn = (pairs: readonly PairSimilarity[]): number =>
  1 + Math.max(...pairs.map(({ first, second }) => Math.max(first, second)));

/** The gap with an interval by drawing the volumes of both sets again; pairs are not independent of each other. */
export function diversityGap(
  made: readonly PairSimilarity[],
  real: readonly PairSimilarity[],
  { random, resamples = 1000, confidence }: BootstrapOptions,
): DiversityGap {
  const sets = [made, real].map((pairs) => ({ pairs, count: volumesIn(pairs) }));
  const drawn = Array.from({ length: resamples }, () => {
    const [ofMade, ofReal] = sets.map(({ pairs, count }) => weighedMean(pairs, drawTimes(count, random)));
    return ofMade! - ofReal!;
  }).filter((value) => !Number.isNaN(value));
  const [ofMade, ofReal] = sets.map(({ pairs, count }) => weighedMean(pairs, new Uint32Array(count).fill(1)));
  return { gap: ofMade! - ofReal!, ...percentileInterval(drawn, confidence) };
}
