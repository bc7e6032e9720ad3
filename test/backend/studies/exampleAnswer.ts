import type { StudyAnswer } from '#contract/studies.ts';

export function exampleAnswer(changes: Partial<StudyAnswer> = {}): StudyAnswer {
  return {
    verdict: 'real',
    confidence: 2,
    realism: null,
    comment: '',
    marks: [],
    reactionMs: 1500,
    slicesViewed: 12,
    windowChanges: 0,
    isTimedOut: false,
    ...changes,
  };
}
