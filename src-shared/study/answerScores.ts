/** From verdicts and confidence to the six scores that the statistics are made of. */
import type { StudyAnswer } from '../contract/studies.ts';
import type { Score } from './trial.ts';

/** How a study's readers used the numbers from 1 to 6. */
export type ConfidenceUse = 'scale' | 'sureness';

const saysSynthetic = ({ verdict }: StudyAnswer): boolean => verdict === 'synthetic' || verdict === 'second';

/**
 * `scale`: 1 definitely real … 6 definitely synthetic, which agrees with every verdict. Programs may count sureness
 * instead, from 1 (guessed) to 6 (certain), whatever the verdict: then some verdict disagrees with the scale.
 */
export function confidenceUse(answers: readonly StudyAnswer[]): ConfidenceUse {
  return answers.every((answer) => saysSynthetic(answer) === answer.confidence > 3) ? 'scale' : 'sureness';
}

/** 1 definitely real … 6 definitely synthetic; of sureness, two steps make one. Above 3 exactly where the verdict is synthetic. */
export function scoreOf(answer: StudyAnswer, use: ConfidenceUse): Score {
  if (use === 'scale') return answer.confidence as Score;
  const step = Math.ceil(answer.confidence / 2); // 1, 2, 3: possibly, probably, definitely
  return (saysSynthetic(answer) ? 3 + step : 4 - step) as Score;
}
