/**
 * All readers together. Their answers are not independent, as they share readers and cases: what holds beyond this
 * sample comes from the analysis for random readers and random cases, with the crossed bootstrap beside it.
 */
import type { Random } from '../random.ts';
import { binomialTest } from '../statistics/binomial.ts';
import { crossedInterval } from '../statistics/crossedBootstrap.ts';
import { jackknifeAucs, jackknifeShares, readerAverage, type ReaderAverage } from '../statistics/obuchowskiRockette.ts';
import { normalCdf } from '../statistics/normal.ts';
import { studentTest } from '../statistics/student.ts';
import { describeDetection, type Detection } from './detection.ts';
import { rangeOf, type Absences, type Range } from './outcome.ts';
import { completeCases, correctness, type StudyCase, type StudyTable } from './studyTable.ts';
import { isCorrect } from './trial.ts';

/** A mean over readers, for random readers and random cases (Obuchowski–Rockette, jackknife, Hillis). */
export interface RandomEffects {
  readonly estimate: number;
  readonly se: number;
  /** Null: the readers do not differ, and the normal distribution holds. */
  readonly df: number | null;
  readonly ci95: Range;
  /** Two-sided, against 0.5. */
  readonly p: number;
  readonly readers: number;
  /** Those that every reader has seen; others take no part. */
  readonly realCases: number;
  readonly syntheticCases: number;
  readonly msReaders: number;
  readonly cov2: number;
}

export interface PooledStatistics extends Detection {
  /** Exact, two-sided, as if all answers were independent: too small where readers share cases. */
  readonly naiveBinomialP: number;
  /** Mean accuracy of the readers; what to report. */
  readonly randomEffects: RandomEffects | null;
  /** Percentile interval of the accuracy, readers and cases drawn again. */
  readonly bootstrap95: Range | null;
  /** Variance of the mean accuracy over that of as many independent answers; decisions divided by it count as independent. */
  readonly designEffect: number | null;
}

const chance = 0.5;

function describeAverage(average: ReaderAverage, real: number, synthetic: number): RandomEffects {
  const { estimate, se, df, interval, readers, msReaders, cov2 } = average;
  const t = (estimate - chance) / se;
  return {
    estimate,
    se,
    df,
    ci95: [interval.low, interval.high],
    p: df === null ? 2 * normalCdf(-Math.abs(t)) : studentTest(t, df),
    readers,
    realCases: real,
    syntheticCases: synthetic,
    msReaders,
    cov2,
  };
}

const needs =
  'It needs two readers or more, two real and two synthetic scans that all of them have seen, and figures that differ between readers or errors that readers share.';

/** Mean area under the readers' ROC curves over `cases`. */
export function describeMrmc(cases: readonly StudyCase[]): RandomEffects | null {
  const { real, synthetic } = completeCases(cases);
  if (real.length < 2 || synthetic.length < 2) return null;
  const readers = real[0]?.map((_, reader) => ({
    negatives: real.flatMap((answers) => answers[reader]?.score ?? []),
    positives: synthetic.flatMap((answers) => answers[reader]?.score ?? []),
  }));
  const average = readers === undefined ? null : readerAverage(jackknifeAucs(readers));
  return average === null ? null : describeAverage(average, real.length, synthetic.length);
}

export const keepMrmc = (value: RandomEffects | null, absences: Absences): RandomEffects | null =>
  absences.keep(value, 'mrmc', needs);

function describeAccuracy(cases: readonly StudyCase[]): RandomEffects | null {
  const { real, synthetic } = completeCases(cases);
  if (real.length < 2 || synthetic.length < 2) return null;
  const all = [...real, ...synthetic];
  const table = all[0]?.map((_, reader) => all.map((answers) => Number(answers[reader] !== undefined && isCorrect(answers[reader])))); // prettier-ignore
  const average = table === undefined ? null : readerAverage(jackknifeShares(table));
  return average === null ? null : describeAverage(average, real.length, synthetic.length);
}

export function describePooled(
  { cases, first }: StudyTable,
  { random, resamples, absences }: { readonly random: Random; readonly resamples: number; readonly absences: Absences },
): PooledStatistics {
  const detection = describeDetection(first);
  const randomEffects = absences.keep(describeAccuracy(cases), 'pooled.randomEffects', needs);
  const strata = [false, true].map((isSynthetic) =>
    cases.filter((one) => one.isSynthetic === isSynthetic).map(({ answers }) => correctness(answers)),
  );
  let designEffect: number | null = null;
  if (randomEffects !== null) {
    const { estimate, se, readers, realCases, syntheticCases } = randomEffects;
    const independent = (estimate * (1 - estimate)) / (readers * (realCases + syntheticCases));
    designEffect = independent === 0 ? null : se ** 2 / independent;
  }
  return {
    ...detection,
    naiveBinomialP: binomialTest(detection.correct, detection.trials),
    randomEffects,
    bootstrap95: rangeOf(crossedInterval(strata, { random, resamples })),
    designEffect,
  };
}
