/** How a training fares: what is watched while it runs, what is told of it, and what is done when it collapses. */
import { z } from 'zod';

const healthMeasures = ['diversity', 'gap', 'gradients', 'checkerboard', 'losses'] as const;
export type HealthMeasure = (typeof healthMeasures)[number];

/** `waiting`: too early to say. */
const healthStates = ['waiting', 'good', 'warn', 'alarm'] as const;
export const healthState = z.enum(healthStates);
export type HealthState = z.infer<typeof healthState>;

/** What is done when scans collapse to one another, or numbers are no longer finite. */
export const collapseActions = ['warn', 'stop', 'roll-back'] as const;
const collapseAction = z.enum(collapseActions);
export type CollapseAction = z.infer<typeof collapseAction>;

/** A measure that stands otherwise than before: told once, in words. */
export const healthNotice = z.strictObject({
  iteration: z.int().nonnegative(),
  measure: z.enum(healthMeasures),
  state: healthState,
  text: z.string().min(1), // what was seen, what it means, what to do
});
export type HealthNotice = z.infer<typeof healthNotice>;

/** How a training is watched. */
export const watching = {
  watchEvery: z.int().positive().nullable().optional(), // iterations; null or not given: by time, so that it costs a few per cent
  onCollapse: collapseAction.optional(), // not given: warn
};

/** What a worker says of it. */
export const healthMessages = [
  z.strictObject({ type: z.literal('health'), notice: healthNotice }),
  /** The training has gone back to this iteration: what was measured after it counts no more. */
  z.strictObject({ type: z.literal('rolled-back'), iteration: z.int().nonnegative() }),
] as const;

/** Whether a metric of a training says how it fares, not what it loses. */
export function isHealthMetric(name: string): boolean {
  return name.startsWith('health.');
}
