/** Equivalence to chance within the margin of the protocol, and what may be said of it. */
import {
  equivalenceAlpha,
  estimatedEquivalence,
  exactEquivalence,
  type Equivalence,
} from '../statistics/equivalence.ts';
import type { PooledStatistics } from './pooledStatistics.ts';

export interface EquivalenceResult extends Equivalence {
  readonly margin: number;
  readonly alpha: number;
  /** The same two tests for random readers and random cases; null where that analysis is not possible. */
  readonly randomEffects: Equivalence | null;
  /** What the data allow to be said, in a sentence or two. */
  readonly verdict: string;
}

const percent = (share: number): string => `${String(Number((100 * share).toFixed(1)))} %`;

function putInWords(
  { accuracy, randomEffects, naiveBinomialP }: PooledStatistics,
  exact: Equivalence,
  robust: Equivalence | null,
  margin: number,
): string {
  const within = `within ${percent(margin)} of chance`;
  const p = randomEffects?.p ?? naiveBinomialP;
  const differs = p < equivalenceAlpha;
  const chance = differs ? ` It does differ from chance (p = ${p.toPrecision(2)}), by less than the margin.` : '';
  if (exact.equivalent && robust?.equivalent === true)
    return `Equivalence is shown: the accuracy of ${percent(accuracy)} lies ${within}, for random readers and cases too.${chance}`;
  if (exact.equivalent && robust === null)
    return `Equivalence is shown for these readers alone: the accuracy of ${percent(accuracy)} lies ${within} if all answers are independent. Nothing is said of other readers.`;
  if (exact.equivalent)
    return `Equivalence is not shown: the accuracy of ${percent(accuracy)} would lie ${within} if all answers were independent, but readers and cases vary too much to say so of others.`;
  if (differs) {
    const how = accuracy > 0.5 ? 'tell synthetic from real scans' : 'tell the two kinds apart, but the wrong way round';
    return `Equivalence is not shown, and the accuracy of ${percent(accuracy)} differs from chance (p = ${p.toPrecision(2)}): readers ${how}.`;
  }
  return `Equivalence is not shown: an accuracy outside ${percent(0.5 - margin)} to ${percent(0.5 + margin)} is not ruled out. That no difference from chance was found does not mean that there is none.`;
}

export function describeEquivalence(pooled: PooledStatistics, margin: number): EquivalenceResult {
  const exact = exactEquivalence(pooled.correct, pooled.trials, margin);
  const robust = pooled.randomEffects === null ? null : estimatedEquivalence(pooled.randomEffects, margin);
  return {
    margin,
    alpha: equivalenceAlpha,
    ...exact,
    randomEffects: robust,
    verdict: putInWords(pooled, exact, robust, margin),
  };
}
