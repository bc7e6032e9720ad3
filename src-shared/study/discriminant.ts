/**
 * Can two groups be told apart by a few numbers? A linear discriminant (Fisher 1936, Ann. Eugen. 7:179) on standardised
 * features with a ridge on the pooled covariance, judged on cases it was not fitted to: stratified, repeated folds.
 */
import type { Random } from '../random.ts';
import type { Scores } from '../statistics/rocCurve.ts';

export interface Labelled {
  readonly features: readonly number[];
  readonly isPositive: boolean;
}

export interface CrossValidation {
  readonly folds: number;
  readonly rounds: number;
  readonly random: Random;
}

/** Added to the diagonal of a covariance of standardised features: with few cases their correlations are mostly noise. */
const ridge = 0.5;

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

interface Scaling {
  readonly centre: number;
  readonly spread: number;
}

/** By the training cases; what never varies becomes 0. */
function scalingsOf(cases: readonly Labelled[]): readonly Scaling[] {
  return (cases[0]?.features ?? []).map((_, at) => {
    const values = cases.map(({ features }) => features[at] ?? 0);
    const centre = mean(values);
    const spread = Math.sqrt(mean(values.map((value) => (value - centre) ** 2)));
    return { centre, spread: spread <= 1e-12 * Math.abs(centre) ? 0 : spread };
  });
}

/** Beyond the training range a cue is no stronger: one odd case must not outweigh all others. */
const farthest = 5;

const standardise = (features: readonly number[], scalings: readonly Scaling[]): readonly number[] =>
  scalings.map(({ centre, spread }, at) =>
    spread === 0 ? 0 : Math.max(-farthest, Math.min(farthest, ((features[at] ?? 0) - centre) / spread)),
  );

/** Solves a · x = b by elimination with pivots; `a` is positive definite here. */
function solve(a: readonly (readonly number[])[], b: readonly number[]): number[] {
  const rows = a.map((row, at) => [...row, b[at] ?? 0]);
  const n = rows.length;
  for (let column = 0; column < n; column++) {
    for (let row = column + 1; row < n; row++) {
      const [pivot, target] = [rows[column] ?? [], rows[row] ?? []];
      const factor = (target[column] ?? 0) / (pivot[column] ?? 1);
      for (let at = column; at <= n; at++) target[at] = (target[at] ?? 0) - factor * (pivot[at] ?? 0);
    }
  }
  const x = new Array<number>(n).fill(0);
  for (let row = n - 1; row >= 0; row--) {
    const own = rows[row] ?? [];
    const known = x.reduce((sum, value, at) => (at > row ? sum + value * (own[at] ?? 0) : sum), 0);
    x[row] = ((own[n] ?? 0) - known) / (own[row] ?? 1);
  }
  return x;
}

/** The score of a case: above 0 where it looks positive, in standard deviations of the training cases' scores. */
function fit(cases: readonly Labelled[]): (features: readonly number[]) => number {
  const scalings = scalingsOf(cases);
  const z = cases.map(({ features }) => standardise(features, scalings));
  const groupMean = (isPositive: boolean): readonly number[] => {
    const members = z.filter((_, at) => cases[at]?.isPositive === isPositive);
    return scalings.map((_, at) => mean(members.map((features) => features[at] ?? 0)));
  };
  const means = { positive: groupMean(true), negative: groupMean(false) };
  const residuals = z.map((features, at) => {
    const own = cases[at]?.isPositive === true ? means.positive : means.negative;
    return features.map((value, feature) => value - (own[feature] ?? 0));
  });
  const covariance = scalings.map((_, i) =>
    scalings.map((__, j) => mean(residuals.map((row) => (row[i] ?? 0) * (row[j] ?? 0))) + (i === j ? ridge : 0)),
  );
  const weights = solve(
    covariance,
    scalings.map((_, at) => (means.positive[at] ?? 0) - (means.negative[at] ?? 0)),
  );
  const project = (features: readonly number[]): number =>
    features.reduce((sum, value, at) => sum + value * (weights[at] ?? 0), 0);
  const middle = (project(means.positive) + project(means.negative)) / 2;
  const spread = Math.sqrt(mean(residuals.map((row) => project(row) ** 2))) || 1;
  return (features) => (project(standardise(features, scalings)) - middle) / spread;
}

/** The mean out-of-fold score of every case. Needs at least as many cases of each group as folds. */
export function crossValidatedScores(cases: readonly Labelled[], { folds, rounds, random }: CrossValidation): Scores {
  const sums = new Float64Array(cases.length);
  const groups = [true, false].map((isPositive) =>
    [...cases.keys()].filter((at) => cases[at]?.isPositive === isPositive),
  );
  for (let round = 0; round < rounds; round++) {
    const foldOf = new Int32Array(cases.length);
    for (const group of groups) random.shuffle(group).forEach((at, place) => { foldOf[at] = place % folds; }); // prettier-ignore
    for (let fold = 0; fold < folds; fold++) {
      const score = fit(cases.filter((_, at) => foldOf[at] !== fold));
      for (const [at, { features }] of cases.entries()) {
        if (foldOf[at] === fold) sums[at] = (sums[at] ?? 0) + score(features) / rounds;
      }
    }
  }
  const of = (wanted: boolean): readonly number[] => [...sums].filter((_, at) => cases[at]?.isPositive === wanted);
  return { negatives: of(false), positives: of(true) };
}
