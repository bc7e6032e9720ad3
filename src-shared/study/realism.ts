/** How real scans look to readers who were asked for it, from 1 (poor) to 5 (perfect). */
import { studentMean } from '../statistics/studentMean.ts';
import type { Range } from './outcome.ts';

/** What of an answer and its truth counts here; of a pair the truth is of two scans. */
export interface RatedAnswer {
  readonly caseId: string;
  readonly repeat: number;
  readonly answer: { readonly realism: number | null };
  readonly truth: readonly { readonly isSynthetic: boolean }[];
}

export interface Realism {
  readonly isSynthetic: boolean;
  readonly cases: number;
  readonly answers: number;
  /** Of the cases' means over readers. */
  readonly mean: number;
  /** Student's, over cases; null for fewer than two, or means that are all alike. */
  readonly ci95: Range | null;
}

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Real scans first; of first answers to single scans. Empty where readers were not asked. */
export function describeRealism(answers: readonly RatedAnswer[]): readonly Realism[] {
  return [false, true].flatMap((isSynthetic): readonly Realism[] => {
    const byCase = new Map<string, number[]>();
    for (const { caseId, repeat, truth, answer } of answers) {
      const [only, second] = truth;
      if (repeat > 0 || answer.realism === null || second !== undefined || only?.isSynthetic !== isSynthetic) continue;
      byCase.set(caseId, [...(byCase.get(caseId) ?? []), answer.realism]);
    }
    if (byCase.size === 0) return [];
    const means = [...byCase.values()].map(meanOf);
    const found = studentMean(means);
    return [
      {
        isSynthetic,
        cases: means.length,
        answers: [...byCase.values()].flat().length,
        mean: meanOf(means),
        ci95: found === null ? null : [found.interval.low, found.interval.high],
      },
    ];
  });
}
