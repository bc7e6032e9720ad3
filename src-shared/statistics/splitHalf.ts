/**
 * The floor of a distance between two sets: what it is between random halves of one of them. Nothing that is made comes
 * closer to the real ones than they to each other.
 */
import type { Random } from '../random.ts';
import { percentileInterval, type Interval } from './bootstrap.ts';

export interface SplitHalf extends Interval {
  /** Over the splits; `low` and `high` are the middle 95 % of them. */
  readonly mean: number;
  /** Cases in a half. */
  readonly cases: number;
  readonly splits: number;
}

export interface SplitOptions {
  readonly random: Random;
  /** 200 if not given. */
  readonly splits?: number;
}

/** `distance` between the halves of `sample`, split at random again and again; of an odd number, one case rests. */
export function splitHalf<T>(
  sample: readonly T[],
  distance: (first: readonly T[], second: readonly T[]) => number,
  { random, splits = 200 }: SplitOptions,
): SplitHalf {
  const cases = Math.floor(sample.length / 2);
  const values = Array.from({ length: splits }, () => {
    const order = random.shuffle(sample);
    return distance(order.slice(0, cases), order.slice(cases, 2 * cases));
  });
  const mean = values.reduce((sum, value) => sum + value, 0) / splits;
  return { mean, ...percentileInterval(values), cases, splits };
}
