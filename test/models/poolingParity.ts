/** The small autoencoder, VAE and 3-D GAN whose first iterations are compared with PyTorch, and their scans. */
import { autoencoder } from '#models/autoencoder.ts';
import { dcGan } from '#models/dcGan.ts';
import type { GeneratorEntry } from '#models/model.ts';
import { vae } from '#models/vae.ts';

/** Not a power of two, and odd after one halving. */
export const parityGrid = 18;
export const paritySeed = 13;
export const paritySteps = 2;
export const parityBatch = 2;
export const parityLatent = 6;

/** Adam's first steps go by the signs of gradients, which rounding may turn where they are tiny: networks move little. */
const small = { width: 8, latent: parityLatent, batch: parityBatch, rate: 1e-6 };

export interface ParityCase {
  readonly entry: GeneratorEntry;
  readonly config: unknown;
  /** Standard normal codes that one iteration draws. */
  readonly draws: number;
  readonly beta1: number;
}

export const parityCases: Readonly<Record<string, ParityCase>> = {
  autoencoder: { entry: autoencoder, config: autoencoder.configSchema.parse(small), draws: 0, beta1: 0.9 },
  vae: { entry: vae, config: vae.configSchema.parse({ ...small, divergence: 0.01 }), draws: 1, beta1: 0.9 },
  'dc-gan': { entry: dcGan, config: dcGan.configSchema.parse(small), draws: 2, beta1: 0.5 },
  'dc-gan, judged together': {
    entry: dcGan,
    config: dcGan.configSchema.parse({ ...small, judgesTogether: true }),
    draws: 2,
    beta1: 0.5,
  },
};

/** Smooth waves, other ones in each of the batch's scans: `parityGrid`³ voxels each in [-1, 1]. */
export function parityScans(): Float32Array {
  const voxels = parityGrid ** 3;
  return Float32Array.from({ length: parityBatch * voxels }, (_, index) => {
    const scan = Math.floor(index / voxels);
    const voxel = index % voxels;
    return Math.sin(0.11 * voxel + scan) * Math.cos(0.003 * voxel * (scan + 1));
  });
}
