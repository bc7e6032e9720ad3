/** Values of one volume at places of another: the read-out under the crosshair, and the difference of two volumes. */
import { applyAffine, invertAffine, multiplyAffines, type Vector3 } from '#shared/volume/affine.ts';
import type { Volume } from '#shared/volume/volume.ts';
import type { IntensityWindow } from './intensity.ts';

/** The nearest voxel's value at a point in RAS+ mm; null outside the volume. */
export function valueAt(
  { size, affine, data }: Omit<Volume, 'data'> & { readonly data: Float32Array | Uint8Array },
  point: Vector3,
): number | null {
  const [x, y, z] = applyAffine(invertAffine(affine), point);
  const [i, j, k] = [Math.round(x), Math.round(y), Math.round(z)];
  const isInside = i >= 0 && j >= 0 && k >= 0 && i < size[0] && j < size[1] && k < size[2];
  return isInside ? (data[i + size[0] * (j + size[1] * k)] ?? null) : null;
}

/** Whether two volumes have their voxels in the same places, to a hundredth of a millimetre. */
export function isSameGrid(a: Volume, b: Volume): boolean {
  const corners: readonly Vector3[] = [[0, 0, 0], a.size, [a.size[0], 0, 0], [0, a.size[1], 0]];
  return (
    a.size.every((length, axis) => length === b.size[axis]) &&
    corners.every((corner) => {
      const [p, q] = [applyAffine(a.affine, corner), applyAffine(b.affine, corner)];
      return Math.hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]) < 0.01;
    })
  );
}

export interface Difference {
  /** `other − base` on the grid of `base`; 0 where `other` does not reach. */
  readonly volume: Volume;
  readonly isResampled: boolean;
  /** The share of the grid that `other` covers. */
  readonly coverage: number;
}

/** Brings intensities to a common scale: a window's ends to 0 and 1. */
function rescale(window: IntensityWindow | null): (value: number) => number {
  if (window === null) return (value) => value;
  const width = window.high - window.low;
  return (value) => (value - window.low) / width;
}

/**
 * The difference of two volumes, `other` taken from its nearest voxel in world space. With `windows`, each volume's
 * intensities are first brought to 0..1 by its own window, for scans whose units differ.
 */
export function differenceOf(
  base: Volume,
  other: Volume,
  windows: { readonly base: IntensityWindow; readonly other: IntensityWindow } | null,
): Difference {
  const [fromBase, fromOther] = [rescale(windows?.base ?? null), rescale(windows?.other ?? null)];
  const data = new Float32Array(base.data.length);
  if (isSameGrid(base, other)) {
    for (let index = 0; index < data.length; index++) {
      data[index] = fromOther(other.data[index]!) - fromBase(base.data[index]!);
    }
    return { volume: { ...base, data }, isResampled: false, coverage: 1 };
  }
  const [a, b, c] = multiplyAffines(invertAffine(other.affine), base.affine);
  const [nx, ny, nz] = base.size;
  const [ox, oy, oz] = other.size;
  let covered = 0;
  let index = 0;
  for (let k = 0; k < nz; k++) {
    for (let j = 0; j < ny; j++) {
      for (let i = 0; i < nx; i++, index++) {
        const x = Math.round(a[0] * i + a[1] * j + a[2] * k + a[3]);
        const y = Math.round(b[0] * i + b[1] * j + b[2] * k + b[3]);
        const z = Math.round(c[0] * i + c[1] * j + c[2] * k + c[3]);
        if (x < 0 || y < 0 || z < 0 || x >= ox || y >= oy || z >= oz) continue;
        covered += 1;
        data[index] = fromOther(other.data[x + ox * (y + oy * z)]!) - fromBase(base.data[index]!);
      }
    }
  }
  return { volume: { ...base, data }, isResampled: true, coverage: covered / data.length };
}
