/** Agreement of two methods of measurement (Bland & Altman 1999, Stat. Methods Med. Res. 8:135). */
import type { Interval } from './bootstrap.ts';
import { studentQuantile } from './student.ts';

export interface BlandAltman {
  readonly n: number;
  /** Mean difference, and its standard deviation (n − 1). */
  readonly bias: number;
  readonly deviation: number;
  /** Within them 95 % of differences are expected: bias ± 1.96 standard deviations. */
  readonly lower: number;
  readonly upper: number;
  /** 95 % intervals by Student's t: of the bias, and of each limit (their section 4: variance s²(1/n + 1.96²/2(n−1))). */
  readonly biasInterval: Interval;
  readonly lowerInterval: Interval;
  readonly upperInterval: Interval;
}

/** The normal quantile of 97.5 %, rounded as the authors do. */
const normalLimit = 1.96;

/** Of the differences measured − reference, one a case. Null for fewer than three, of which nothing can be said. */
export function blandAltman(differences: readonly number[]): BlandAltman | null {
  const n = differences.length;
  if (n < 3) return null;
  const bias = differences.reduce((sum, value) => sum + value, 0) / n;
  const deviation = Math.sqrt(differences.reduce((sum, value) => sum + (value - bias) ** 2, 0) / (n - 1));
  const t = studentQuantile(0.975, n - 1);
  const around = (middle: number, error: number): Interval => ({ low: middle - t * error, high: middle + t * error });
  const [lower, upper] = [bias - normalLimit * deviation, bias + normalLimit * deviation];
  const limitError = deviation * Math.sqrt(1 / n + normalLimit ** 2 / (2 * (n - 1)));
  return {
    n,
    bias,
    deviation,
    lower,
    upper,
    biasInterval: around(bias, deviation / Math.sqrt(n)),
    lowerInterval: around(lower, limitError),
    upperInterval: around(upper, limitError),
  };
}
