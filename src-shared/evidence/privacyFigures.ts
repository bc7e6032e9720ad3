/** The figures of copying, each with its interval and from how many scans. */
import type { Figure } from '../contract/evidence/figure.ts';
import { wilsonInterval } from '../statistics/proportion.ts';
import { aucInterval, empiricalAuc } from '../statistics/rocCurve.ts';

/** `count` of the synthetic scans, with Wilson's interval; `real`: scans that they were judged by. */
export function shareOf(count: number, n: { readonly real: number; readonly synthetic: number }): Figure {
  const interval = wilsonInterval(count, n.synthetic);
  return { value: n.synthetic === 0 ? null : count / n.synthetic, low: interval?.low ?? null, high: interval?.high ?? null, n }; // prettier-ignore
}

/**
 * How well training and held-out scans are told apart by their likeness to the nearest synthetic one: the attack that a
 * stranger with a candidate's scan would try. DeLong's interval; where both groups part without a tie he has none, and
 * Wilson's of as many trials as the smaller group has scans is told. All null for fewer than two of a kind.
 */
export function membershipAuc(
  { training, heldOut }: { readonly training: readonly number[]; readonly heldOut: readonly number[] },
  synthetic: number,
): Figure {
  const n = { real: training.length + heldOut.length, synthetic };
  const found = empiricalAuc({ positives: training, negatives: heldOut });
  if (found === null) return { value: null, low: null, high: null, n };
  const smaller = Math.min(training.length, heldOut.length);
  const interval = aucInterval(found) ?? wilsonInterval(Math.round(found.auc * smaller), smaller);
  return { value: found.auc, low: interval?.low ?? null, high: interval?.high ?? null, n };
}
