/**
 * Nested cross-validation (Varma & Simon 2006, BMC Bioinformatics 7:91): each case is predicted by a regression that has not
 * seen it, whose penalty was chosen by cross-validation among the other cases alone. Features are standardised by the
 * cases that a regression is fitted to.
 */
import { fitRegression, logLoss, type DualFit, type RegressionKind } from './penalisedRegression.ts';

export interface RegressionData {
  readonly kind: RegressionKind;
  /** Features of each case. */
  readonly rows: readonly (Float32Array | Float64Array)[];
  readonly values: readonly number[];
}

export interface NestedFolds {
  /** Which fold each case is predicted in. */
  readonly outer: readonly number[];
  /** For each outer fold, which inner fold each case is in; that of cases of the outer fold does not matter. */
  readonly inner: readonly (readonly number[])[];
}

export interface NestedPredictions {
  /** Of each case: its value, or the log-odds of 1. */
  readonly predicted: readonly number[];
  /** Chosen in each outer fold. */
  readonly penalties: readonly number[];
}

/** A regression as weights of the features: f(x) = intercept + Σ weights · x. */
export interface LinearFit {
  readonly weights: Float64Array;
  readonly intercept: number;
}

/** Penalties to choose among, λ: from a thousandth to a thousand times the number of features. */
export function penaltiesFor(features: number): readonly number[] {
  return [-3, -2, -1, 0, 1, 2, 3].map((power) => features * 10 ** power);
}

interface Scale {
  readonly mean: Float64Array;
  /** 1 / standard deviation (n); 0 for a feature that never varies. */
  readonly factor: Float64Array;
}

type Rows = RegressionData['rows'];

/** A feature that varies by less than this share of its mean does not: what is left are the sum's rounding errors. */
const rounding = 1e-9;

function scaleOf(rows: Rows, training: readonly number[]): Scale {
  const length = rows[0]?.length ?? 0;
  const [mean, square] = [new Float64Array(length), new Float64Array(length)];
  for (const at of training) rows[at]!.forEach((value, feature) => (mean[feature]! += value / training.length));
  for (const at of training)
    rows[at]!.forEach((value, feature) => (square[feature]! += (value - mean[feature]!) ** 2 / training.length));
  const factor = square.map((value, feature) => (value > (rounding * mean[feature]!) ** 2 ? 1 / Math.sqrt(value) : 0));
  return { mean, factor };
}

const standardised = (row: Rows[number], { mean, factor }: Scale): Float64Array =>
  Float64Array.from(row, (value, feature) => (value - mean[feature]!) * factor[feature]!);

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += a[index]! * b[index]!;
  return sum;
}

/** Cases to fit to, standardised by themselves, and what other cases have in common with them. */
interface Prepared {
  readonly values: readonly number[];
  readonly gram: Float64Array;
  /** For each case to predict, its inner products with those. */
  readonly products: readonly Float64Array[];
}

function prepare({ rows, values }: RegressionData, training: readonly number[], asked: readonly number[]): Prepared {
  const scale = scaleOf(rows, training);
  const z = training.map((at) => standardised(rows[at]!, scale));
  const n = z.length;
  const gram = new Float64Array(n * n);
  for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) gram[i * n + j] = gram[j * n + i] = dot(z[i]!, z[j]!);
  const products = asked.map((at) => {
    const row = standardised(rows[at]!, scale);
    return Float64Array.from(z, (other) => dot(row, other));
  });
  return { values: training.map((at) => values[at]!), gram, products };
}

function predictions(kind: RegressionKind, { values, gram, products }: Prepared, penalty: number): number[] {
  const { dual, intercept } = fitRegression(kind, { gram, values, penalty });
  return products.map((product) => intercept + dot(product, dual));
}

/** The penalty with the least squared error, or log loss, of left-out cases; the larger one where two are equal. */
export function choosePenalty(
  data: RegressionData,
  among: readonly number[],
  { foldOf, penalties }: { readonly foldOf: readonly number[]; readonly penalties: readonly number[] },
): number {
  const falling = penalties.toSorted((a, b) => b - a);
  const losses = falling.map(() => 0);
  for (const fold of new Set(among.map((at) => foldOf[at]!))) {
    const left = among.filter((at) => foldOf[at] === fold);
    const prepared = prepare(data, among.filter((at) => foldOf[at] !== fold), left); // prettier-ignore
    falling.forEach((penalty, index) => {
      predictions(data.kind, prepared, penalty).forEach((predicted, at) => {
        const value = data.values[left[at]!]!;
        losses[index]! += data.kind === 'ridge' ? (predicted - value) ** 2 : logLoss(predicted, value);
      });
    });
  }
  return falling[losses.indexOf(Math.min(...losses))]!;
}

/** Predictions of every case by regressions that have not seen it. */
export function predictNested(
  data: RegressionData,
  { outer, inner }: NestedFolds,
  penalties = penaltiesFor(data.rows[0]?.length ?? 0),
): NestedPredictions {
  const cases = data.values.map((_, at) => at);
  const predicted = data.values.map(() => Number.NaN);
  const chosen = [...new Set(outer)]
    .toSorted((a, b) => a - b)
    .map((fold) => {
      const training = cases.filter((at) => outer[at] !== fold);
      const asked = cases.filter((at) => outer[at] === fold);
      const penalty = choosePenalty(data, training, { foldOf: inner[fold]!, penalties });
      const found = predictions(data.kind, prepare(data, training, asked), penalty);
      asked.forEach((at, index) => (predicted[at] = found[index]!));
      return penalty;
    });
  return { predicted, penalties: chosen };
}

/** The regression on all cases, in the features as they are. */
export function fitAll(data: RegressionData, penalty: number): LinearFit {
  const cases = data.values.map((_, at) => at);
  const { values, gram } = prepare(data, cases, []);
  const { dual, intercept }: DualFit = fitRegression(data.kind, { gram, values, penalty });
  const scale = scaleOf(data.rows, cases);
  const weights = new Float64Array(scale.mean.length);
  data.rows.forEach((row, at) => {
    standardised(row, scale).forEach((value, feature) => (weights[feature]! += dual[at]! * value));
  });
  const raw = weights.map((weight, feature) => weight * scale.factor[feature]!);
  return { weights: raw, intercept: intercept - dot(raw, scale.mean) };
}
