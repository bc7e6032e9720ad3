/** One volume of a dataset, read; what is wrong with it is said with what to do. */
import { basename } from 'node:path';
import { AppError } from '#contract/errors.ts';
import { readVolume } from '#imaging/readVolume.ts';
import type { Volume } from '#shared/volume/volume.ts';

/** A cube of `grid` voxels in [-1, 1]; throws AppError('bad-input'). */
export async function readDatasetVolume(path: string, grid: number): Promise<Volume> {
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
  return volume;
}
