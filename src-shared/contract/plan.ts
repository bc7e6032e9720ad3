/** What dry runs foretell of a training: whether it fits into the memory of the device, how, and how long it takes. */
import { z } from 'zod';

const bytes = z.number().nonnegative();
const count = z.int().positive();

/** What a few steps of training took of time, and of the memory of the device that computed them. */
export const measuredMessage = z.strictObject({
  type: z.literal('measured'),
  device: z.string(),
  freeBytes: z.number().nonnegative(), // before
  found: z
    .strictObject({
      peakBytes: z.number().positive(), // at its fullest
      weightBytes: z.number().positive(), // of the weights that are trained
      seconds: z.array(z.array(z.number().positive()).min(1)), // of each step, by stage; the first of a stage is left out
    })
    .nullable(), // null: the memory ran out
});
export type Measured = Omit<z.infer<typeof measuredMessage>, 'type'>;

/** An expected value and the bounds of its error (two standard deviations). */
export const estimate = z.strictObject({
  low: z.number().nonnegative(),
  expected: z.number().nonnegative(),
  high: z.number().nonnegative(),
});
export type Estimate = z.infer<typeof estimate>;

/** A few steps of training in a process of their own. */
export const dryRun = z.strictObject({
  side: count, // voxels of the scans
  batch: count, // scans an update sees, all at once
  recompute: z.boolean(), // whether activations were computed again in the backward pass
  found: z
    .strictObject({
      peakBytes: bytes, // of the device at its fullest
      weightBytes: bytes, // of the weights that are trained, and so of their gradients
      seconds: z.number().positive(), // of an update, on average
      deviation: z.number().nonnegative(), // standard deviation of that average
    })
    .nullable(), // null: the memory ran out
});
export type DryRun = z.infer<typeof dryRun>;

/** How updates are computed, and what they take so. */
export const planWay = z.strictObject({
  side: count, // voxels of the scans
  batch: count, // scans an update sees
  atOnce: count, // of these
  pieces: count, // one after the other, their gradients added up
  recompute: z.boolean(),
  peakBytes: bytes, // foretold
});
export type PlanWay = z.infer<typeof planWay>;

export const planChoice = z.discriminatedUnion('kind', [
  planWay.extend({ kind: z.literal('fits') }),
  z.strictObject({
    kind: z.literal('too-large'),
    missingBytes: bytes, // beyond the limit, of the least that the model needs with these scans
    isEstimated: z.boolean(), // from smaller scans, because the dry run ran out of memory
    fitting: planWay.nullable(), // what would fit instead; null: nothing that was tried
  }),
]);
export type PlanChoice = z.infer<typeof planChoice>;

/** A stretch of training with one resolution and batch. */
export const planLevel = z.strictObject({
  side: count,
  batch: count,
  scans: count.nullable(), // shown until the next one begins; null: it goes on
  seconds: estimate, // of an update
});
export type PlanLevel = z.infer<typeof planLevel>;

export const trainingPlan = z.strictObject({
  device: z.string(), // 'CPU' or the name of the GPU
  freeBytes: bytes, // of its memory, before training
  limitBytes: bytes, // of these, what a training may count on
  choice: planChoice,
  levels: z.array(planLevel), // in order, one where a network does not grow; none where nothing fits
  runs: z.array(dryRun),
});
export type TrainingPlan = z.infer<typeof trainingPlan>;
