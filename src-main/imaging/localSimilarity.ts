/** Local means and variances of a volume under the Gaussian window of SSIM, and the similarity that follows from them. */
import type { Vector3 } from '#shared/volume/affine.ts';
import { filterValid, halfWindow } from '#shared/statistics/gaussianWindow.ts';
import { padBox, type Box } from './crop.ts';
import { mirroredBlock } from './mirroredBlock.ts';

/** A block with `reach` voxels more on every side than `box`. */
export interface Surroundings {
  readonly size: Vector3;
  readonly values: Float64Array;
}

/** Over the box. */
export interface Local {
  readonly around: Surroundings;
  readonly mean: Float64Array;
  readonly variance: Float64Array;
}

export const ssimWindow = 11;
const ssimReach = (ssimWindow - 1) / 2;

export function surroundings(data: Float32Array, size: Vector3, box: Box, reach: number): Surroundings {
  const around = padBox(box, [reach, reach, reach]);
  return { size: around.size, values: mirroredBlock(data, size, around) };
}

const times = (a: Float64Array, b: Float64Array): Float64Array => a.map((value, index) => value * b[index]!);

export function localOf(data: Float32Array, size: Vector3, box: Box): Local {
  const around = surroundings(data, size, box, ssimReach);
  const half = halfWindow(ssimWindow);
  const mean = filterValid(around.values, around.size, half);
  const square = filterValid(times(around.values, around.values), around.size, half);
  return { around, mean, variance: square.map((value, index) => value - mean[index]! ** 2) };
}

/** Means over the mask (of the box) of the structural similarity and of its contrast–structure factor. */
export function similarityIn(
  truth: Local,
  result: Local,
  mask: Uint8Array,
  dataRange: number,
): { ssim: number; contrast: number } {
  const [c1, c2] = [(0.01 * dataRange) ** 2, (0.03 * dataRange) ** 2];
  const { around } = truth;
  const both = filterValid(times(around.values, result.around.values), around.size, halfWindow(ssimWindow));
  let [ssim, contrast, count] = [0, 0, 0];
  for (let index = 0; index < both.length; index++) {
    if (mask[index] === 0) continue;
    const [p, q] = [truth.mean[index]!, result.mean[index]!];
    const structure = (2 * (both[index]! - p * q) + c2) / (truth.variance[index]! + result.variance[index]! + c2);
    contrast += structure;
    ssim += ((2 * p * q + c1) / (p * p + q * q + c1)) * structure;
    count++;
  }
  return { ssim: ssim / count, contrast: contrast / count };
}
