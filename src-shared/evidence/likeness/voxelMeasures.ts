/** Distances of sets by their intensities and spectra, each with a 95 % interval by drawing the scans again. */
import type { Random } from '../../random.ts';
import { normalInterval } from '../../statistics/bootstrap.ts';
import { distributionDistance } from '../../statistics/distributionDistance.ts';
import { splitHalf } from '../../statistics/splitHalf.ts';
import type { Estimate } from './featureMeasures.ts';

/** A set of scans as one thing a scan, such as its spectrum. */
type Cases = readonly Float32Array[];
type SetDistance = (made: Cases, real: Cases) => number;

const resamples = 1000;
const splits = 200;
const leastForHalves = 4;

/** `coarse`: what the interval is made by, where the distance itself takes too long to be worked out a thousand times. */
export function setDistance(
  made: Cases,
  real: Cases,
  { value, coarse, random }: { readonly value: number; readonly coarse: SetDistance; readonly random: Random },
): Estimate {
  const again = (cases: Cases): Cases => cases.map(() => cases[random.integer(cases.length)] ?? new Float32Array());
  const drawn = Array.from({ length: resamples }, () => coarse(again(made), again(real)));
  return { value, interval: normalInterval(value, drawn, { least: 0 }) };
}

/** Of random halves of the real scans. */
export function setFloor(real: Cases, coarse: SetDistance, random: Random): Estimate {
  if (real.length < leastForHalves) return { value: null, interval: null };
  const { mean, low, high } = splitHalf(real, coarse, { random, splits });
  return { value: mean, interval: { low, high } };
}

export function meanOfCases(cases: Cases): Float32Array {
  const length = cases[0]?.length ?? 0;
  const mean = new Float32Array(length);
  const sum = new Float64Array(length);
  for (const one of cases) for (let at = 0; at < length; at++) sum[at] = (sum[at] ?? 0) + (one[at] ?? 0);
  for (let at = 0; at < length; at++) mean[at] = (sum[at] ?? 0) / cases.length;
  return mean;
}

/** Intensities in [0, 1] of a scan's brain. */
export interface IntensityProfile {
  /** Evenly spaced among the brain's voxels, at most `mostVoxels`. */
  readonly values: Float32Array;
  /** Share of the voxels in each of `bins` bins. */
  readonly histogram: Float32Array;
}

const mostVoxels = 20_000;
const bins = 256;
const background = -1;

/** Of a scan in [-1, 1]; an empty brain has no values. */
export function intensityProfile(voxels: Float32Array): IntensityProfile {
  const brain = voxels.filter((value) => value > background).map((value) => (value + 1) / 2);
  const histogram = new Float32Array(bins);
  for (const value of brain) {
    const bin = Math.min(bins - 1, Math.floor(value * bins));
    histogram[bin] = (histogram[bin] ?? 0) + 1 / brain.length;
  }
  const count = Math.min(mostVoxels, brain.length);
  const values = Float32Array.from({ length: count }, (_, at) => brain[Math.floor((at * brain.length) / count)] ?? 0);
  return { values, histogram };
}

function pooled(profiles: readonly IntensityProfile[]): Float32Array {
  const all = new Float32Array(profiles.reduce((sum, { values }) => sum + values.length, 0));
  let at = 0;
  for (const { values } of profiles) {
    all.set(values, at);
    at += values.length;
  }
  return all;
}

/** Of the pooled voxels of two sets; null where a set has none. */
export function intensityDistance(
  made: readonly IntensityProfile[],
  real: readonly IntensityProfile[],
): { readonly wasserstein: number; readonly kolmogorov: number } | null {
  const [a, b] = [pooled(made), pooled(real)];
  return a.length === 0 || b.length === 0 ? null : distributionDistance(a, b);
}

/** The same of histograms, to within a bin: sets of cases, one a scan. */
export const binnedDistance: Readonly<Record<'wasserstein' | 'kolmogorov', SetDistance>> = {
  wasserstein: (made, real) => cumulative(made, real).reduce((sum, gap) => sum + gap / bins, 0),
  kolmogorov: (made, real) => cumulative(made, real).reduce((most, gap) => Math.max(most, gap), 0),
};

/** |F − G| at the upper end of each bin. */
function cumulative(made: Cases, real: Cases): Float64Array {
  const [a, b] = [meanOfCases(made), meanOfCases(real)];
  const gaps = new Float64Array(bins);
  let gap = 0;
  for (let bin = 0; bin < bins; bin++) {
    gap += (a[bin] ?? 0) - (b[bin] ?? 0);
    gaps[bin] = Math.abs(gap);
  }
  return gaps;
}
