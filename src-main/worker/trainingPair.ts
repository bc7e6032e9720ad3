/** What a training draws a pair of patches from: a volume alone, or with the real low-resolution scan of its subject. */
import { AppError } from '#contract/errors.ts';
import { cutPair, cutPatch, type PatchRequest, type VoxelPair } from '#imaging/patches.ts';
import { readVolume } from '#imaging/readVolume.ts';
import type { PatchPlan } from '#models/model.ts';
import type { Volume } from '#shared/volume/volume.ts';
import { readDatasetVolume } from './datasetVolume.ts';

export interface PairPaths {
  readonly path: string;
  /** Null: the scanner model makes it. */
  readonly lowPath: string | null;
}

export interface TrainingPair {
  readonly high: Volume;
  readonly low: Volume | null;
}

/** Throws AppError: 'bad-input', also where the low-resolution scan is of another factor. */
export async function readPair(
  { path, lowPath }: PairPaths,
  { grid, factor }: { readonly grid: number; readonly factor: PatchPlan['factor'] },
): Promise<TrainingPair> {
  const high = await readDatasetVolume(path, grid);
  if (lowPath === null) return { high, low: null };
  const { volume: low } = await readVolume(lowPath);
  if (low.size.every((side, axis) => side * (factor[axis] ?? 1) === grid)) return { high, low };
  throw new AppError(
    'bad-input',
    `A low-resolution volume of the dataset has ${low.size.join('×')} voxels, which a factor of ${factor.join('×')} does not make ${String(grid)}³. Run 'doppel project check' and import the dataset again.`,
  );
}

export function cutFrom({ high, low }: TrainingPair, request: PatchRequest): VoxelPair {
  return low === null ? cutPatch(high, request) : cutPair({ high, low }, request);
}
