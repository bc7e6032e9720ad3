/**
 * Batches of a dataset's volumes in a seeded order, read from disk as they are needed, the next one while the engine
 * works. Every epoch is a permutation of its own; the order depends on the seed and the position alone, so that a
 * resumed run goes on in it.
 */
import * as tf from '@tensorflow/tfjs';
import { reduceVolume } from '#imaging/reduceVolume.ts';
import type { BatchPlan } from '#models/model.ts';
import { createOrder } from './dataOrder.ts';
import { readDatasetVolume } from './datasetVolume.ts';

export interface VolumeBatches {
  /** [count, side, side, side, 1] in [-1, 1], coarser scans as means over blocks of voxels; the caller disposes it. */
  batch(plan: BatchPlan): Promise<tf.Tensor5D>;
}

interface BatchOptions {
  readonly paths: readonly string[];
  readonly grid: number;
  readonly seed: number;
}

/** Coarse scans stay in memory up to this: at 16³, sixteen thousand of them. */
const mostHeldBytes = 256 * 2 ** 20;

/** Batches of the volumes at `paths`, each a cube of `grid` voxels. */
export function createVolumeBatches({ paths, grid, seed }: BatchOptions): VolumeBatches {
  const pathAt = createOrder(paths, seed);
  const read = createReader(grid);
  const load = ({ from, count, side }: BatchPlan): Promise<Float32Array[]> =>
    Promise.all(Array.from({ length: count }, (_, index) => read(pathAt(from + index), side)));

  let ahead: { plan: BatchPlan; scans: Promise<Float32Array[]> } | undefined;
  const startLoading = (plan: BatchPlan): Promise<Float32Array[]> => {
    const scans = load(plan);
    scans.catch(() => undefined); // whoever awaits it is told
    ahead = { plan, scans };
    return scans;
  };

  return {
    async batch(plan) {
      const { from, count, side } = plan;
      const scans = await (ahead !== undefined && isSame(ahead.plan, plan) ? ahead.scans : startLoading(plan));
      void startLoading({ from: from + count, count, side }); // a guess: when a resolution ends it is read again
      const voxels = side ** 3;
      const joined = new Float32Array(count * voxels);
      scans.forEach((scan, index) => {
        joined.set(scan, index * voxels);
      });
      return tf.tensor5d(joined, [count, side, side, side, 1]);
    },
  };
}

function isSame(a: BatchPlan, b: BatchPlan): boolean {
  return a.from === b.from && a.count === b.count && a.side === b.side;
}

/** Reads scans at one resolution after another; coarse ones are kept, as far as memory is meant for them. */
function createReader(grid: number): (path: string, side: number) => Promise<Float32Array> {
  let held = { side: grid, scans: new Map<string, Float32Array>() };
  return async (path, side) => {
    if (held.side !== side) held = { side, scans: new Map() };
    const { scans } = held;
    const known = scans.get(path);
    if (known !== undefined) return known;
    const { data } = reduceVolume(await readDatasetVolume(path, grid), grid / side);
    if (side < grid && (scans.size + 1) * data.byteLength <= mostHeldBytes) scans.set(path, data);
    return data;
  };
}
