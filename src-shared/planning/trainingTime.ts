/** How long a training takes, from the seconds of an update that dry runs found, each with its error. */
import type { DryRun, Estimate, PlanLevel, PlanWay } from '../contract/plan.ts';

/** A mean of several updates and the standard deviation of that mean, in seconds. */
export interface Timing {
  readonly seconds: number;
  readonly deviation: number;
}

/** Machines drift by this much between a dry run and the training, whatever the steps of a dry run say. */
const leastDeviation = 0.05;
const deviations = 2;

/** Of the seconds that single updates took; at least one. */
export function timingOf(samples: readonly number[]): Timing {
  const seconds = samples.reduce((sum, value) => sum + value, 0) / samples.length;
  const squares = samples.reduce((sum, value) => sum + (value - seconds) ** 2, 0);
  const spread = samples.length > 1 ? Math.sqrt(squares / (samples.length - 1) / samples.length) : 0;
  return { seconds, deviation: Math.max(spread, leastDeviation * seconds) };
}

/** The bounds are factors, so that they stay above 0 however large the error is. */
export function estimateOf({ seconds, deviation }: Timing): Estimate {
  const factor = Math.exp((deviations * deviation) / seconds);
  return { low: seconds / factor, expected: seconds, high: seconds * factor };
}

/**
 * An update computed in this way, from the dry runs with one and two scans: its time grows evenly with the scans, and the
 * error with the distance from those two. Null where no dry run of the kind ended well.
 */
export function updateTime(
  way: Pick<PlanWay, 'side' | 'recompute' | 'atOnce' | 'pieces'>,
  runs: readonly DryRun[],
): Timing | null {
  const { side, recompute, atOnce, pieces } = way;
  const found = (batch: number): DryRun['found'] =>
    runs.find((run) => run.side === side && run.recompute === recompute && run.batch === batch)?.found ?? null;
  const [one, two] = [found(1), found(2)];
  if (one === null) return null;
  const times = (seconds: number, deviation: number): Timing => ({
    seconds: pieces * seconds,
    deviation: pieces * deviation,
  });
  if (atOnce === 1 || two === null) return times(atOnce * one.seconds, atOnce * one.deviation);
  const seconds = Math.max(one.seconds + (atOnce - 1) * (two.seconds - one.seconds), two.seconds);
  return times(seconds, Math.hypot((2 - atOnce) * one.deviation, (atOnce - 1) * two.deviation));
}

export type Goal = { readonly iterations: number } | { readonly minutes: number };

export interface Course {
  readonly iterations: Estimate;
  readonly seconds: Estimate;
}

/** What a training until `goal` comes to; the last level goes on for as long as it is let. */
export function courseTo(goal: Goal, levels: readonly PlanLevel[]): Course {
  if ('iterations' in goal) {
    const { iterations } = goal;
    return { iterations: exactly(iterations), seconds: each((bound) => secondsOf(iterations, levels, bound)) };
  }
  const seconds = goal.minutes * 60;
  const within = (bound: Bound): number => iterationsIn(seconds, levels, bound);
  // Slow updates are few.
  return {
    seconds: exactly(seconds),
    iterations: { low: within('high'), expected: within('expected'), high: within('low') },
  };
}

/** Until a growing network has come to its last resolution and faded it in; null where it does not grow. */
export function courseOfGrowth(levels: readonly PlanLevel[]): Course | null {
  const iterations = levels.reduce((sum, level) => sum + (lengthOf(level) === Infinity ? 0 : lengthOf(level)), 0);
  return iterations === 0 ? null : courseTo({ iterations }, levels);
}

type Bound = keyof Estimate;

const each = (value: (bound: Bound) => number): Estimate => ({
  low: value('low'),
  expected: value('expected'),
  high: value('high'),
});
const exactly = (value: number): Estimate => each(() => value);

/** In updates. */
const lengthOf = ({ scans, batch }: PlanLevel): number => (scans === null ? Infinity : Math.ceil(scans / batch));

function secondsOf(iterations: number, levels: readonly PlanLevel[], bound: Bound): number {
  let [left, seconds] = [iterations, 0];
  for (const level of levels) {
    const taken = Math.min(left, lengthOf(level));
    seconds += taken * level.seconds[bound];
    left -= taken;
  }
  return seconds;
}

function iterationsIn(seconds: number, levels: readonly PlanLevel[], bound: Bound): number {
  let [left, iterations] = [seconds, 0];
  for (const level of levels) {
    const taken = Math.min(lengthOf(level), Math.floor(left / level.seconds[bound]));
    iterations += taken;
    left -= taken * level.seconds[bound];
    if (taken < lengthOf(level)) break;
  }
  return iterations;
}
