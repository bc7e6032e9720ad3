/** The small HA-GANs whose first iterations are compared with PyTorch, and their scans. */
import { haGan, type HaGanConfig } from '#models/haGan.ts';

export const paritySeed = 14;
export const paritySteps = 2;

/**
 * Without a first moment to average, Adam's first step goes by the sign of each gradient, of tiny ones too, which rounding
 * may turn: generator and encoders move little, so that what is made with them afterwards is the same.
 */
const config: HaGanConfig = haGan.configSchema.parse({
  width: 16,
  latent: 8,
  batch: 2,
  generatorRate: 1e-6,
  encoderRate: 1e-6,
});

export interface ParityCase {
  readonly config: HaGanConfig;
  readonly grid: number;
  readonly classes: number;
  /** Of the scans. */
  readonly labels: readonly number[];
}

export const parityCases: Readonly<Record<string, ParityCase>> = {
  unconditional: { config, grid: 32, classes: 0, labels: [] },
  conditional: { config, grid: 32, classes: 3, labels: [2, 0] },
};

/** Smooth waves, another one in each of the batch's scans: grid³ voxels each in [-1, 1]. */
export function parityScans({ config: { batch }, grid }: ParityCase): Float32Array {
  const voxels = grid ** 3;
  return Float32Array.from({ length: batch * voxels }, (_, index) => {
    const scan = Math.floor(index / voxels);
    const voxel = index % voxels;
    return Math.sin(0.11 * voxel + scan) * Math.cos(0.003 * voxel * (scan + 1));
  });
}
