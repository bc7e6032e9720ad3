/**
 * A figure of merit averaged over readers, for readers and cases drawn from populations of both (Obuchowski & Rockette
 * 1995, Commun. Stat. Simul. 24:285; degrees of freedom and the analysis of a single modality: Hillis 2007, Stat. Med.
 * 26:596; Hillis 2014, Stat. Med. 33:330). Covariances between readers come from the jackknife over cases.
 */
import type { Interval } from './bootstrap.ts';
import { normalQuantile } from './normal.ts';
import { placements, type Scores } from './rocCurve.ts';
import { studentQuantile } from './student.ts';

/** A figure of merit of each reader, of all cases and with each case left out. */
export interface Jackknife {
  /** One a reader. */
  readonly estimates: readonly number[];
  /** `[reader][case]`. */
  readonly leftOut: readonly (readonly number[])[];
}

export interface ReaderAverage {
  readonly estimate: number;
  readonly se: number;
  /** Hillis' degrees of freedom; null where the readers do not differ at all and the normal distribution holds. */
  readonly df: number | null;
  /** 95 %, cut off at 0 and 1. */
  readonly interval: Interval;
  /** Mean square of the readers' figures. */
  readonly msReaders: number;
  /** Mean covariance of two readers' figures, from the cases they share. */
  readonly cov2: number;
  /** Mean variance of a reader's figure. */
  readonly errorVariance: number;
  readonly readers: number;
  readonly cases: number;
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** The share of answers that are right; `isCorrect` is 0 or 1, `[reader][case]`, two cases or more. */
export function jackknifeShares(isCorrect: readonly (readonly number[])[]): Jackknife {
  const totals = isCorrect.map((row) => row.reduce((sum, value) => sum + value, 0));
  return {
    estimates: isCorrect.map((row, reader) => totals[reader]! / row.length),
    leftOut: isCorrect.map((row, reader) => row.map((value) => (totals[reader]! - value) / (row.length - 1))),
  };
}

/** The area under each reader's empirical ROC curve; the same cases in the same order, two of each kind or more. */
export function jackknifeAucs(readers: readonly Scores[]): Jackknife {
  const tables = readers.map((scores) => {
    const { ofNegatives, ofPositives } = placements(scores);
    const [n, m] = [ofNegatives.length, ofPositives.length];
    const wins = mean(ofPositives) * n * m;
    return {
      auc: wins / (n * m),
      leftOut: [
        ...ofNegatives.map((share) => (wins - share * m) / ((n - 1) * m)),
        ...ofPositives.map((share) => (wins - share * n) / (n * (m - 1))),
      ],
    };
  });
  return { estimates: tables.map(({ auc }) => auc), leftOut: tables.map(({ leftOut }) => leftOut) };
}

/** Mean of the jackknife's variances, and mean of its covariances of two readers. */
function meanCovariances(leftOut: Jackknife['leftOut']): { errorVariance: number; cov2: number } {
  const cases = leftOut[0]?.length ?? 0;
  const centred = leftOut.map((row) => row.map((value) => value - mean(row)));
  const product = (a: readonly number[], b: readonly number[]): number =>
    ((cases - 1) / cases) * a.reduce((sum, value, index) => sum + value * b[index]!, 0);
  const variances = centred.map((row) => product(row, row));
  const covariances = centred.flatMap((row, reader) => centred.slice(0, reader).map((other) => product(row, other)));
  return { errorVariance: mean(variances), cov2: mean(covariances) };
}

/** Below it a variance is rounding. */
const noVariance = 1e-15;

/** Null for fewer than two readers, or where neither readers nor cases vary (all perfect, say). */
export function readerAverage({ estimates, leftOut }: Jackknife): ReaderAverage | null {
  const readers = estimates.length;
  if (readers < 2) return null;
  const estimate = mean(estimates);
  const msReaders = estimates.reduce((sum, value) => sum + (value - estimate) ** 2, 0) / (readers - 1);
  const { errorVariance, cov2 } = meanCovariances(leftOut);
  const shared = msReaders + readers * Math.max(cov2, 0);
  if (shared < noVariance) return null;
  const se = Math.sqrt(shared / readers);
  const df = msReaders < noVariance ? null : (shared / msReaders) ** 2 * (readers - 1);
  const reach = (df === null ? normalQuantile(0.975) : studentQuantile(0.975, df)) * se;
  const interval = { low: Math.max(0, estimate - reach), high: Math.min(1, estimate + reach) };
  return { estimate, se, df, interval, msReaders, cov2, errorVariance, readers, cases: leftOut[0]?.length ?? 0 };
}
