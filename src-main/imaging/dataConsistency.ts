/**
 * Does a super-resolved scan agree with the scan it was made from? Where no truth is known this can still be asked: the
 * result seen through the scanner model must be the input. And the projection that makes it so.
 */
import { applyAffine, type Vector3 } from '#shared/volume/affine.ts';
import type { Volume } from '#shared/volume/volume.ts';
import { degrade, type ScannerModel } from './degrade.ts';
import { enlarge } from './enlarge.ts';

/** a − b, voxel by voxel, on one grid. */
export function differenceOf(a: Volume, b: Volume): Volume {
  return { ...a, data: a.data.map((value, index) => value - b.data[index]!) };
}

/** The result through the scanner model, minus the input, on the input's grid and in its intensities. */
export function inconsistencyOf(result: Volume, input: Volume, model: ScannerModel): Volume {
  const again = degrade(result, { ...model, noise: 0, seed: 0 });
  return differenceOf({ ...input, data: again.data }, input);
}

export interface ConsistencySummary {
  /** Over the brain, in the scan's intensities. */
  readonly meanAbsolute: number;
  /** Where it is largest, in RAS mm, and how large it is there. */
  readonly largest: { readonly placeMm: Vector3; readonly value: number };
}

/** Of an inconsistency over the voxels of `mask`. */
export function summariseConsistency({ data, size, affine }: Volume, mask: Uint8Array): ConsistencySummary {
  let [sum, count, at] = [0, 0, -1];
  for (let index = 0; index < data.length; index++) {
    if (mask[index] === 0) continue;
    count++;
    sum += Math.abs(data[index]!);
    if (at < 0 || Math.abs(data[index]!) > Math.abs(data[at]!)) at = index;
  }
  const place: Vector3 = [at % size[0], Math.floor(at / size[0]) % size[1], Math.floor(at / size[0] / size[1])];
  return {
    meanAbsolute: sum / count,
    largest: { placeMm: applyAffine(affine, place), value: data[at] ?? 0 },
  };
}

/**
 * Back-projection (Irani & Peleg 1991, CVGIP 53:231): in each step the inconsistency, interpolated linearly onto the fine
 * grid, is taken from the result. A new volume; no steps give a copy.
 */
export function backProject(result: Volume, input: Volume, model: ScannerModel, steps: number): Volume {
  const data = result.data.slice();
  for (let step = 0; step < steps; step++) {
    const correction = enlarge(inconsistencyOf({ ...result, data }, input, model), model.factor, 'linear').data;
    for (let index = 0; index < data.length; index++) data[index]! -= correction[index]!;
  }
  return { ...result, data };
}
