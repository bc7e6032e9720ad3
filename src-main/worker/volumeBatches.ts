/**
 * Batches of a dataset's volumes in a seeded order, read from disk as they are needed, the next one while the engine
 * works. Every epoch is a permutation of its own; the order depends on the seed and the position alone, so that a
 * resumed run goes on in it.
 */
import * as tf from '@tensorflow/tfjs';
import type { Volume } from '#shared/volume/volume.ts';
import { createOrder } from './dataOrder.ts';
import { readDatasetVolume } from './datasetVolume.ts';

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
  const load = (iteration: number): Promise<Volume[]> =>
    Promise.all(
      Array.from({ length: batchSize }, (_, index) =>
        readDatasetVolume(pathAt((iteration - 1) * batchSize + index), grid),
      ),
    );

  let ahead: { iteration: number; scans: Promise<Volume[]> } | undefined;
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
        joined.set(scan.data, index * voxels);
      });
      return tf.tensor5d(joined, [batchSize, grid, grid, grid, 1]);
    },
  };
}
