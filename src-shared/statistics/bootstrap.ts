/** Percentile bootstrap (Efron 1979, Ann. Stat. 7:1): how far a statistic moves when the cases are drawn again. */
import type { Random } from '../random.ts';
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
