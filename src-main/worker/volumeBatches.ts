/**
 * Batches of a dataset's volumes in a seeded order, read from disk as they are needed, the next one while the engine
 * works. Every epoch is a permutation of its own; the order depends on the seed and the position alone, so that a
 * resumed run goes on in it.
 */
import { basename } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { AppError } from '#contract/errors.ts';
import { readVolume } from '#imaging/readVolume.ts';
import { createRandom } from '#shared/random.ts';

export interface VolumeBatches {
  /** The batch of this iteration, counted from 1: [b, d, h, w, 1] in [-1, 1]; the caller disposes it. */
  batch(iteration: number): Promise<tf.Tensor5D>;
}

interface BatchOptions {
  readonly paths: readonly string[];
  readonly grid: number;
  readonly batchSize: number;
  readonly seed: number;
}

/** Batches of the volumes at `paths`, each a cube of `grid` voxels. */
export function createVolumeBatches({ paths, grid, batchSize, seed }: BatchOptions): VolumeBatches {
  const pathAt = createOrder(paths, seed);
  const load = (iteration: number): Promise<Float32Array[]> =>
    Promise.all(
      Array.from({ length: batchSize }, (_, index) => readCube(pathAt((iteration - 1) * batchSize + index), grid)),
    );

  let ahead: { iteration: number; scans: Promise<Float32Array[]> } | undefined;
  const startLoading = (iteration: number): void => {
    const scans = load(iteration);
    scans.catch(() => undefined); // whoever awaits it is told
    ahead = { iteration, scans };
  };

  return {
    async batch(iteration) {
      if (ahead?.iteration !== iteration) startLoading(iteration);
      const scans = await (ahead as NonNullable<typeof ahead>).scans;
      startLoading(iteration + 1);
      const voxels = grid ** 3;
      const joined = new Float32Array(batchSize * voxels);
      scans.forEach((scan, index) => {
        joined.set(scan, index * voxels);
      });
      return tf.tensor5d(joined, [batchSize, grid, grid, grid, 1]);
    },
  };
}

/** Which path is drawn at a position: epoch by epoch, each in a permutation of its own. */
function createOrder(paths: readonly string[], seed: number): (position: number) => string {
  const origin = createRandom(seed).fork('data order');
  let shuffled: { epoch: number; paths: readonly string[] } | undefined;
  return (position) => {
    const epoch = Math.floor(position / paths.length);
    if (shuffled?.epoch !== epoch) shuffled = { epoch, paths: origin.fork(`epoch ${String(epoch)}`).shuffle(paths) };
    return shuffled.paths[position % paths.length] as string;
  };
}

async function readCube(path: string, grid: number): Promise<Float32Array> {
  const { volume } = await readVolume(path).catch((cause: unknown) => {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new AppError(
      'bad-input',
      `${basename(path)} of the dataset: ${why} 'doppel project check' lists what is missing or has changed.`,
      { cause },
    );
  });
  if (volume.size.some((side) => side !== grid)) {
    throw new AppError(
      'bad-input',
      `A volume of the dataset has ${volume.size.join('×')} voxels, not ${String(grid)}³. Run 'doppel project check' and import the dataset again.`,
    );
  }
  return volume.data;
}
