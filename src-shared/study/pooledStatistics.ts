/**
 * All readers together. Their answers are not independent, as they share readers and cases: what holds beyond this
 * sample comes from the analysis for random readers and random cases, with the crossed bootstrap beside it.
 */
import type { Random } from '../random.ts';
import { binomialTest } from '../statistics/binomial.ts';
import { crossedInterval } from '../statistics/crossedBootstrap.ts';
import { jackknifeAucs, jackknifeShares, readerAverage, type ReaderAverage } from '../statistics/obuchowskiRockette.ts';
import { averageArea, averageShare, type DesignAverage } from '../statistics/uStatistics.ts';
import { normalCdf } from '../statistics/normal.ts';
import { studentTest } from '../statistics/student.ts';
import { describeDetection, type Detection } from './detection.ts';
import { rangeOf, type Absences, type Range } from './outcome.ts';
import { correctness, type StudyCase, type StudyTable } from './studyTable.ts';
import { isCorrect, type Trial } from './trial.ts';

/** A figure of the readers together, for random readers and random cases. */
export interface RandomEffects {
  /**
   * Obuchowski–Rockette, jackknife, Hillis: the readers' mean, where all of them saw all cases. Else Gallas' U-statistics,
   * in which every answer counts alike.
   */
  readonly method: 'obuchowski-rockette' | 'u-statistics';
  readonly estimate: number;
  readonly se: number;
  /** Null: the readers do not differ, and the normal distribution holds. */
  readonly df: number | null;
  readonly ci95: Range;
  /** Two-sided, against 0.5. */
  readonly p: number;
  readonly readers: number;
  /** Those that take part: of U-statistics all, else those that every reader has seen. */
  readonly realCases: number;
  readonly syntheticCases: number;
  /** Of Obuchowski–Rockette: mean square of the readers, mean covariance of two of them. */
  readonly msReaders: number | null;
  readonly cov2: number | null;
}

export interface PooledStatistics extends Detection {
  /** Exact, two-sided, as if all answers were independent: too small where readers share cases. */
  readonly naiveBinomialP: number;
  /** Accuracy of the readers together; what to report. */
  readonly randomEffects: RandomEffects | null;
  /** Percentile interval of the accuracy, readers and cases drawn again. */
  readonly bootstrap95: Range | null;
  /** Variance of the mean accuracy over that of as many independent answers; decisions divided by it count as independent. */
  readonly designEffect: number | null;
}

const chance = 0.5;

/** How many cases of each kind took part. */
interface Counts {
  readonly real: number;
  readonly synthetic: number;
}

function describeAverage(average: ReaderAverage | DesignAverage, { real, synthetic }: Counts): RandomEffects {
  const { estimate, se, df, interval, readers } = average;
  const t = (estimate - chance) / se;
  const isCrossed = 'msReaders' in average;
  return {
    method: isCrossed ? 'obuchowski-rockette' : 'u-statistics',
    estimate,
    se,
    df,
    ci95: [interval.low, interval.high],
    p: df === null ? 2 * normalCdf(-Math.abs(t)) : studentTest(t, df),
    readers,
    realCases: real,
    syntheticCases: synthetic,
    msReaders: isCrossed ? average.msReaders : null,
    cov2: isCrossed ? average.cov2 : null,
  };
}

const needs =
  'It needs two readers or more, two real and two synthetic scans, and figures that differ between readers or errors that readers share.';

/** What a reader says of each of some cases; null where the reader has not seen it. */
function tableOf(cases: readonly StudyCase[], figure: (trial: Trial) => number): readonly (readonly (number | null)[])[] {
  const readers = cases[0]?.answers.length ?? 0;
  return Array.from({ length: readers }, (_, reader) =>
    cases.map(({ answers }) => {
      const trial = answers[reader] ?? null;
      return trial === null ? null : figure(trial);
    }),
  );
} // prettier-ignore

const isWhole = (row: readonly (number | null)[]): row is readonly number[] => !row.includes(null);

/** Two cases of each kind, told apart; null for fewer. */
function kindsOf(cases: readonly StudyCase[]): { readonly real: readonly StudyCase[]; readonly synthetic: readonly StudyCase[] } | null {
  const [real, synthetic] = [false, true].map((kind) => cases.filter(({ isSynthetic }) => isSynthetic === kind));
  return real === undefined || synthetic === undefined || real.length < 2 || synthetic.length < 2 ? null : { real, synthetic };
} // prettier-ignore

/** Area under the readers' ROC curves over `cases`. */
export function describeMrmc(cases: readonly StudyCase[]): RandomEffects | null {
  const kinds = kindsOf(cases);
  if (kinds === null) return null;
  const [negatives, positives] = [kinds.real, kinds.synthetic].map((of) => tableOf(of, ({ score }) => score));
  if (negatives === undefined || positives === undefined) return null;
  const [own, other] = [negatives.filter(isWhole), positives.filter(isWhole)];
  const isCrossed = own.length === negatives.length && other.length === positives.length;
  const average = isCrossed
    ? readerAverage(jackknifeAucs(own.map((of, reader) => ({ negatives: of, positives: other[reader] ?? [] }))))
    : averageArea(negatives, positives);
  return average === null ? null : describeAverage(average, { real: kinds.real.length, synthetic: kinds.synthetic.length });
} // prettier-ignore

export const keepMrmc = (value: RandomEffects | null, absences: Absences): RandomEffects | null =>
  absences.keep(value, 'mrmc', needs);

function describeAccuracy(cases: readonly StudyCase[]): RandomEffects | null {
  const kinds = kindsOf(cases);
  if (kinds === null) return null;
  const { real, synthetic } = kinds;
  const table = tableOf([...real, ...synthetic], (trial) => Number(isCorrect(trial)));
  const whole = table.filter(isWhole);
  const average = whole.length === table.length ? readerAverage(jackknifeShares(whole)) : averageShare(table);
  return average === null ? null : describeAverage(average, { real: real.length, synthetic: synthetic.length });
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
    const { estimate, se } = randomEffects;
    const independent = (estimate * (1 - estimate)) / first.length;
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
