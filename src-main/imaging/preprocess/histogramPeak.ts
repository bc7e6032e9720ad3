/** Peaks of a smooth histogram. */
import { percentilesOf } from '../percentiles.ts';

const bins = 512;
/** Standard deviation of the smoothing, in bins. */
const smoothing = 8;
/** A peak has at least this share of the largest one's height; others are noise. */
const leastHeight = 0.2;

/** Normal smoothing of counts, nothing beyond the ends. */
function smoothed(counts: Float64Array): Float64Array {
  const reach = 4 * smoothing;
  const weights = Float64Array.from({ length: reach + 1 }, (_, at) => Math.exp(-0.5 * (at / smoothing) ** 2));
  return counts.map((_, middle) => {
    let sum = 0;
    for (let at = Math.max(0, middle - reach); at <= Math.min(bins - 1, middle + reach); at++)
      sum += weights[Math.abs(at - middle)]! * counts[at]!;
    return sum;
  });
}

/**
 * The intensity of the brightest or the largest peak among the voxels of `data` where `mask` is 1, between percentiles
 * 0.1 and 99.9; of a histogram without one, the largest bin's.
 */
export function findPeak(data: Float32Array, mask: Uint8Array, which: 'brightest' | 'largest'): number {
  const [low = 0, high = 1] = percentilesOf(data, mask, [0.001, 0.999]);
  const width = (high - low) / bins;
  const counts = new Float64Array(bins);
  for (let index = 0; index < data.length; index++) {
    if (mask[index] === 0 || data[index]! < low || data[index]! > high) continue;
    counts[Math.min(bins - 1, Math.floor((data[index]! - low) / width))]!++;
  }
  const heights = smoothed(counts);
  const most = heights.reduce((a, b) => Math.max(a, b), 0);
  let chosen = heights.indexOf(most);
  if (which === 'brightest') {
    for (let at = bins - 2; at > chosen; at--) {
      const isPeak = heights[at]! > heights[at - 1]! && heights[at]! >= heights[at + 1]!;
      if (isPeak && heights[at]! >= leastHeight * most) chosen = at;
    }
  }
  return low + (chosen + 0.5) * width;
}
