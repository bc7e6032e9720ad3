/** How a training trades time for memory: what it learns is the same but for rounding, where no norm couples a batch. */
import { z } from 'zod';

export const trainingMemory = z.strictObject({
  pieces: z.int().min(1).max(512), // a batch is computed in so many, one after the other; at most one for each scan
  recompute: z.boolean(), // activations are computed again for the gradient instead of being kept
});
export type TrainingMemory = z.infer<typeof trainingMemory>;

/** Whole batches, activations kept: what a training begins with unless it is told. */
export const plainMemory: TrainingMemory = { pieces: 1, recompute: false };
