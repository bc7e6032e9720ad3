/**
 * How far the surfaces of two segmentations of one scan lie apart (Heimann et al. 2009, IEEE Trans. Med. Imaging 28:1251).
 * A surface is made of the voxels of which a face is not covered by the same class; beyond the volume there is none. The
 * distances are those of the surface voxels of each to the nearest one of the other, between voxel centres.
 */
import { quantile } from '#shared/statistics/quantile.ts';
import type { Vector3 } from '#shared/volume/affine.ts';
import { squaredDistance } from '../preprocess/distance.ts';

export interface SurfaceDistances {
  /** The 95th percentile of all distances, both ways, mm. */
  readonly hd95: number;
  /** The mean of the two mean distances, mm. */
  readonly assd: number;
}

export interface LabelGrid {
  readonly size: Vector3;
  readonly spacingMm: Vector3;
}

/** 1 at the voxels of `label` with a face that another one, or nothing, lies behind. */
function surfaceOf(labels: Uint8Array, label: number, [nx, ny, nz]: Vector3): Uint8Array {
  const surface = new Uint8Array(labels.length);
  const isOf = (index: number): boolean => labels[index] === label;
  for (let z = 0, at = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      for (let x = 0; x < nx; x++, at++) {
        if (!isOf(at)) continue;
        const isInside =
          x > 0 && x < nx - 1 && y > 0 && y < ny - 1 && z > 0 && z < nz - 1 &&
          isOf(at - 1) && isOf(at + 1) && isOf(at - nx) && isOf(at + nx) && isOf(at - nx * ny) && isOf(at + nx * ny); // prettier-ignore
        if (!isInside) surface[at] = 1;
      }
    }
  }
  return surface;
}

/** From every surface voxel of the one to the other surface, mm. */
function distancesTo(surface: Uint8Array, squared: Float32Array): number[] {
  const distances: number[] = [];
  for (let index = 0; index < surface.length; index++) {
    if (surface[index] === 1) distances.push(Math.sqrt(squared[index]!));
  }
  return distances;
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Of one class of two label maps on one grid; null where one of them has no voxel of it. */
export function surfaceDistances(
  a: Uint8Array,
  b: Uint8Array,
  label: number,
  { size, spacingMm }: LabelGrid,
): SurfaceDistances | null {
  if (!a.includes(label) || !b.includes(label)) return null;
  const [ofA, ofB] = [surfaceOf(a, label, size), surfaceOf(b, label, size)];
  const fromA = distancesTo(ofA, squaredDistance(ofB, size, spacingMm, 1));
  const fromB = distancesTo(ofB, squaredDistance(ofA, size, spacingMm, 1));
  return { hd95: quantile([...fromA, ...fromB], 0.95), assd: (mean(fromA) + mean(fromB)) / 2 };
}
