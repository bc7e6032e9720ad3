/** Agreement of several readers beyond chance (Fleiss 1971, Psychol. Bull. 76:378). */

export interface FleissKappa {
  readonly cases: number;
  /** (P̄ − P̄e) / (1 − P̄e). */
  readonly kappa: number;
  /** P̄: share of agreeing pairs of readers, averaged over cases. */
  readonly agreement: number;
}

/**
 * Of `[case][category]` counts of readers, as many readers a case. Null for no cases, fewer than two readers, or where
 * all gave one and the same answer. `times`: how often each case counts, once if not given. Throws RangeError for
 * different numbers of readers.
 */
export function fleissKappa(counts: readonly (readonly number[])[], times?: Uint32Array): FleissKappa | null {
  const readers = counts[0]?.reduce((sum, count) => sum + count, 0) ?? 0;
  if (readers < 2) return null;
  const shares = new Float64Array(counts[0]!.length);
  let [agreeing, cases] = [0, 0];
  for (const [index, row] of counts.entries()) {
    const weight = times?.[index] ?? 1;
    cases += weight;
    let inCase = 0;
    row.forEach((count, category) => {
      inCase += count;
      agreeing += weight * count * (count - 1);
      shares[category]! += weight * count;
    });
    if (inCase !== readers) throw new RangeError('Fleiss’ κ needs as many readers of every case.');
  }
  const agreement = agreeing / (cases * readers * (readers - 1));
  const chance = shares.reduce((sum, share) => sum + (share / (cases * readers)) ** 2, 0);
  return cases === 0 || chance >= 1 ? null : { cases, kappa: (agreement - chance) / (1 - chance), agreement };
}
