/** Student's t distribution; its degrees of freedom need not be whole. */
import { fisherQuantile } from './fisher.ts';
import { incompleteBeta } from './incompleteBeta.ts';

/** P(T ≤ t) with `freedom` > 0 degrees of freedom. */
export function studentCdf(t: number, freedom: number): number {
  const tail = incompleteBeta(freedom / (freedom + t * t), freedom / 2, 0.5) / 2;
  return t < 0 ? tail : 1 - tail;
}

/** The t below which `probability` (0 to 1, exclusive) lies. T² is F with 1 and `freedom` degrees of freedom. */
export function studentQuantile(probability: number, freedom: number): number {
  if (probability === 0.5) return 0;
  if (probability < 0.5) return -studentQuantile(1 - probability, freedom);
  return Math.sqrt(fisherQuantile(2 * probability - 1, 1, freedom));
}

/** Two-sided p of a t value. */
export function studentTest(t: number, freedom: number): number {
  return Math.min(1, 2 * studentCdf(-Math.abs(t), freedom));
}
