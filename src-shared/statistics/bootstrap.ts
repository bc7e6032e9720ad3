/** Percentile bootstrap (Efron 1979, Ann. Stat. 7:1): how far a statistic moves when the cases are drawn again. */
import type { Random } from '../random.ts';
import { normalQuantile } from './normal.ts';
import { quantile } from './quantile.ts';

export interface BootstrapOptions {
  readonly random: Random;
  /** 2000 if not given. */
  readonly resamples?: number;
  /** 0.95 if not given. */
  readonly confidence?: number;
}

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/**
 * The interval of `statistic` over samples drawn with replacement, as large as `sample`. Of a single case it is that
 * case's value twice: it says nothing about others. Throws RangeError for no cases.
 */
export function bootstrapInterval<T>(
  sample: readonly T[],
  statistic: (drawn: readonly T[]) => number,
  { random, resamples = 2000, confidence = 0.95 }: BootstrapOptions,
): Interval {
  if (sample.length === 0) throw new RangeError('A bootstrap needs one case or more.');
  const values = Array.from({ length: resamples }, () =>
    statistic(Array.from(sample, () => sample[random.integer(sample.length)] as T)),
  );
  return percentileInterval(values, confidence);
}

/** The middle `confidence` of what resampling gave. Throws RangeError for no values. */
export function percentileInterval(values: readonly number[], confidence = 0.95): Interval {
  const tail = (1 - confidence) / 2;
  return { low: quantile(values, tail), high: quantile(values, 1 - tail) };
}

/**
 * value ± z standard deviations of what resampling gave, held between `least` and `most`: for statistics that repeated
 * rows push to one side (a Fréchet distance grows), so that the percentiles of resamples need not hold the value.
 */
export function normalInterval(
  value: number,
  drawn: readonly number[],
  { least = -Infinity, most = Infinity }: { readonly least?: number; readonly most?: number } = {},
): Interval {
  const mean = drawn.reduce((sum, one) => sum + one, 0) / drawn.length;
  const variance = drawn.reduce((sum, one) => sum + (one - mean) ** 2, 0) / Math.max(1, drawn.length - 1);
  const reach = normalQuantile(0.975) * Math.sqrt(variance);
  return { low: Math.max(least, value - reach), high: Math.min(most, value + reach) };
}

/** How often each of `count` comes when as many are drawn with replacement. */
export function drawTimes(count: number, random: Random): Uint32Array {
  const times = new Uint32Array(count);
  for (let draw = 0; draw < count; draw++) times[random.integer(count)]! += 1;
  return times;
}

/** Of cases that count `times[case]` times each; null where it is not defined. */
export type WeighedStatistic = (times: Uint32Array) => number | null;

/**
 * Intervals of several statistics from the same draws of `count` cases. Draws in which one is not defined are left out
 * for it; null where it never is.
 */
export function bootstrapIntervals(
  count: number,
  statistics: readonly WeighedStatistic[],
  { random, resamples = 2000, confidence = 0.95 }: BootstrapOptions,
): readonly (Interval | null)[] {
  const values = statistics.map((): number[] => []);
  for (let resample = 0; resample < resamples; resample++) {
    const times = drawTimes(count, random);
    statistics.forEach((statistic, index) => {
      const value = statistic(times);
      if (value !== null) values[index]!.push(value);
    });
  }
  return values.map((of) => (of.length === 0 ? null : percentileInterval(of, confidence)));
}
