/** The mean of a few independent numbers with Student's interval and test. */
import type { Interval } from './bootstrap.ts';
import { studentQuantile, studentTest } from './student.ts';

export interface StudentMean {
  readonly n: number;
  readonly mean: number;
  readonly se: number;
  /** 95 %. */
  readonly interval: Interval;
  /** Two-sided, against a mean of 0. */
  readonly p: number;
}

/** Null for fewer than two values, or values that do not vary. */
export function studentMean(values: readonly number[]): StudentMean | null {
  const n = values.length;
  if (n < 2) return null;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const se = Math.sqrt(squares / (n - 1) / n);
  if (se === 0) return null;
  const reach = studentQuantile(0.975, n - 1) * se;
  return { n, mean, se, interval: { low: mean - reach, high: mean + reach }, p: studentTest(mean / se, n - 1) };
}
