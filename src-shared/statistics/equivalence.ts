/** Two one-sided tests that a share lies within a margin of chance (Schuirmann 1987, J. Pharmacokinet. Biopharm. 15:657). */
import { binomialCdf, binomialUpper } from './binomial.ts';
import { normalCdf } from './normal.ts';
import { studentCdf } from './student.ts';

/** Each of the two tests is made at this level, as their usual two-sided 90 % interval. */
export const equivalenceAlpha = 0.05;
const chance = 0.5;

export interface Equivalence {
  /** p of "the share is chance − margin or less". */
  readonly pLower: number;
  /** p of "the share is chance + margin or more". */
  readonly pUpper: number;
  /** Both are rejected: the share lies within the margin. */
  readonly equivalent: boolean;
}

const both = (pLower: number, pUpper: number): Equivalence => ({
  pLower,
  pUpper,
  equivalent: pLower < equivalenceAlpha && pUpper < equivalenceAlpha,
});

/** Exact, of independent decisions. Throws RangeError for a margin that is not between 0 and 0.5, or no decisions. */
export function exactEquivalence(correct: number, n: number, margin: number): Equivalence {
  if (!(margin > 0 && margin < chance)) throw new RangeError(`The margin is ${String(margin)}, not between 0 and 0.5.`);
  if (n < 1) throw new RangeError('Equivalence needs one decision or more.');
  return both(binomialUpper(correct, n, chance - margin), binomialCdf(correct, n, chance + margin));
}

/** Of an estimate with its standard error, by Student's t (`df` null: by the normal distribution). */
export function estimatedEquivalence(
  { estimate, se, df }: { readonly estimate: number; readonly se: number; readonly df: number | null },
  margin: number,
): Equivalence {
  const cdf = (t: number): number => (df === null ? normalCdf(t) : studentCdf(t, df));
  return both(cdf((chance - margin - estimate) / se), cdf((estimate - chance - margin) / se));
}
