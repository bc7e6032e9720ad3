/**
 * Classifier two-sample test (Lopez-Paz & Oquab 2017, arXiv 1610.06545): can a classifier tell made from real rows it was
 * not fitted to? A linear one, since there are more features than cases: ridge regression on the labels ±1, which is the
 * linear discriminant with a ridge, solved among the cases and not among the features.
 */
import type { Random } from '../random.ts';
import { factorise, solveFactorised } from './cholesky.ts';
import type { Sample } from './kernelDiscrepancy.ts';
import type { Scores } from './rocCurve.ts';

export interface ClassifierOptions {
  /** Which fold each real row, then each made one, is left out in; 0 … folds − 1. */
  readonly foldOf: readonly number[];
  /** Weight of the squared coefficients of standardised features; as many as there are features if not given. */
  readonly ridge?: number;
}

/** Folds with real and made rows in equal shares, at random. */
export function drawFolds(
  { real, made }: { readonly real: number; readonly made: number },
  { folds, random }: { readonly folds: number; readonly random: Random },
): number[] {
  return [real, made].flatMap((count) => random.shuffle(Array.from({ length: count }, (_, at) => at % folds)));
}

/** Rows standardised by the training rows' means and deviations; a feature that never varies becomes 0. */
function standardise(rows: Sample, training: readonly number[]): Float64Array[] {
  const length = rows[0]?.length ?? 0;
  const [mean, square] = [new Float64Array(length), new Float64Array(length)];
  for (const at of training) rows[at]!.forEach((value, feature) => (mean[feature]! += value / training.length));
  for (const at of training)
    rows[at]!.forEach((value, feature) => (square[feature]! += (value - mean[feature]!) ** 2 / training.length));
  return rows.map((row) =>
    Float64Array.from(row, (value, feature) =>
      square[feature] === 0 ? 0 : (value - mean[feature]!) / Math.sqrt(square[feature]!),
    ),
  );
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += a[index]! * b[index]!;
  return sum;
}

/** Scores of all rows, each by a classifier that has not seen its fold: higher speaks for made. */
export function leftOutScores(real: Sample, made: Sample, { foldOf, ridge }: ClassifierOptions): Scores {
  const rows = [...real, ...made];
  const scores = new Float64Array(rows.length);
  for (const fold of new Set(foldOf)) {
    const training = [...rows.keys()].filter((at) => foldOf[at] !== fold);
    const z = standardise(rows, training);
    const labels = Float64Array.from(training, (at) => (at < real.length ? -1 : 1));
    const offset = labels.reduce((sum, label) => sum + label, 0) / labels.length;
    const n = training.length;
    const gram = Float64Array.from({ length: n * n }, (_, at) => dot(z[training[Math.floor(at / n)]!]!, z[training[at % n]!]!)); // prettier-ignore
    for (let at = 0; at < n; at++) gram[at * n + at]! += ridge ?? rows[0]!.length;
    if (!factorise(gram, n)) throw new RangeError('The ridge of a classifier must be above 0.');
    const weights = labels.map((label) => label - offset);
    solveFactorised(gram, weights);
    rows.forEach((_, at) => {
      if (foldOf[at] === fold)
        scores[at] = offset + training.reduce((sum, other, place) => sum + weights[place]! * dot(z[at]!, z[other]!), 0);
    });
  }
  return { negatives: [...scores.slice(0, real.length)], positives: [...scores.slice(real.length)] };
}
