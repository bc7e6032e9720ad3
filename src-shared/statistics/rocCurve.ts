/** The empirical ROC curve and the area under it, with DeLong's variance (DeLong et al. 1988, Biometrics 44:837). */
import type { Interval } from './bootstrap.ts';
import { normalCdf, normalQuantile } from './normal.ts';
import { doubledRanks } from './ranks.ts';

/** Scores of the two kinds; a higher score speaks for the positive one. */
export interface Scores {
  readonly negatives: readonly number[];
  readonly positives: readonly number[];
}

export interface RocPoint {
  /** Scores of at least this are called positive; null at the origin, where nothing is. */
  readonly threshold: number | null;
  /** 0 to 1. */
  readonly falsePositiveRate: number;
  readonly truePositiveRate: number;
}

export interface Auc {
  /** P(a positive scores above a negative) + ½ P(they tie): Mann and Whitney's U, 0 to 1. */
  readonly auc: number;
  /** DeLong's standard error. */
  readonly se: number;
}

/** One point a score that occurs, from (0, 0) to (1, 1); none where a kind is missing. */
export function rocPoints({ negatives, positives }: Scores): readonly RocPoint[] {
  if (negatives.length === 0 || positives.length === 0) return [];
  const share = (scores: readonly number[], least: number): number =>
    scores.filter((score) => score >= least).length / scores.length;
  const thresholds = [...new Set([...negatives, ...positives])].sort((a, b) => b - a);
  return [
    { threshold: null, falsePositiveRate: 0, truePositiveRate: 0 },
    ...thresholds.map((threshold) => ({
      threshold,
      falsePositiveRate: share(negatives, threshold),
      truePositiveRate: share(positives, threshold),
    })),
  ];
}

export interface Placements {
  /** For each positive, the share of negatives it beats (ties half); for each negative, the share of positives that beat it. */
  readonly ofPositives: readonly number[];
  readonly ofNegatives: readonly number[];
}

/** Both sides of the comparison of every positive with every negative, from ranks: O(n log n). */
export function placements({ negatives, positives }: Scores): Placements {
  const all = doubledRanks([...negatives, ...positives]).ranks;
  const among = (own: readonly number[], offset: number, others: number): readonly number[] =>
    doubledRanks(own).ranks.map((rank, index) => (all[offset + index]! - rank) / 2 / others);
  return {
    ofPositives: among(positives, negatives.length, negatives.length),
    ofNegatives: among(negatives, 0, positives.length).map((beaten) => 1 - beaten),
  };
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Sample covariance (n − 1). */
function covariance(x: readonly number[], y: readonly number[]): number {
  const [mx, my] = [mean(x), mean(y)];
  return x.reduce((sum, value, index) => sum + (value - mx) * (y[index]! - my), 0) / (x.length - 1);
}

const deLongCovariance = (a: Placements, b: Placements): number =>
  covariance(a.ofPositives, b.ofPositives) / a.ofPositives.length +
  covariance(a.ofNegatives, b.ofNegatives) / a.ofNegatives.length;

/** Null for fewer than two scores of a kind. */
export function empiricalAuc(scores: Scores): Auc | null {
  if (scores.negatives.length < 2 || scores.positives.length < 2) return null;
  const placed = placements(scores);
  return { auc: mean(placed.ofPositives), se: Math.sqrt(deLongCovariance(placed, placed)) };
}

/** auc ± z · se, cut off at 0 and 1. Null where the error is 0, as for a perfect reader: it says nothing about others. */
export function aucInterval({ auc, se }: Auc, confidence = 0.95): Interval | null {
  if (se === 0) return null;
  const reach = normalQuantile((1 + confidence) / 2) * se;
  return { low: Math.max(0, auc - reach), high: Math.min(1, auc + reach) };
}

export interface AucComparison {
  /** AUC of the first minus AUC of the second, of the same cases. */
  readonly difference: number;
  readonly se: number;
  readonly z: number;
  /** Two-sided. */
  readonly p: number;
}

/**
 * DeLong's test of two readers (or two scores) of the same cases in the same order. Null for fewer than two cases of a
 * kind, or where the difference has no error. Throws RangeError for different numbers of cases.
 */
export function compareAucs(first: Scores, second: Scores): AucComparison | null {
  const { negatives, positives } = first;
  if (negatives.length !== second.negatives.length || positives.length !== second.positives.length)
    throw new RangeError('DeLong’s comparison needs scores of the same cases.');
  if (negatives.length < 2 || positives.length < 2) return null;
  const [a, b] = [placements(first), placements(second)];
  const variance = deLongCovariance(a, a) + deLongCovariance(b, b) - 2 * deLongCovariance(a, b);
  if (!(variance > 1e-15)) return null; // equal scores, but for rounding
  const difference = mean(a.ofPositives) - mean(b.ofPositives);
  const se = Math.sqrt(variance);
  return { difference, se, z: difference / se, p: 2 * normalCdf(-Math.abs(difference / se)) };
}
