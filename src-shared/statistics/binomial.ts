/** The binomial distribution and the exact test of a share. */
import { incompleteBeta, logGamma } from './incompleteBeta.ts';

/** P(X = successes) of `n` trials that succeed with probability `p` (0 to 1). */
function binomialMass(successes: number, n: number, p: number): number {
  if (p === 0 || p === 1) return successes === n * p ? 1 : 0;
  const ways = logGamma(n + 1) - logGamma(successes + 1) - logGamma(n - successes + 1);
  return Math.exp(ways + successes * Math.log(p) + (n - successes) * Math.log1p(-p));
}

/** P(X ≤ successes). */
export function binomialCdf(successes: number, n: number, p: number): number {
  if (successes < 0 || successes >= n) return successes < 0 ? 0 : 1;
  return incompleteBeta(1 - p, n - successes, successes + 1);
}

/** P(X ≥ successes). */
export function binomialUpper(successes: number, n: number, p: number): number {
  return successes <= 0 ? 1 : incompleteBeta(p, successes, n - successes + 1);
}

/** Masses that differ by rounding alone count as equal. */
const equalWithin = 1 + 1e-7;

/**
 * Exact two-sided p of `successes` in `n` trials against the share `p`: the probability of all outcomes that are no
 * likelier than the one seen (as binom.test of R and scipy's binomtest). Throws RangeError for no trials.
 */
export function binomialTest(successes: number, n: number, p = 0.5): number {
  if (n < 1) throw new RangeError('The exact binomial test needs one trial or more.');
  const seen = binomialMass(successes, n, p) * equalWithin;
  const mean = n * p;
  if (successes === mean) return 1;
  const isLow = successes < mean;
  // Masses fall on both sides of the mean: walk in from the other end while they are no larger.
  let [inside, outside] = isLow ? [Math.ceil(mean) - 1, n + 1] : [-1, Math.floor(mean) + 1];
  while (outside - inside > 1) {
    const middle = Math.floor((inside + outside) / 2);
    if (binomialMass(middle, n, p) <= seen === isLow) outside = middle;
    else inside = middle;
  }
  const sum = isLow
    ? binomialCdf(successes, n, p) + binomialUpper(outside, n, p)
    : binomialUpper(successes, n, p) + binomialCdf(inside, n, p);
  return Math.min(1, sum);
}
