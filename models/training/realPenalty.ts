/** R1 as a part of a discriminator's update: the settings that all adversarial models share, and its term. */
import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import { realGradientPenalty } from '../losses/gradientPenalty.ts';
import type { Loss } from './gradients.ts';

export const realPenaltySettings = {
  r1: z
    .number()
    .min(0)
    .max(10_000)
    .default(0)
    .describe('Weight of R1, the squared gradient at real scans; steadies training on few scans'),
  r1Every: z
    .int()
    .min(1)
    .max(64)
    .default(4)
    .describe('Updates from one with R1 to the next, which weighs as many times more'),
};
export type RealPenaltySettings = z.output<z.ZodObject<typeof realPenaltySettings>>;

/** Whether an update after `steps` others has the term: lazily, as in Karras et al. 2020 (arXiv 1912.04958), appendix B. */
export function isRealPenaltyDue({ r1, r1Every }: RealPenaltySettings, steps: number): boolean {
  return r1 > 0 && steps % r1Every === 0;
}

/** r1Every · r1 · R1 at `real`, what the critic is given of real scans; it reports r1 · R1. The critic: differentiable twice. */
export function realPenalty<T extends tf.Tensor>(
  critic: (...x: T[]) => tf.Tensor,
  real: readonly T[],
  { r1, r1Every }: RealPenaltySettings,
): Loss {
  const term = tf.mul<tf.Scalar>(realGradientPenalty(critic, ...real), r1);
  return { total: tf.mul(term, r1Every), terms: { 'discriminator.r1': term } };
}
