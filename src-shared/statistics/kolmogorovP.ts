/** The exact test of Kolmogorov and Smirnov for two samples (Hodges 1958, Ark. Mat. 3:469). */

/**
 * How often two samples of `n` and `m` values from one continuous distribution have distribution functions as far apart
 * as `distance` or farther: the share of the ways to order both that leave the band of lesser distances.
 */
export function kolmogorovP(distance: number, n: number, m: number): number {
  const far = Math.round(distance * n * m);
  if (far <= 0) return 1;
  // Within the band, the share of all orders of i values of the one and j of the other that never left it.
  const within = new Float64Array(m + 1);
  for (let i = 0; i <= n; i++) {
    for (let j = 0; j <= m; j++) {
      if (Math.abs(i * m - j * n) >= far) within[j] = 0;
      else if (i + j === 0) within[j] = 1;
      else within[j] = (within[j]! * i + (j > 0 ? within[j - 1]! * j : 0)) / (i + j);
    }
  }
  return Math.min(1, Math.max(0, 1 - within[m]!));
}
