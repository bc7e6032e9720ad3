/** How good predictions are. Null where a score is not defined: values that are all alike, a kind that is missing. */
import { empiricalAuc, type Scores } from './rocCurve.ts';

export type PredictionScore = (values: readonly number[], predicted: readonly number[]) => number | null;

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** The coefficient of determination, 1 − Σ(y − ŷ)² / Σ(y − ȳ)²: 1 at best, 0 for the mean, below 0 for worse. */
export const determination: PredictionScore = (values, predicted) => {
  const middle = mean(values);
  const total = values.reduce((sum, value) => sum + (value - middle) ** 2, 0);
  if (total === 0) return null;
  return 1 - values.reduce((sum, value, at) => sum + (value - predicted[at]!) ** 2, 0) / total;
};

/** Pearson's correlation. */
export const correlation: PredictionScore = (values, predicted) => {
  const [middle, other] = [mean(values), mean(predicted)];
  let [together, own, others] = [0, 0, 0];
  values.forEach((value, at) => {
    const [a, b] = [value - middle, predicted[at]! - other];
    together += a * b;
    own += a * a;
    others += b * b;
  });
  return own === 0 || others === 0 ? null : together / Math.sqrt(own * others);
};

const byKind = (values: readonly number[], predicted: readonly number[]): Scores => ({
  negatives: predicted.filter((_, at) => values[at] === 0),
  positives: predicted.filter((_, at) => values[at] === 1),
});

/** The area under the ROC curve, of values 0 and 1. */
export const areaUnderCurve: PredictionScore = (values, predicted) =>
  empiricalAuc(byKind(values, predicted))?.auc ?? null;

/** The mean of the two shares that are called right, of values 0 and 1, by the sign of the predicted log-odds. */
export const balancedAccuracy: PredictionScore = (values, predicted) => {
  const { negatives, positives } = byKind(values, predicted);
  if (negatives.length === 0 || positives.length === 0) return null;
  return mean([mean(negatives.map((odds) => Number(odds <= 0))), mean(positives.map((odds) => Number(odds > 0)))]);
};
