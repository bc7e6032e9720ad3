/**
 * How many decisions a study needs, exactly, by the binomial distribution. Exact power does not grow steadily with the
 * number of decisions (Chernick & Liu 2002, Am. Stat. 56:149): it saws, so more than one number is an answer.
 */
import { binomialCdf, binomialUpper } from './binomial.ts';
import { equivalenceAlpha, exactEquivalence } from './equivalence.ts';

const chance = 0.5;
const alpha = 0.05;

/** The fewest right answers of `n` with which the exact two-sided test at 5 % says better than chance; null if none. */
export function criticalCount(n: number): number | null {
  let [low, high] = [Math.floor(n / 2), n + 1];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (2 * binomialUpper(middle, n, chance) <= alpha) high = middle;
    else low = middle;
  }
  return high > n ? null : high;
}

/** P(the exact two-sided test at 5 % rejects chance) for a true share `accuracy` of right answers in `n` decisions. */
export function powerAgainstChance(accuracy: number, n: number): number {
  const critical = criticalCount(n);
  return critical === null ? 0 : binomialUpper(critical, n, accuracy) + binomialCdf(n - critical, n, accuracy);
}

export interface Acceptance {
  /** Numbers of right answers, from and to, with which the two one-sided exact tests find equivalence. */
  readonly from: number;
  readonly to: number;
}

/** Null where `n` decisions can never show equivalence. */
export function equivalenceAcceptance(n: number, margin: number): Acceptance | null {
  // Symmetric about n / 2: the fewest right answers that pass the lower test, mirrored.
  let [low, high] = [-1, n + 1];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (binomialUpper(middle, n, chance - margin) < equivalenceAlpha) high = middle;
    else low = middle;
  }
  return high <= n && exactEquivalence(high, n, margin).equivalent ? { from: high, to: n - high } : null;
}

/** P(equivalence is found) where the reader's true share is `accuracy`, chance if not given. */
export function powerOfEquivalence(margin: number, n: number, accuracy = chance): number {
  const accepted = equivalenceAcceptance(n, margin);
  return accepted === null ? 0 : binomialCdf(accepted.to, n, accuracy) - binomialCdf(accepted.from - 1, n, accuracy);
}

export interface Decisions {
  /** The fewest with the power. One decision more or less may fall below it. */
  readonly fewest: number;
  /** The fewest with the power, and with it still for one decision more. */
  readonly robust: number;
  /** From here on every number has it. */
  readonly always: number;
}

/** Beyond it no study goes: accuracies and margins nearer to chance have no answer here. */
const mostDecisions = 20_000;
/** Power that holds for so long after the fewest decisions does not fall below again: it grows on average, the saw shrinks. */
const isSettled = (n: number, fewest: number): boolean => n > 1.2 * fewest + 40;

/** Some number of decisions below the fewest that have the power. */
function below(powerOf: (n: number) => number, power: number): number {
  let n = 1;
  // A quarter of the power is far enough from it for the saw not to matter.
  while (2 * n <= mostDecisions && powerOf(2 * n) < power / 4) n *= 2;
  return n;
}

function findDecisions(powerOf: (n: number) => number, power: number): Decisions | null {
  const found: { fewest: number | null; robust: number | null; always: number | null } = {
    fewest: null,
    robust: null,
    always: null,
  };
  for (let n = below(powerOf, power); n <= mostDecisions || found.fewest !== null; n++) {
    if (powerOf(n) >= power) {
      found.fewest ??= n;
      found.always ??= n;
      found.robust ??= powerOf(n + 1) >= power ? n : null;
    } else found.always = null;
    const { fewest, robust, always } = found;
    if (fewest !== null && robust !== null && always !== null && isSettled(n, fewest))
      return { fewest, robust, always };
  }
  return null;
}

/** Decisions needed to tell a true share `accuracy` (above ½) from chance; null beyond 20 000. */
export function decisionsAgainstChance(accuracy: number, power = 0.8): Decisions | null {
  return findDecisions((n) => powerAgainstChance(accuracy, n), power);
}

/** Decisions needed to show equivalence to chance within `margin` where the truth is chance; null beyond 20 000. */
export function decisionsForEquivalence(margin: number, power = 0.8): Decisions | null {
  return findDecisions((n) => powerOfEquivalence(margin, n), power);
}

/** Factor on the decisions where `shared` readers judge each case and right answers to one case correlate by `correlation`. */
export function designEffect(shared: number, correlation: number): number {
  return 1 + (shared - 1) * correlation;
}
