/** How far apart two distributions of single numbers are: intensities, volumes of tissue. */

export interface DistributionDistance {
  /** ∫ |F − G|: how far the one has to be moved to become the other, in the units of the values. */
  readonly wasserstein: number;
  /** max |F − G| of Kolmogorov and Smirnov, 0 to 1. */
  readonly kolmogorov: number;
}

/** By the empirical distribution functions F and G. Throws RangeError for no values. */
export function distributionDistance(first: Float32Array, second: Float32Array): DistributionDistance {
  if (first.length === 0 || second.length === 0) throw new RangeError('A distribution needs one value or more.');
  const [a, b] = [first.toSorted(), second.toSorted()];
  let [i, j, wasserstein, kolmogorov] = [0, 0, 0, 0];
  let at = Math.min(a[0]!, b[0]!);
  while (i < a.length || j < b.length) {
    const next = Math.min(a[i] ?? Infinity, b[j] ?? Infinity);
    const gap = Math.abs(i / a.length - j / b.length); // between the value before and this one
    wasserstein += gap * (next - at);
    kolmogorov = Math.max(kolmogorov, gap);
    while (a[i] === next) i++;
    while (b[j] === next) j++;
    at = next;
  }
  return { wasserstein, kolmogorov };
}
