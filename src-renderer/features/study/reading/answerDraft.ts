/** What a reader has said of a trial so far, by keys or clicks, and the answer that it makes. */
import type { StudyAnswer } from '#contract/studies.ts';
import type { ReadingRules } from '#contract/studyCommands.ts';
import type { Mark } from '#viewer/looking.ts';

export interface AnswerDraft {
  /** 1 definitely real (of pairs: the first is synthetic) … 6 definitely synthetic (the second). */
  readonly confidence: number | null;
  /** 1 poor … 5 perfect; where the study asks for it. */
  readonly realism: number | null;
  readonly comment: string;
  readonly marks: readonly Mark[];
}

export const emptyDraft: AnswerDraft = { confidence: null, realism: null, comment: '', marks: [] };
export const mostMarks = 20;
export const confidences = [1, 2, 3, 4, 5, 6] as const;
export const realisms = [1, 2, 3, 4, 5] as const;
const half = 3;

type Asked = Pick<ReadingRules, 'protocol' | 'realism'>;
export type Question = 'confidence' | 'realism';

/** What the number keys answer now. */
export function questionOf(draft: AnswerDraft, { realism }: Asked): Question {
  return realism && draft.confidence !== null ? 'realism' : 'confidence';
}

export function isComplete({ confidence, realism }: AnswerDraft, asked: Asked): boolean {
  return confidence !== null && (realism !== null || !asked.realism);
}

/** Takes the last word back. */
export function withoutLast(draft: AnswerDraft): AnswerDraft {
  return draft.realism === null ? { ...draft, confidence: null } : { ...draft, realism: null };
}

/** The draft with a number key pressed; as it was where the number answers nothing. */
export function withNumber(draft: AnswerDraft, asked: Asked, number: number): AnswerDraft {
  const question = questionOf(draft, asked);
  const isOne = (question === 'realism' ? realisms : confidences).some((value) => value === number);
  return isOne ? { ...draft, [question]: number } : draft;
}

interface Measured {
  readonly reactionMs: number;
  readonly slicesViewed: number;
  readonly windowChanges: number;
  readonly isTimedOut: boolean;
}

/** null while something is missing. Of pairs the marks count that are in the scan which was called synthetic. */
export function answerOf(draft: AnswerDraft, asked: Asked, measured: Measured): StudyAnswer | null {
  const { confidence, realism, comment, marks } = draft;
  if (confidence === null || !isComplete(draft, asked)) return null;
  const isUpper = confidence > half;
  const called = asked.protocol === 'pair' && isUpper ? 1 : 0;
  return {
    verdict: asked.protocol === 'pair' ? (isUpper ? 'second' : 'first') : isUpper ? 'synthetic' : 'real',
    confidence,
    realism,
    comment: comment.trim(),
    marks: marks
      .filter(({ scan }) => scan === called)
      .slice(0, mostMarks)
      .map(({ voxel: [x, y, z] }) => [x, y, z]),
    ...measured,
    reactionMs: Math.round(measured.reactionMs),
  };
}
