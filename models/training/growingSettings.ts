/** Settings that all growing GANs share, as parts of their configuration schemas. */
import { z } from 'zod';
import { augmentationSettings } from './augmentation.ts';
import { schedules } from './growth.ts';
import { realPenaltySettings } from './realPenalty.ts';

/** Scans an update sees, by resolution. */
export const batchSetting = (initial: number, side: string): z.ZodDefault<z.ZodNumber> =>
  z.int().min(1).max(1024).default(initial).describe(`Scans an update sees at ${side}`);

export const rateSetting = (initial: number, text: string): z.ZodDefault<z.ZodNumber> =>
  z.number().positive().max(0.1).default(initial).describe(text);

const weight = (initial: number, text: string): z.ZodDefault<z.ZodNumber> =>
  z.number().min(0).max(10_000).default(initial).describe(text);

export const scheduleSettings = {
  schedule: z
    .enum(schedules)
    .default('quick')
    .describe('How long each resolution is trained, by the number of training scans; as long again it is faded in'),
  kimg: z
    .number()
    .min(0)
    .max(5000)
    .default(0)
    .describe('Thousands of scans shown in each phase, in place of what the schedule says; 0: as the schedule says'),
};

export const adversarialSettings = {
  beta1: z.number().min(0).lt(1).default(0).describe('Adam β₁'),
  beta2: z.number().min(0).lt(1).default(0.99).describe('Adam β₂'),
  penalty: weight(10, 'Weight of the gradient penalty'),
  drift: weight(0.001, 'Weight of the squared score of real scans, which keeps scores near 0'),
  comparesBatch: z
    .boolean()
    .default(false)
    .describe('Show the discriminator how much the scans of a batch differ (minibatch standard deviation)'),
  mirror: z.boolean().default(false).describe('Mirror half of the real scans left to right'),
  averageDecay: z
    .number()
    .min(0)
    .lt(1)
    .default(0.999)
    .describe('Decay of the moving average of the generator that synthesis uses'),
  ...augmentationSettings,
  ...realPenaltySettings,
};
