/** The small α-WGANs whose first iterations are compared with PyTorch, and their scans. */
import { alphaWgan, type AlphaWganConfig } from '#models/alphaWgan.ts';

export const parityGrid = 16;
export const paritySeed = 11;
export const paritySteps = 2;

const small = { width: 16, latent: 8, codeUnits: 16, rate: 0.002 };

/** Two scans are ±1 after batch normalisation: what its gradient tells of them is rounding, in PyTorch's 32 bits too. */
const batchOf = (preset: string): number => (preset === 'sigmarat2' ? 2 : 4);

const published = alphaWgan.presets.filter(({ id }) => id !== 'look');

/** Every published form, small; the learning rate is high, so that the second iteration shows what the first one did. */
export const parityConfigs: Readonly<Record<string, AlphaWganConfig>> = Object.fromEntries(
  published.map((preset) => [
    preset.id,
    alphaWgan.configSchema.parse({ ...preset.config, ...small, batch: batchOf(preset.id) }),
  ]),
);

/** Smooth waves, other ones in every scan: 2 · batch scans of `parityGrid`³ voxels in [-1, 1]. */
export function parityScans({ batch }: AlphaWganConfig): Float32Array {
  const voxels = parityGrid ** 3;
  return Float32Array.from({ length: 2 * batch * voxels }, (_, index) => {
    const scan = Math.floor(index / voxels);
    const voxel = index % voxels;
    return Math.sin(0.11 * voxel + scan) * Math.cos(0.003 * voxel * (scan + 1));
  });
}
