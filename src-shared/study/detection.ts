/** How well one set of answers tells synthetic scans from real ones. */
import type { StudyProtocolKind } from '../contract/studies.ts';
import { detectionSensitivity } from '../statistics/signalDetection.ts';
import { aucInterval, empiricalAuc, type Scores } from '../statistics/rocCurve.ts';
import { rangeOf, shareOf, type Absences, type Range, type Share } from './outcome.ts';
import { calledSynthetic, isCorrect, type Trial } from './trial.ts';

export interface Detection {
  /** Answered trials, repeats left out. */
  readonly trials: number;
  readonly correct: number;
  readonly accuracy: number;
  readonly wilson95: Range;
  /** Share of the synthetic scans that were called synthetic. */
  readonly sensitivity: Share | null;
  /** Share of the real scans that were called real. */
  readonly specificity: Share | null;
  /** Mean of the two. */
  readonly balancedAccuracy: number | null;
  /** Share of "synthetic" answers that were right, of "real" answers that were right; both at this study's mixture. */
  readonly positivePredictiveValue: Share | null;
  readonly negativePredictiveValue: Share | null;
}

/** Of one answer or more. */
export function describeDetection(trials: readonly Trial[]): Detection {
  const count = (test: (trial: Trial) => boolean): number => trials.filter(test).length;
  const correct = count(isCorrect);
  const hits = count((trial) => trial.isSynthetic && isCorrect(trial));
  const synthetic = count((trial) => trial.isSynthetic);
  const called = count((trial) => calledSynthetic(trial.score));
  const sensitivity = shareOf(hits, synthetic);
  const specificity = shareOf(correct - hits, trials.length - synthetic);
  return {
    trials: trials.length,
    correct,
    accuracy: correct / trials.length,
    wilson95: shareOf(correct, trials.length)?.wilson95 ?? [0, 1],
    sensitivity,
    specificity,
    balancedAccuracy: sensitivity === null || specificity === null ? null : (sensitivity.value + specificity.value) / 2,
    positivePredictiveValue: shareOf(hits, called),
    negativePredictiveValue: shareOf(correct - hits, trials.length - called),
  };
}

export interface Discrimination {
  /** Equal-variance d′ (of pairs: over √2) and criterion, log-linear correction; criterion above 0: slow to say "synthetic". */
  readonly dPrime: number | null;
  readonly criterion: number | null;
  /** Area under the empirical ROC curve of the six scores, with DeLong's error and interval. */
  readonly auc: number | null;
  readonly aucSe: number | null;
  readonly aucCi95: Range | null;
}

export function scoresOf(trials: readonly Trial[]): Scores {
  const of = (isSynthetic: boolean): readonly number[] =>
    trials.filter((trial) => trial.isSynthetic === isSynthetic).map(({ score }) => score);
  return { negatives: of(false), positives: of(true) };
}

export interface DiscriminationOptions {
  /** Whose answers they are, for the reasons. */
  readonly reader: string;
  readonly protocol: StudyProtocolKind;
  readonly absences: Absences;
}

/** Two scans at once hold √2 times the evidence of one (Macmillan & Creelman 2005, chapter 7). */
const evidenceOf = { single: 1, pair: Math.SQRT2 } as const;

export function describeDiscrimination(
  trials: readonly Trial[],
  { reader, protocol, absences }: DiscriminationOptions,
): Discrimination {
  const { negatives, positives } = scoresOf(trials);
  const calls = (values: readonly number[]): number => values.filter((score) => score > 3).length;
  const sensitivity = absences.keep(
    detectionSensitivity({
      signals: positives.length,
      hits: calls(positives),
      noises: negatives.length,
      falseAlarms: calls(negatives),
    }),
    'readers.dPrime',
    'It needs answers to real and to synthetic scans.',
    reader,
  );
  const area = absences.keep(
    empiricalAuc({ negatives, positives }),
    'readers.auc',
    'It needs two real and two synthetic scans or more.',
    reader,
  );
  const interval =
    area === null
      ? null
      : absences.keep(
          aucInterval(area),
          'readers.aucCi95',
          'DeLong’s variance is 0: the scores are told apart perfectly, or do not vary.',
          reader,
        );
  return {
    dPrime: sensitivity === null ? null : sensitivity.dPrime / evidenceOf[protocol],
    criterion: sensitivity?.criterion ?? null,
    auc: area?.auc ?? null,
    aucSe: area?.se ?? null,
    aucCi95: rangeOf(interval),
  };
}
