/** Settings that autoencoder, VAE and 3-D GAN share. */
import { z } from 'zod';

/** Any side that is at least 16 works; these are offered. */
export const poolingGrids: readonly number[] = [16, 32, 48, 64, 80, 96, 128];

export const widths = (initial: number): z.ZodDefault<z.ZodInt> =>
  z.int().min(4).max(512).default(initial).describe('Feature maps of each convolution');

export const batch = (initial: number): z.ZodDefault<z.ZodInt> =>
  z.int().min(1).max(128).default(initial).describe('Scans an update sees; batch normalisation wants more than one');

export const rate = (initial: number): z.ZodDefault<z.ZodNumber> =>
  z.number().positive().max(0.1).default(initial).describe('Learning rate');

export const averageDecay = z
  .number()
  .min(0)
  .lt(1)
  .default(0.999)
  .describe('Decay of the moving average of the weights that synthesis uses');
