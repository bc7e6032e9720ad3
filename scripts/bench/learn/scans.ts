/** What a checkpoint makes, of codes and of scans: sets that `learn` compares with those that need no network. */
import type * as TensorFlow from '@tensorflow/tfjs';
import type { CheckpointRecord } from '#contract/records.ts';
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
