/**
 * Limits that few values of a population exceed, told from a sample with a stated confidence (upper tolerance limits):
 * what a rule may be built on that must not raise the alarm too often.
 */
import { binomialUpper } from './binomial.ts';
import { logGamma } from './incompleteBeta.ts';
import { invertIncreasing } from './invertIncreasing.ts';
import { normalCdf, normalQuantile } from './normal.ts';

/** At most this share of the population lies above the limit, with this confidence; both between 0 and 1. */
export interface LimitLevel {
  readonly share: number;
  readonly confidence: number;
}

export interface UpperLimit extends LimitLevel {
  readonly limit: number;
  /**
   * `order`: one of the values themselves, whatever the distribution. `normal`: from mean and standard deviation, for
   * fewer values than that takes (59 at 5 % and 95 %), and not below the highest of them.
   */
  readonly method: 'order' | 'normal';
  readonly n: number;
}

/** Below this mean and standard deviation say too little. */
const leastForLimit = 5;
const steps = 600; // of Simpson's rule, even
const reach = 12; // standard deviations of the root of a χ² that count

/**
 * P(x̄ + k·s is above all but `share` of the population) for n normal values: E[Φ(√n·(k·s/σ − z))] over the distribution
 * of s/σ, the root of a χ² of n − 1 degrees of freedom over them.
 */
function coverage(k: number, n: number, share: number): number {
  const degrees = n - 1;
  const z = normalQuantile(1 - share);
  const scale = (degrees / 2) * Math.log(degrees / 2) - logGamma(degrees / 2) + Math.log(2);
  const value = (w: number): number =>
    w <= 0
      ? 0
      : Math.exp(scale + (degrees - 1) * Math.log(w) - (degrees * w * w) / 2) * normalCdf(Math.sqrt(n) * (k * w - z));
  const highest = 1 + reach / Math.sqrt(2 * degrees);
  const step = highest / steps;
  let sum = value(0) + value(highest);
  for (let at = 1; at < steps; at++) sum += (at % 2 === 0 ? 2 : 4) * value(at * step);
  return (sum * step) / 3;
}

/**
 * k of the one-sided tolerance limit x̄ + k·s of `n` (3 or more) normal values (Owen 1963, Sandia Monograph 607): the
 * noncentral t quantile over √n.
 */
export function toleranceFactor(n: number, { share, confidence }: LimitLevel): number {
  return invertIncreasing((k) => coverage(k, n, share), confidence, { low: 0, high: 100 });
}

/** How many of the highest of `n` values may lie above the limit or on it; 0: none of them is high enough a limit. */
export function orderOfLimit(n: number, { share, confidence }: LimitLevel): number {
  let order = 0;
  while (binomialUpper(order + 1, n, share) >= confidence) order++;
  return order;
}

/** Null for fewer than `leastForLimit` values. */
export function upperLimit(values: readonly number[], level: LimitLevel): UpperLimit | null {
  const n = values.length;
  if (n < leastForLimit) return null;
  const order = orderOfLimit(n, level);
  const sorted = values.toSorted((a, b) => b - a);
  if (order > 0) return { ...level, limit: sorted[order - 1]!, method: 'order', n };
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1));
  return { ...level, limit: Math.max(sorted[0]!, mean + toleranceFactor(n, level) * deviation), method: 'normal', n };
}
