/**
 * Modified z-scores (Iglewicz & Hoaglin 1993, How to Detect and Handle Outliers): 0.6745 (x − median) / MAD, where the
 * mean absolute deviation takes the place of a median one that is 0. Above 3.5 in size they advise to look.
 */
import { median } from './quantile.ts';

export const oddScore = 3.5;

/** Median and robust standard deviation, or `leastSpread` if that is larger. Throws RangeError for no values. */
export function robustScale(values: readonly number[], leastSpread: number): { middle: number; scale: number } {
  const middle = median(values);
  const deviations = values.map((value) => Math.abs(value - middle));
  const medianDeviation = median(deviations);
  const meanDeviation = deviations.reduce((sum, deviation) => sum + deviation, 0) / deviations.length;
  const spread = medianDeviation > 0 ? medianDeviation / 0.6745 : 1.253314 * meanDeviation;
  return { middle, scale: Math.max(leastSpread, spread) };
}

/** One score a value, in units of the spread or of `leastSpread` if that is larger; 0 for all where both are 0. */
export function robustScores(values: readonly number[], leastSpread = 0): readonly number[] {
  if (values.length === 0) return [];
  const { middle, scale } = robustScale(values, leastSpread);
  return values.map((value) => (scale === 0 ? 0 : (value - middle) / scale));
}
