/** A share of independent trials with its interval. */
import type { Interval } from './bootstrap.ts';
import { normalQuantile } from './normal.ts';

/**
 * Wilson's score interval of `successes` in `n` trials (Wilson 1927, J. Am. Stat. Assoc. 22:209), within 0 to 1. Null for
 * no trials.
 */
export function wilsonInterval(successes: number, n: number, confidence = 0.95): Interval | null {
  if (n === 0) return null;
  const z = normalQuantile((1 + confidence) / 2);
  const share = successes / n;
  const middle = share + z ** 2 / (2 * n);
  const reach = z * Math.sqrt((share * (1 - share)) / n + z ** 2 / (4 * n ** 2));
  const scale = 1 + z ** 2 / n;
  return { low: Math.max(0, (middle - reach) / scale), high: Math.min(1, (middle + reach) / scale) };
}
