/** Which cases deceive: the hardest first. */
import { shareOf, type Share } from './outcome.ts';
import type { StudyCase } from './studyTable.ts';
import { isCorrect } from './trial.ts';

export interface CaseResult {
  readonly case: string;
  /** 1: synthetic. */
  readonly truth: 0 | 1;
  readonly model: string | null;
  /** Readers who saw it, and how many of them were right. */
  readonly accuracy: Share | null;
  /** Of the six scores. */
  readonly meanScore: number;
}

export interface Fooled {
  /** At least so many readers called a synthetic scan real. */
  readonly readers: number;
  /** Share of the synthetic scans to which that happened. */
  readonly cases: Share | null;
}

export interface CaseRanking {
  /** Fewest right answers first; among equals, the mean score farther from the truth first. */
  readonly hardestFirst: readonly CaseResult[];
  readonly fooled: readonly Fooled[];
}

export function rankCases(cases: readonly StudyCase[], readers: number): CaseRanking {
  const wrongOf = ({ answers }: StudyCase): number => answers.filter((trial) => trial !== null && !isCorrect(trial)).length; // prettier-ignore
  const synthetic = cases.filter(({ isSynthetic }) => isSynthetic);
  const results = cases.map((one): CaseResult => {
    const seen = one.answers.filter((trial) => trial !== null);
    return {
      case: one.caseId,
      truth: one.isSynthetic ? 1 : 0,
      model: one.model,
      accuracy: shareOf(seen.length - wrongOf(one), seen.length),
      meanScore: seen.reduce((sum, { score }) => sum + score, 0) / seen.length,
    };
  });
  const distance = ({ truth, meanScore }: CaseResult): number => (truth === 1 ? 6 - meanScore : meanScore - 1);
  return {
    hardestFirst: results.toSorted(
      (a, b) => (a.accuracy?.value ?? 0) - (b.accuracy?.value ?? 0) || distance(b) - distance(a),
    ),
    fooled: Array.from({ length: readers }, (_, index) => ({
      readers: index + 1,
      cases: shareOf(synthetic.filter((one) => wrongOf(one) > index).length, synthetic.length),
    })),
  };
}
