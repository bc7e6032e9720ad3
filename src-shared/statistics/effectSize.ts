/**
 * How far apart the means of two groups are, in units of their common standard deviation (Cohen 1988, Statistical Power
 * Analysis for the Behavioral Sciences, ch. 2), and without the bias of small groups (Hedges 1981, J. Educ. Stat. 6:107).
 */
import type { Random } from '../random.ts';
import { logGamma } from './incompleteBeta.ts';

export interface EffectSize {
  /** (mean of the second − mean of the first) / pooled standard deviation. */
  readonly cohensD: number;
  /** d · J(n₁ + n₂ − 2) with J(m) = Γ(m/2) / (√(m/2) Γ((m − 1)/2)), the exact correction. */
  readonly hedgesG: number;
}

export function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Of a sample; NaN for fewer than two values. */
export function deviationOf(values: readonly number[]): number {
  const mean = meanOf(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}

/** Null where a group has fewer than two values, or neither varies. */
export function effectSize(first: readonly number[], second: readonly number[]): EffectSize | null {
  if (first.length < 2 || second.length < 2) return null;
  const freedom = first.length + second.length - 2;
  const squares = (first.length - 1) * deviationOf(first) ** 2 + (second.length - 1) * deviationOf(second) ** 2;
  if (!(squares > 0)) return null;
  const cohensD = (meanOf(second) - meanOf(first)) / Math.sqrt(squares / freedom);
  const correction = Math.exp(logGamma(freedom / 2) - logGamma((freedom - 1) / 2)) / Math.sqrt(freedom / 2);
  return { cohensD, hedgesG: correction * cohensD };
}

/**
 * A statistic of two groups in draws of both with replacement, each by itself (1000 if not given); draws in which it is
 * not defined are left out.
 */
export function twoGroupDraws(
  first: readonly number[],
  second: readonly number[],
  statistic: (first: readonly number[], second: readonly number[]) => number | null,
  { random, resamples = 1000 }: { readonly random: Random; readonly resamples?: number },
): readonly number[] {
  const again = (values: readonly number[]): readonly number[] =>
    values.map(() => values[random.integer(values.length)]!);
  const drawn = Array.from({ length: resamples }, () => statistic(again(first), again(second)));
  return drawn.filter((value) => value !== null);
}
