/** Trials for tests: the recorded study, and small ones written as `reader: scores of real | scores of synthetic`. */
import { readFileSync } from 'node:fs';
import { parseTrials } from '#backend/studies/readTrials.ts';
import { scores, type Trial } from '#shared/study/trial.ts';

export const recordedTable = new URL('../fixtures/study/trials.csv', import.meta.url);

export const recordedTrials = (): readonly Trial[] => parseTrials(readFileSync(recordedTable), 'trials.csv').trials;

/** Each reader's scores of the real scans r0, r1 … and of the synthetic ones s0, s1 …, one digit each. */
export function writeTrials(study: Readonly<Record<string, string>>): readonly Trial[] {
  return Object.entries(study).flatMap(([reader, text]) =>
    text.split('|').flatMap((digits, kind) =>
      Array.from(digits).map((digit, index) => ({
        reader,
        caseId: `${kind === 0 ? 'r' : 's'}${String(index)}`,
        isSynthetic: kind === 1,
        score: scores.find((score) => String(score) === digit) ?? 1,
        reactionMs: null,
        session: null,
        order: null,
        model: null,
        expertise: null,
        repeat: 0,
      })),
    ),
  );
}
