/**
 * Batches of patch pairs from inside the brains of a dataset, in a seeded order, the next one while the engine works.
 * Scans come epoch by epoch; a patch is centred on a brain voxel and changed at random, by draws that depend on the seed
 * and its position in the run alone, so that a resumed run goes on in it.
 */
import * as tf from '@tensorflow/tfjs';
import { AppError } from '#contract/errors.ts';
import type { VoxelPair } from '#imaging/patches.ts';
import type { PatchPair, PatchPlan } from '#models/model.ts';
import { createRandom, type Random } from '#shared/random.ts';
import type { Vector3 } from '#shared/volume/affine.ts';
import type { Volume } from '#shared/volume/volume.ts';
import { createOrder } from './dataOrder.ts';
import { cutFrom, readPair, type PairPaths, type TrainingPair } from './trainingPair.ts';

export interface PatchBatches {
  /** The patches of this iteration, counted from 1; the caller disposes them. */
  batch(iteration: number): Promise<PatchPair>;
}

interface PatchBatchOptions {
  readonly scans: readonly PairPaths[];
  readonly grid: number;
  readonly plan: PatchPlan;
  readonly seed: number;
}

/** Scans are kept in memory up to this many bytes, the last ones used. */
const cacheBytes = 2 ** 30;
const mostTries = 10_000;
const background = -1;

/** Throws AppError('usage') where a patch is larger than a scan. */
export function createPatchBatches({ scans, grid, plan, seed }: PatchBatchOptions): PatchBatches {
  if (plan.side > grid) {
    throw new AppError(
      'usage',
      `Patches of ${String(plan.side)} voxels a side do not fit into scans of ${String(grid)}. Choose smaller ones (patch).`,
    );
  }
  const scanAt = createOrder(scans, seed);
  const origin = createRandom(seed).fork('patches');
  const read = createCache(grid, plan);
  const cut = async (position: number): Promise<VoxelPair> => {
    const pair = await read(scanAt(position));
    const random = origin.fork(`patch ${String(position)}`);
    return cutFrom(pair, { ...plan, centre: brainVoxel(pair.high, random), random });
  };
  const load = (iteration: number): Promise<VoxelPair[]> =>
    Promise.all(Array.from({ length: plan.count }, (_, index) => cut((iteration - 1) * plan.count + index)));

  let ahead: { iteration: number; pairs: Promise<VoxelPair[]> } | undefined;
  const startLoading = (iteration: number): void => {
    const pairs = load(iteration);
    pairs.catch(() => undefined); // whoever awaits it is told
    ahead = { iteration, pairs };
  };

  return {
    async batch(iteration) {
      if (ahead?.iteration !== iteration) startLoading(iteration);
      const pairs = await (ahead as NonNullable<typeof ahead>).pairs;
      startLoading(iteration + 1);
      return toTensors(pairs, plan);
    },
  };
}

/** Voxels as the networks take them. */
export function toTensors(pairs: readonly VoxelPair[], { side, factor: [x, y, z] }: PatchPlan): PatchPair {
  const join = (name: keyof VoxelPair, shape: Vector3): tf.Tensor5D => {
    const voxels = shape[0] * shape[1] * shape[2];
    const joined = new Float32Array(pairs.length * voxels);
    pairs.forEach((pair, index) => {
      joined.set(pair[name], index * voxels);
    });
    return tf.tensor5d(joined, [pairs.length, ...shape, 1]);
  };
  return { low: join('low', [side / z, side / y, side / x]), high: join('high', [side, side, side]) };
}

/** A brain voxel at random; the middle of a scan in which none is found. */
function brainVoxel({ size: [nx, ny, nz], data }: Volume, random: Random): Vector3 {
  for (let attempt = 0; attempt < mostTries; attempt++) {
    const index = random.integer(data.length);
    if (data[index] !== background) return [index % nx, Math.floor(index / nx) % ny, Math.floor(index / (nx * ny))];
  }
  return [nx / 2, ny / 2, nz / 2];
}

/** Reads scans, or gives them from memory. */
function createCache(grid: number, { factor }: PatchPlan): (scan: PairPaths) => Promise<TrainingPair> {
  const most = Math.max(1, Math.floor(cacheBytes / (grid ** 3 * Float32Array.BYTES_PER_ELEMENT)));
  const kept = new Map<string, Promise<TrainingPair>>();
  return (scan) => {
    const pair = kept.get(scan.path) ?? readPair(scan, { grid, factor });
    kept.delete(scan.path);
    kept.set(scan.path, pair); // the last used are last
    for (const oldest of [...kept.keys()].slice(0, -most)) kept.delete(oldest);
    return pair;
  };
}
