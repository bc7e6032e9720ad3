/** Directions in the space of codes, and the codes on a way through it. Codes and directions are rows of equal length. */
import type { LinearFit } from './nestedValidation.ts';

export interface Direction {
  /** What a code changes by for each standard deviation of the score. */
  readonly step: Float32Array;
  /** The score of a code is `mean` + Σ weights · (code − middle). */
  readonly weights: Float32Array;
  readonly middle: Float32Array;
  readonly mean: number;
  /** Of the score over the codes of the fit. */
  readonly sd: number;
}

type Rows = readonly Float32Array[];

export function meanCode(codes: Rows): Float32Array {
  const middle = new Float64Array(codes[0]?.length ?? 0);
  for (const code of codes) code.forEach((value, at) => (middle[at]! += value / codes.length));
  return Float32Array.from(middle);
}

/**
 * The step is the pattern that belongs to the weights (Haufe et al. 2014, NeuroImage 87:96): the covariance of codes and
 * scores over the standard deviation of the scores, by which codes differ on average where scores differ by one. The
 * weights themselves point elsewhere: also to where no code is, as long as that helps to tell scores apart. Null where all
 * scores are alike.
 */
export function directionOf(codes: Rows, { weights, intercept }: LinearFit): Direction | null {
  const middle = meanCode(codes);
  const sumOver = (code: Float32Array, from: number): number =>
    weights.reduce((sum, weight, at) => sum + weight * code[at]!, from);
  const mean = sumOver(middle, intercept);
  const scores = codes.map((code) => sumOver(code, intercept) - mean);
  const sd = Math.sqrt(scores.reduce((sum, score) => sum + score ** 2, 0) / codes.length);
  if (!(sd > 0)) return null;
  const step = new Float64Array(middle.length);
  codes.forEach((code, row) => {
    code.forEach((value, at) => (step[at]! += ((value - middle[at]!) * scores[row]!) / (codes.length * sd)));
  });
  return { step: Float32Array.from(step), weights: Float32Array.from(weights), middle, mean, sd };
}

/** What the regression makes of a code. */
export function scoreOf({ weights, middle, mean }: Direction, code: Float32Array): number {
  return weights.reduce((sum, weight, at) => sum + weight * (code[at]! - middle[at]!), mean);
}

/** `start` moved by so many standard deviations of the score. */
export function moveAlong(start: Float32Array, { step }: Direction, sd: number): Float32Array {
  return start.map((value, at) => value + sd * step[at]!);
}

/** On the straight line from one code to another; both ends are exact. */
export function between(from: Float32Array, to: Float32Array, share: number): Float32Array {
  return from.map((value, at) => (1 - share) * value + share * to[at]!);
}
