/**
 * Logistic regression with a random effect of the reader and one of the case, crossed: logit P(y = 1) = x·β + b(reader) +
 * c(case), b and c normal. Fitted by maximum likelihood with Laplace's approximation of the integral over b and c, jointly
 * in β and the two standard deviations, as glmer of lme4 does (Bates, Mächler, Bolker & Walker 2015, J. Stat. Softw. 67:1;
 * Tierney & Kadane 1986, J. Am. Stat. Assoc. 81:82); errors from the curvature of that likelihood.
 */
import { factorise, logDeterminant, solveFactorised } from './cholesky.ts';
import { gradientAt, hessianAt, minimise, type Objective } from './minimise.ts';

export interface MixedLogitData {
  /** 0 or 1. */
  readonly outcomes: readonly number[];
  /** `[answer][term]`; a column of ones for the intercept is among them. */
  readonly predictors: readonly (readonly number[])[];
  /** Of each answer, from 0. */
  readonly readers: readonly number[];
  readonly cases: readonly number[];
}

export interface MixedLogit {
  /** Log odds. */
  readonly coefficients: readonly { readonly estimate: number; readonly se: number }[];
  /** Standard deviations of the random effects, in log odds. */
  readonly readerSd: number;
  readonly caseSd: number;
  /** Laplace's approximation. */
  readonly logLikelihood: number;
}

interface Sizes {
  readonly terms: number;
  readonly readers: number;
  readonly cases: number;
}

const mostNewtonSteps = 100;
const restingGradient = 1e-10;

/** Minus the approximate log likelihood of (β, standard deviation of readers, of cases); infinite where it is none. */
function objectiveOf({ outcomes, predictors, readers, cases }: MixedLogitData, size: Sizes): Objective {
  const { terms, readers: nReaders, cases: nCases } = size;
  const readerOf = Int32Array.from(readers);
  const caseOf = Int32Array.from(cases);
  const fixed = new Float64Array(outcomes.length);
  // Standardised effects at the mode; each search begins where the last one ended.
  let u = new Float64Array(nReaders);
  let v = new Float64Array(nCases);

  const jointLogLikelihood = (a: Float64Array, b: Float64Array, sr: number, sc: number): number => {
    let sum = 0;
    for (const value of a) sum -= (value * value) / 2;
    for (const value of b) sum -= (value * value) / 2;
    for (let i = 0; i < fixed.length; i++) {
      const eta = fixed[i]! + sr * a[readerOf[i]!]! + sc * b[caseOf[i]!]!;
      sum += outcomes[i]! * eta - (eta > 0 ? eta + Math.log1p(Math.exp(-eta)) : Math.log1p(Math.exp(eta)));
    }
    return sum;
  };

  return (at) => {
    const [sr, sc] = [at[terms] ?? 0, at[terms + 1] ?? 0];
    for (const [i, row] of predictors.entries()) {
      let sum = 0;
      for (let term = 0; term < terms; term++) sum += row[term]! * at[term]!;
      fixed[i] = sum;
    }
    let joint = jointLogLikelihood(u, v, sr, sc);
    for (let steps = 0; steps < mostNewtonSteps; steps++) {
      // Gradient and curvature: a diagonal of readers, a diagonal of cases, and what they share.
      const slopeU = u.map((value) => -value);
      const slopeV = v.map((value) => -value);
      const schur = new Float64Array(nReaders * nReaders);
      const ofCases = new Float64Array(nCases).fill(1);
      const shared = new Float64Array(nReaders * nCases);
      for (let r = 0; r < nReaders; r++) schur[r * nReaders + r] = 1;
      for (let i = 0; i < fixed.length; i++) {
        const [r, k] = [readerOf[i]!, caseOf[i]!];
        const p = 1 / (1 + Math.exp(-(fixed[i]! + sr * u[r]! + sc * v[k]!)));
        const residual = outcomes[i]! - p;
        const weight = p * (1 - p);
        slopeU[r]! += sr * residual;
        slopeV[k]! += sc * residual;
        schur[r * nReaders + r]! += sr * sr * weight;
        ofCases[k]! += sc * sc * weight;
        shared[r * nCases + k]! += sr * sc * weight;
      }
      const right = Float64Array.from(slopeU);
      for (let r = 0; r < nReaders; r++) {
        for (let k = 0; k < nCases; k++) {
          const part = shared[r * nCases + k]! / ofCases[k]!;
          if (part === 0) continue;
          right[r]! -= part * slopeV[k]!;
          for (let s = 0; s <= r; s++) schur[r * nReaders + s]! -= part * shared[s * nCases + k]!;
        }
      }
      if (!factorise(schur, nReaders)) return Infinity;
      const steepest = Math.max(...slopeU.map(Math.abs), ...slopeV.map(Math.abs));
      if (steepest < restingGradient) {
        let log = logDeterminant(schur, nReaders);
        for (const value of ofCases) log += Math.log(value);
        return log / 2 - joint;
      }
      solveFactorised(schur, right);
      const stepV = slopeV.map((slope, k) => {
        let sum = slope;
        for (let r = 0; r < nReaders; r++) sum -= shared[r * nCases + k]! * right[r]!;
        return sum / ofCases[k]!;
      });
      let by = 1;
      for (;;) {
        const [nextU, nextV] = [u.map((value, r) => value + by * right[r]!), v.map((value, k) => value + by * stepV[k]!)];
        const reached = jointLogLikelihood(nextU, nextV, sr, sc);
        if (reached >= joint - 1e-9 || by < 1e-6) {
          [u, v, joint] = [nextU, nextV, reached];
          break;
        }
        by /= 2;
      }
      if (!Number.isFinite(joint)) return Infinity;
    }
    return Infinity;
  };
} // prettier-ignore

/** A standard deviation that the likelihood prefers to be 0 by no more than rounding is 0. */
const noGain = 1e-7;
/** Log odds beyond it come from answers that a predictor separates: then there is no largest likelihood. */
const mostLogOdds = 15;

/** `at` without the parameters that stay at 0. */
function fitFree(objective: Objective, start: readonly number[], fixed: ReadonlySet<number>) {
  const free = [...start.keys()].filter((index) => !fixed.has(index));
  const whole = (values: readonly number[]): readonly number[] => {
    const all = start.map(() => 0);
    for (const [place, index] of free.entries()) all[index] = values[place] ?? 0;
    return all;
  };
  const restricted: Objective = (values) => objective(whole(values));
  const found = minimise(restricted, free.map((index) => start[index] ?? 0)); // prettier-ignore
  return found === null ? null : { ...found, whole: whole(found.at), free, restricted };
}

type Fit = NonNullable<ReturnType<typeof fitFree>>;

/**
 * Estimates and standard errors of all parameters, 0 for those that stay at 0. One step of Newton's method goes beyond what
 * comparing likelihoods can tell. Null where the likelihood is flat somewhere.
 */
function finish({ restricted, at, free, whole }: Fit): readonly { readonly estimate: number; readonly se: number }[] | null {
  const n = at.length;
  const lower = Float64Array.from(hessianAt(restricted, at).flat());
  if (!factorise(lower, n)) return null;
  const step = Float64Array.from(gradientAt(restricted, at));
  solveFactorised(lower, step);
  const parameters = whole.map(() => ({ estimate: 0, se: 0 }));
  for (const [place, index] of free.entries()) {
    const column = new Float64Array(n);
    column[place] = 1;
    solveFactorised(lower, column);
    parameters[index] = { estimate: at[place]! - step[place]!, se: Math.sqrt(column[place]) };
  }
  return parameters;
} // prettier-ignore

/** Null where there is no largest likelihood: all outcomes alike, or separated by a predictor. */
export function fitMixedLogit(data: MixedLogitData): MixedLogit | null {
  const terms = data.predictors[0]?.length ?? 0;
  const size = { terms, readers: Math.max(...data.readers) + 1, cases: Math.max(...data.cases) + 1 };
  const share = data.outcomes.reduce((sum, value) => sum + value, 0) / data.outcomes.length;
  if (!(share > 0 && share < 1)) return null;
  const objective = objectiveOf(data, size);
  let fit = fitFree(objective, [...data.predictors[0]!.map(() => 0), 0.5, 0.5], new Set());
  const zeros = new Set<number>();
  for (const index of [terms, terms + 1]) {
    if (fit === null) return null;
    const without = fit.whole.map((value, at) => (at === index ? 0 : value));
    if (objective(without) > fit.value + noGain) continue;
    zeros.add(index);
    fit = fitFree(objective, without, zeros);
  }
  if (fit === null || fit.whole.some((value) => Math.abs(value) > mostLogOdds)) return null;
  const parameters = finish(fit);
  if (parameters === null) return null;
  return {
    coefficients: parameters.slice(0, terms),
    readerSd: Math.abs(parameters[terms]?.estimate ?? 0),
    caseSd: Math.abs(parameters[terms + 1]?.estimate ?? 0),
    logLikelihood: -fit.value,
  };
}
