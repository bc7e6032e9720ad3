/** The sets of scans that `learn` compares: what a checkpoint makes, and what needs no network. */
import type * as TensorFlow from '@tensorflow/tfjs';
import type { CheckpointRecord } from '#contract/records.ts';
import { createRandom } from '#shared/random.ts';
import { drawGaussian, meanOf } from '#shared/statistics/gaussianSampler.ts';
import type { Sample } from '#shared/statistics/kernelDiscrepancy.ts';
import { openGenerator } from '#worker/openGenerator.ts';
import { volumesOf } from '#worker/volumesOf.ts';

interface MakeRequest {
  readonly tf: typeof TensorFlow;
  /** With an absolute path. */
  readonly checkpoint: Pick<CheckpointRecord, 'path' | 'sha256'>;
  readonly count: number;
  readonly seed: number;
  /** Scans to go through encoder and generator, [-1, 1]. */
  readonly scans: Sample;
}

export interface Made {
  /** [-1, 1]. */
  readonly voxels: Sample;
  /** Of `scans`, in their order; null: the model has no encoder. */
  readonly rebuilt: Sample | null;
}

export async function makeScans({ tf, checkpoint, count, seed, scans }: MakeRequest): Promise<Made> {
  const { model, checkpoint: found } = await openGenerator(checkpoint.path, checkpoint.sha256);
  const voxelsOf = async (volumes: TensorFlow.Tensor5D): Promise<Sample> => {
    const made = (await volumesOf(volumes)).map(({ data }) => Float32Array.from(data));
    volumes.dispose();
    return made;
  };
  try {
    const voxels = await voxelsOf(model.generate({ count, seed, truncation: 1 }));
    const { encode, generateFrom } = model;
    if (encode === undefined || generateFrom === undefined) return { voxels, rebuilt: null };
    const rebuilt: Float32Array[] = [];
    for (const scan of scans) {
      const { grid } = found;
      const volume = tf.tidy(() => generateFrom(encode(tf.tensor5d(scan, [1, grid, grid, grid, 1]))));
      rebuilt.push(...(await voxelsOf(volume)));
    }
    return { voxels, rebuilt };
  } finally {
    model.dispose();
  }
}

/** The mean of the training scans, as often as a model makes scans. */
export function meanBrain(training: Sample, count: number): Sample {
  const mean = meanOf(training);
  return Array.from({ length: count }, () => mean);
}

/** From the Gaussian with mean and covariance of the training scans, held in [-1, 1]. */
export function gaussianScans(training: Sample, count: number, seed: number): Sample {
  const drawn = drawGaussian(training, { count, random: createRandom(seed).fork('gaussian') });
  return drawn.map((scan) => scan.map((value) => Math.min(1, Math.max(-1, value))));
}
