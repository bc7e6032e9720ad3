/**
 * Wilcoxon's signed-rank test for pairs (Wilcoxon 1945, Biometrics Bulletin 1:80), two-sided, with the effect sizes that
 * belong to it. Pairs without a difference are left out (Wilcoxon's own treatment), tied differences share their mean rank.
 */
import { normalCdf } from './normal.ts';
import { doubledRanks } from './ranks.ts';

export interface SignedRank {
  /** Pairs, and those of them that differ. */
  readonly n: number;
  readonly differing: number;
  /** Sums of the ranks of the positive and of the negative differences. */
  readonly positive: number;
  readonly negative: number;
  /** Two-sided; 1 where no pair differs. */
  readonly p: number;
  /** `exact`: over all ways to give the ranks signs; `normal`: with a correction for ties, none for continuity. */
  readonly method: 'exact' | 'normal';
  /** Matched-pairs rank-biserial correlation (Kerby 2014, Compr. Psychol. 3:1): −1 to 1; 0 where no pair differs. */
  readonly rankBiserial: number;
  /** Cohen's d_z: mean difference in standard deviations of the differences; null where they do not vary. */
  readonly cohenDz: number | null;
}

/** Up to here the distribution is counted out. */
const mostExact = 50;

/** P(sum of the ranks with a positive sign ≤ sum), each sign a fair coin; `ranks` and `sum` are doubled. */
function cumulative(ranks: readonly number[], sum: number): number {
  const total = ranks.reduce((all, rank) => all + rank, 0);
  const chance = new Float64Array(total + 1);
  chance[0] = 1;
  let reached = 0;
  for (const rank of ranks) {
    for (let at = reached; at >= 0; at--) {
      const half = chance[at]! / 2;
      chance[at] = half;
      chance[at + rank]! += half;
    }
    reached += rank;
  }
  let below = 0;
  for (let at = 0; at <= sum; at++) below += chance[at]!;
  return below;
}

function cohenDz(differences: readonly number[]): number | null {
  const n = differences.length;
  const mean = differences.reduce((sum, value) => sum + value, 0) / n;
  const variance = differences.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
  return variance > 0 ? mean / Math.sqrt(variance) : null;
}

/** The test that `differences` (one a pair, finite) lie around 0. Throws RangeError for no pairs. */
export function signedRankTest(differences: readonly number[]): SignedRank {
  if (differences.length === 0) throw new RangeError('The signed-rank test needs one pair or more.');
  const nonZero = differences.filter((difference) => difference !== 0);
  const n = nonZero.length;
  const { ranks, ties } = doubledRanks(nonZero.map(Math.abs));
  const positive = ranks.reduce((sum, rank, index) => sum + (nonZero[index]! > 0 ? rank : 0), 0);
  const total = n * (n + 1); // doubled
  const smaller = Math.min(positive, total - positive);
  const isExact = n <= mostExact;
  const deviation = Math.sqrt((n * (n + 1) * (2 * n + 1) - ties / 2) / 24);
  const p = isExact ? 2 * cumulative(ranks, smaller) : 2 * normalCdf((smaller / 2 - total / 4) / deviation);
  return {
    n: differences.length,
    differing: n,
    positive: positive / 2,
    negative: (total - positive) / 2,
    p: Math.min(1, p),
    method: isExact ? 'exact' : 'normal',
    rankBiserial: n === 0 ? 0 : (2 * positive - total) / total,
    cohenDz: cohenDz(differences),
  };
}
