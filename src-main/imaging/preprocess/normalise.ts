/**
 * Intensities of different scans made alike, in two steps: each scan is measured by itself, then the set says how all of
 * them come to a common scale and which part of it becomes [-1, 1].
 *
 * - `zscore`: mean and standard deviation of the brain become 0 and 1.
 * - `whitestripe`, `whitestripe-t2`: mean and standard deviation of the white matter that looks normal become 0 and 1
 *   (Shinohara et al. 2014, NeuroImage Clin. 6:9); it is the brightest peak of a T1-weighted histogram and the largest
 *   one of a T2-weighted.
 * - `histogram`: percentiles of the brain are brought to those of the set, piecewise linearly (Nyúl, Udupa & Zhang 2000,
 *   IEEE Trans. Med. Imaging 19:143).
 */
import type { Normalisation } from '#contract/preprocess.ts';
import { median } from '#shared/statistics/quantile.ts';
import { percentilesOf } from '../percentiles.ts';
import { findPeak } from './histogramPeak.ts';

/** Those that look at the set. */
export type SetNormalisation = Exclude<Normalisation, 'percentile'>;

/** Intensities go to a common scale: straight through these points, and on beyond the outermost in the same direction. */
export interface IntensityMap {
  readonly from: readonly number[];
  readonly to: readonly number[];
}

/** What is measured of one scan. */
export interface IntensityMeasure {
  /** To the common scale; of `histogram`, the scan's landmarks on a scale of their own, which the set replaces. */
  readonly map: IntensityMap;
  /** Percentiles 0.5 and 99.5 of the brain, in the scan's intensities. */
  readonly ends: readonly [number, number];
}

/** What the whole set says. */
export interface CommonScale {
  /** Of `histogram`: where the landmarks go. */
  readonly landmarks: readonly number[] | null;
  /** The part of the common scale that becomes [-1, 1]. */
  readonly low: number;
  readonly high: number;
}

const endFractions = [0.005, 0.995] as const;
/** Nyúl's landmarks: first and last percentile and the deciles. */
const landmarkFractions = [0.01, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.99] as const;
const standardEnds = [0, 100] as const;
/** White matter that looks normal lies this far, as a share of the brain's voxels, to either side of its peak. */
const stripeHalfWidth = 0.05;

/** Mean and standard deviation (over n) of the brain's voxels between `low` and `high`, both included. */
function momentsOf(
  data: Float32Array,
  mask: Uint8Array,
  low = -Infinity,
  high = Infinity,
): { mean: number; deviation: number } {
  let [count, mean, squares] = [0, 0, 0];
  for (let index = 0; index < data.length; index++) {
    const value = data[index]!;
    if (mask[index] === 0 || value < low || value > high) continue;
    count++;
    const difference = value - mean;
    mean += difference / count;
    squares += difference * (value - mean);
  }
  return { mean, deviation: Math.sqrt(squares / count) };
}

const standardised = ({ mean, deviation }: { mean: number; deviation: number }): IntensityMap => ({
  from: [mean, mean + deviation],
  to: [0, 1],
});

/** The part of the brain's voxels whose intensity lies below `value`. */
function shareBelow(data: Float32Array, mask: Uint8Array, value: number): number {
  let [below, count] = [0, 0];
  for (let index = 0; index < data.length; index++) {
    if (mask[index] === 0) continue;
    count++;
    if (data[index]! < value) below++;
  }
  return below / count;
}

function stripeMap(data: Float32Array, mask: Uint8Array, method: 'whitestripe' | 'whitestripe-t2'): IntensityMap {
  const peak = findPeak(data, mask, method === 'whitestripe' ? 'brightest' : 'largest');
  const middle = shareBelow(data, mask, peak);
  const [low = peak, high = peak] = percentilesOf(data, mask, [
    Math.max(0, middle - stripeHalfWidth),
    Math.min(1, middle + stripeHalfWidth),
  ]);
  return standardised(momentsOf(data, mask, low, high));
}

/** Measures the voxels of `data` where `mask` is 1, which have more than one value. */
export function measureIntensity(data: Float32Array, mask: Uint8Array, method: SetNormalisation): IntensityMeasure {
  const [low = 0, high = 0, ...landmarks] = percentilesOf(data, mask, [...endFractions, ...landmarkFractions]);
  const ends = [low, high] as const;
  if (method === 'zscore') return { map: standardised(momentsOf(data, mask)), ends };
  if (method !== 'histogram') return { map: stripeMap(data, mask, method), ends };
  const [first = 0, last = 1] = [landmarks[0], landmarks.at(-1)];
  const scale = (standardEnds[1] - standardEnds[0]) / (last - first);
  return { map: { from: landmarks, to: landmarks.map((value) => standardEnds[0] + (value - first) * scale) }, ends };
}

/** The scale that scans measured in the same way share: means of their landmarks, medians of their ends. */
export function fitCommonScale(measures: readonly IntensityMeasure[], method: SetNormalisation): CommonScale {
  const landmarks =
    method === 'histogram'
      ? landmarkFractions.map(
          (_, at) => measures.reduce((sum, { map }) => sum + (map.to[at] ?? 0), 0) / measures.length,
        )
      : null;
  const scale = { landmarks };
  const endOf = (at: 0 | 1): number =>
    median(measures.map((measure) => mapIntensity(mapOnto(measure, scale), measure.ends[at])));
  return { landmarks, low: endOf(0), high: endOf(1) };
}

/** How the scan's intensities come to the common scale. */
export function mapOnto({ map }: IntensityMeasure, { landmarks }: Pick<CommonScale, 'landmarks'>): IntensityMap {
  return landmarks === null ? map : { from: map.from, to: landmarks };
}

/** One intensity on the common scale. Points of `from` that coincide count as one step. */
export function mapIntensity({ from, to }: IntensityMap, value: number): number {
  let segment = 0;
  while (segment < from.length - 2 && value > from[segment + 1]!) segment++;
  const [low, high] = [from[segment]!, from[segment + 1]!];
  const slope = high > low ? (to[segment + 1]! - to[segment]!) / (high - low) : 0;
  return to[segment]! + (value - low) * slope;
}

/** The way back. */
export function invertMap({ from, to }: IntensityMap): IntensityMap {
  return { from: to, to: from };
}
