/**
 * Ridge regression (Hoerl & Kennard 1970, Technometrics 12:55) and logistic regression with a squared penalty, solved among
 * the cases and not among the features (Hastie, Tibshirani & Friedman 2009, §18.3.5): for data with far more features than
 * cases. With centred features x, a fit says f(x) = b + Σ aᵢ ⟨xᵢ, x⟩, its weights being w = Σ aᵢ xᵢ; b is not penalised.
 */
import { factorise, solveFactorised } from './cholesky.ts';

/** Ridge: least Σ (y − f)² + λ‖w‖². Logistic: least Σ log(1 + exp(∓f)) + λ/2 ‖w‖², f being the log-odds of 1 against 0. */
export type RegressionKind = 'ridge' | 'logistic';

export interface DualFit {
  /** aᵢ, one a case. */
  readonly dual: Float64Array;
  readonly intercept: number;
}

export interface RegressionProblem {
  /** Inner products of the cases, whose features have mean 0: [n²]. */
  readonly gram: Float64Array;
  /** Of ridge any numbers, of logistic regression 0 and 1. */
  readonly values: readonly number[];
  /** λ, above 0. */
  readonly penalty: number;
}

export function fitRegression(kind: RegressionKind, problem: RegressionProblem): DualFit {
  return kind === 'ridge' ? fitRidge(problem) : fitLogistic(problem);
}

function fitRidge({ gram, values, penalty }: RegressionProblem): DualFit {
  const n = values.length;
  const intercept = values.reduce((sum, value) => sum + value, 0) / n;
  const lower = Float64Array.from(gram);
  for (let at = 0; at < n; at++) lower[at * n + at]! += penalty;
  if (!factorise(lower, n)) throw new RangeError('The penalty of a regression must be above 0.');
  const dual = Float64Array.from(values, (value) => value - intercept);
  solveFactorised(lower, dual);
  return { dual, intercept };
}

const mostRounds = 200;
/** Log-odds that move by less have come to rest. */
const atRest = 1e-11;
/** Keeps weights of cases above 0 that are as good as certain. */
const leastOdds = 1e-12;

const share = (odds: number): number => 1 / (1 + Math.exp(-odds));
/** log(1 + exp(x)) without overflow. */
const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

/** −log of the probability that log-odds give to what is so (1) or is not (0). */
export const logLoss = (odds: number, value: number): number => softplus(value > 0.5 ? -odds : odds);

function multiply(gram: Float64Array, vector: Float64Array): Float64Array {
  const n = vector.length;
  return Float64Array.from({ length: n }, (_, row) => {
    let sum = 0;
    for (let at = 0; at < n; at++) sum += gram[row * n + at]! * vector[at]!;
    return sum;
  });
}

/** Newton's method as iteratively reweighted least squares, with the step halved where it would lead uphill. */
function fitLogistic({ gram, values, penalty }: RegressionProblem): DualFit {
  const n = values.length;
  const objective = ({ dual, intercept }: DualFit): { value: number; odds: Float64Array } => {
    const image = multiply(gram, dual);
    const odds = image.map((value) => value + intercept);
    const loss = odds.reduce((sum, value, at) => sum + logLoss(value, values[at]!), 0);
    return { value: loss + (penalty / 2) * image.reduce((sum, value, at) => sum + value * dual[at]!, 0), odds };
  };
  let fit: DualFit = { dual: new Float64Array(n), intercept: 0 };
  let reached = objective(fit);
  for (let round = 0; round < mostRounds; round++) {
    const full = reweighted({ gram, values, penalty }, reached.odds);
    let next = full;
    let found = objective(next);
    for (let part = 0.5; !(found.value <= reached.value) && part > 1e-10; part /= 2) {
      next = between(fit, full, part);
      found = objective(next);
    }
    const moved = Math.max(...found.odds.map((value, at) => Math.abs(value - reached.odds[at]!)));
    if (!(found.value <= reached.value)) break; // rounding is all that is left to gain
    [fit, reached] = [next, found];
    if (moved < atRest) break;
  }
  return fit;
}

const between = (from: DualFit, to: DualFit, part: number): DualFit => ({
  dual: from.dual.map((value, at) => value + part * (to.dual[at]! - value)),
  intercept: from.intercept + part * (to.intercept - from.intercept),
});

/**
 * The least squares that a step of Newton's comes to: weights W = p(1 − p), targets z = f + (y − p) / W, so that
 * (K + λ W⁻¹) a + b = z with Σ a = 0; by the factors of λ + W^½ K W^½, which stay sound where W is next to nothing.
 */
function reweighted({ gram, values, penalty }: RegressionProblem, odds: Float64Array): DualFit {
  const n = values.length;
  const chances = odds.map((value) => Math.min(1 - leastOdds, Math.max(leastOdds, share(value))));
  const roots = chances.map((chance) => Math.sqrt(chance * (1 - chance)));
  const lower = Float64Array.from(gram, (value, at) => value * roots[Math.floor(at / n)]! * roots[at % n]!);
  for (let at = 0; at < n; at++) lower[at * n + at]! += penalty;
  if (!factorise(lower, n)) throw new RangeError('The penalty of a regression must be above 0.');
  const targets = odds.map((value, at) => roots[at]! * value + (values[at]! - chances[at]!) / roots[at]!);
  const ones = Float64Array.from(roots);
  solveFactorised(lower, targets);
  solveFactorised(lower, ones);
  const [forTargets, forOnes] = [targets, ones].map((solved) => solved.map((value, at) => value * roots[at]!)) as [
    Float64Array,
    Float64Array,
  ];
  const sum = (of: Float64Array): number => of.reduce((total, value) => total + value, 0);
  const intercept = sum(forTargets) / sum(forOnes);
  return { dual: forTargets.map((value, at) => value - intercept * forOnes[at]!), intercept };
}
