/** The trials of a study in order: who read what, and each reader's first answer to each case. */
import { isCorrect, type Trial } from './trial.ts';

export interface StudyCase {
  readonly caseId: string;
  readonly isSynthetic: boolean;
  readonly model: string | null;
  /** Each reader's first answer, in the order of `readers`; null where a reader has not seen the case. */
  readonly answers: readonly (Trial | null)[];
}

export interface StudyTable {
  /** In the order in which they first occur; so are the cases. */
  readonly readers: readonly string[];
  readonly cases: readonly StudyCase[];
  /** What the analysis is made of, the first answers; repeats serve the agreement within readers alone. */
  readonly first: readonly Trial[];
  readonly repeats: readonly Trial[];
}

export function arrangeTrials(trials: readonly Trial[]): StudyTable {
  const readers = [...new Set(trials.map(({ reader }) => reader))];
  const first = trials.filter(({ repeat }) => repeat === 0);
  const byCase = new Map<string, Trial[]>();
  for (const trial of first) byCase.set(trial.caseId, [...(byCase.get(trial.caseId) ?? []), trial]);
  const cases = [...byCase].map(([caseId, seen]) => {
    const byReader = new Map(seen.map((trial) => [trial.reader, trial]));
    return {
      caseId,
      isSynthetic: seen.some(({ isSynthetic }) => isSynthetic),
      model: seen.find(({ model }) => model !== null)?.model ?? null,
      answers: readers.map((reader) => byReader.get(reader) ?? null),
    };
  });
  return { readers, cases, first, repeats: trials.filter(({ repeat }) => repeat > 0) };
}

export const trialsOf = (trials: readonly Trial[], reader: string): readonly Trial[] =>
  trials.filter((trial) => trial.reader === reader);

/** The answers of those cases that every reader has seen, `[case][reader]`. */
export interface CompleteCases {
  readonly real: readonly (readonly Trial[])[];
  readonly synthetic: readonly (readonly Trial[])[];
}

const isComplete = (answers: readonly (Trial | null)[]): answers is readonly Trial[] => !answers.includes(null);

export function completeCases(cases: readonly StudyCase[]): CompleteCases {
  const of = (isSynthetic: boolean): readonly (readonly Trial[])[] =>
    cases
      .filter((one) => one.isSynthetic === isSynthetic)
      .map(({ answers }) => answers)
      .filter(isComplete);
  return { real: of(false), synthetic: of(true) };
}

/** 1 for right, 0 for wrong, null for not seen. */
export const correctness = (answers: readonly (Trial | null)[]): readonly (number | null)[] =>
  answers.map((trial) => (trial === null ? null : Number(isCorrect(trial))));
