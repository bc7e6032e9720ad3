/** Whether sure answers are right more often, and whether the scale can be read as a probability. */
import { calibration, type Calibration } from '../statistics/calibration.ts';
import { shareOf, type Share } from './outcome.ts';
import { confidenceOf, isCorrect, probabilityOf, type Trial } from './trial.ts';

export interface Confidence {
  /** Accuracy of the answers given as possible (1), probable (2) and definite (3). */
  readonly levels: readonly { readonly confidence: number; readonly accuracy: Share | null }[];
  /** Of "synthetic", the scores read as probabilities 0, 0.2 … 1. */
  readonly probability: Calibration | null;
}

export function describeConfidence(trials: readonly Trial[]): Confidence {
  return {
    levels: [1, 2, 3].map((confidence) => {
      const such = trials.filter(({ score }) => confidenceOf(score) === confidence);
      return { confidence, accuracy: shareOf(such.filter(isCorrect).length, such.length) };
    }),
    probability: calibration(
      trials.map(({ score, isSynthetic }) => ({ probability: probabilityOf(score), happened: isSynthetic })),
    ),
  };
}
