/** The standard normal distribution. */
import { invertIncreasing } from './invertIncreasing.ts';

/** Below it the series is quick and loses no digits; above, the continued fraction is. */
const seriesUpTo = 3;
const fractionTerms = 200;

/** P(Z ≤ z), to about 1e-15 of its value (series: Marsaglia 2004, J. Stat. Softw. 11:4; tail: Laplace's continued fraction). */
export function normalCdf(z: number): number {
  const density = Math.exp(-(z * z) / 2) / Math.sqrt(2 * Math.PI);
  if (Math.abs(z) < seriesUpTo) {
    let [term, sum] = [z, z];
    for (let odd = 3; Math.abs(term) > Number.EPSILON * Math.abs(sum); odd += 2) {
      term *= (z * z) / odd;
      sum += term;
    }
    return 0.5 + sum * density;
  }
  let fraction = Math.abs(z);
  for (let term = fractionTerms; term >= 1; term--) fraction = Math.abs(z) + term / fraction;
  const tail = density / fraction;
  return z < 0 ? tail : 1 - tail;
}

/** Below −38 the probability is 0 in 64 bits. */
const lowest = -38;

/** Φ⁻¹: the z below which `probability` lies; −Infinity for 0, Infinity for 1. Throws RangeError outside 0 to 1. */
export function normalQuantile(probability: number): number {
  if (!(probability >= 0 && probability <= 1)) throw new RangeError(`${String(probability)} is no probability.`);
  if (probability > 0.5) return -normalQuantile(1 - probability);
  if (probability === 0) return -Infinity;
  return probability === 0.5 ? 0 : invertIncreasing(normalCdf, probability, { low: lowest, high: 0 });
}
