/** The small SRGANs whose first iterations are compared with PyTorch, and their patches. */
import { srGan, type SrGanConfig } from '#models/srGan.ts';
import type { Factor } from '#shared/volume/factor.ts';

export const paritySeed = 11;
export const paritySteps = 2;
const paritySide = 32;

const small = { features: 8, blocks: 2, batch: 2, patch: paritySide, rate: 0.0005 };

/** Upsamplers, factors, normalisation, skip, losses: every branch at least once; a high rate shows what a step did. */
export const parityConfigs: Readonly<Record<string, SrGanConfig>> = Object.fromEntries(
  Object.entries({
    fidelity: {},
    sharp: { gradientDifference: 1, adversarial: 0.1, factor: '1x1x2' },
    published: { ...srGan.presets.find(({ id }) => id === 'published')?.config, adversarial: 0.1, halfRateAfter: 2 },
    subpixel: { upsampler: 'subpixel', factor: 4, normalisation: 'batch', skip: false, pixelLoss: 'mse' },
    'subpixel-nearest': { upsampler: 'subpixel-nearest', factor: 2, normalisation: 'batch', skip: false },
    'thick slices': { upsampler: 'subpixel-nearest', factor: '1x1x4' },
  }).map(([name, config]) => [name, srGan.configSchema.parse({ ...config, ...small })]),
);

const wave = (voxel: number, patch: number): number =>
  Math.sin(0.11 * voxel + patch) * Math.cos(0.003 * voxel * (patch + 1));

/** Smooth waves, other ones in every patch: fine [b, 32, 32, 32, 1], and coarse ones of the factor's sides. */
export function parityPatches([x, y, z]: Factor): { readonly low: Float32Array; readonly high: Float32Array } {
  const patches = (voxels: number, stretch: number): Float32Array =>
    Float32Array.from({ length: small.batch * voxels }, (_, index) =>
      wave(stretch * (index % voxels), Math.floor(index / voxels)),
    );
  const blocks = x * y * z;
  return { low: patches(paritySide ** 3 / blocks, blocks), high: patches(paritySide ** 3, 1) };
}
