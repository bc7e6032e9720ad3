/** Spearman's rank correlation (Spearman 1904, Am. J. Psychol. 15:72), ties sharing their mean rank. */
import { doubledRanks } from './ranks.ts';
import { studentTest } from './student.ts';

export interface RankCorrelation {
  readonly n: number;
  /** −1 to 1. */
  readonly rho: number;
  /** Two-sided, by Student's t with n − 2 degrees of freedom (as scipy's spearmanr). */
  readonly p: number;
}

/** Of two columns of equal length. Null for fewer than three pairs, or where a column does not vary. */
export function spearman(x: readonly number[], y: readonly number[]): RankCorrelation | null {
  const n = x.length;
  if (n < 3) return null;
  const [a, b] = [doubledRanks(x).ranks, doubledRanks(y).ranks];
  const middle = n + 1; // of doubled ranks
  const sum = (of: (index: number) => number): number => a.reduce((total, _, index) => total + of(index), 0);
  const spread = Math.sqrt(sum((at) => (a[at]! - middle) ** 2) * sum((at) => (b[at]! - middle) ** 2));
  if (spread === 0) return null;
  const rho = Math.max(-1, Math.min(1, sum((at) => (a[at]! - middle) * (b[at]! - middle)) / spread));
  const t = rho * Math.sqrt((n - 2) / ((1 - rho) * (1 + rho)));
  return { n, rho, p: Math.abs(rho) === 1 ? 0 : studentTest(t, n - 2) };
}
