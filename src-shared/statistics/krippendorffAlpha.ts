/**
 * Krippendorff's α: agreement of any number of readers, with gaps (Krippendorff 2019, Content Analysis, 4th edition,
 * chapter 12), from the matrix of coincidences.
 */

export type AlphaLevel = 'nominal' | 'ordinal';

/** Squared distances of the categories; ordinal: (Σ from c to k of n_g − (n_c + n_k) / 2)². */
function squaredDistance(level: AlphaLevel, totals: Float64Array, c: number, k: number): number {
  if (c === k) return 0;
  if (level === 'nominal') return 1;
  let between = -(totals[c]! + totals[k]!) / 2;
  for (let g = Math.min(c, k); g <= Math.max(c, k); g++) between += totals[g]!;
  return between ** 2;
}

/**
 * Of `[case][category]` counts of readers; cases that fewer than two rated take no part. 1: agreement, 0: chance. Null
 * where nothing can be compared, or all gave one and the same rating. `times`: how often each case counts, once if not
 * given.
 */
export function krippendorffAlpha(
  counts: readonly (readonly number[])[],
  level: AlphaLevel,
  times?: Uint32Array,
): number | null {
  const categories = counts[0]?.length ?? 0;
  const coincidences = new Float64Array(categories * categories);
  const totals = new Float64Array(categories);
  for (const [index, row] of counts.entries()) {
    const weight = times?.[index] ?? 1;
    const ratings = weight === 0 ? 0 : row.reduce((sum, count) => sum + count, 0);
    if (ratings < 2) continue;
    for (let c = 0; c < categories; c++) {
      const count = weight * row[c]!;
      if (count === 0) continue;
      totals[c]! += count;
      for (let k = 0; k < categories; k++)
        coincidences[c * categories + k]! += (count * (row[k]! - (c === k ? 1 : 0))) / (ratings - 1);
    }
  }
  const n = totals.reduce((sum, total) => sum + total, 0);
  let [observed, expected] = [0, 0];
  for (let c = 0; c < categories; c++) {
    for (let k = 0; k < categories; k++) {
      const distance = squaredDistance(level, totals, c, k);
      observed += coincidences[c * categories + k]! * distance;
      expected += totals[c]! * totals[k]! * distance;
    }
  }
  return expected === 0 ? null : 1 - ((n - 1) * observed) / expected;
}
