/**
 * 4×4 affines from voxel indices to RAS+ millimetres: product, inverse, voxel sizes, and rounding away the noise of
 * single-precision headers. Matrices are row by row; vectors are columns.
 */
import type { AffineMatrix } from '../contract/records.ts';

export type Vector3 = readonly [number, number, number];
type Row = AffineMatrix[number];

/** a · b: first `b`, then `a`. */
export function multiplyAffines(a: AffineMatrix, b: AffineMatrix): AffineMatrix {
  const times = ([x, y, z, w]: Row): Row => [
    x * b[0][0] + y * b[1][0] + z * b[2][0] + w * b[3][0],
    x * b[0][1] + y * b[1][1] + z * b[2][1] + w * b[3][1],
    x * b[0][2] + y * b[1][2] + z * b[2][2] + w * b[3][2],
    x * b[0][3] + y * b[1][3] + z * b[2][3] + w * b[3][3],
  ];
  return [times(a[0]), times(a[1]), times(a[2]), times(a[3])];
}

/** The image of a point: voxel indices to millimetres, or whatever the affine maps. */
export function applyAffine(affine: AffineMatrix, point: Vector3): [number, number, number] {
  const [x, y, z] = point;
  const image = (row: Row): number => row[0] * x + row[1] * y + row[2] * z + row[3];
  return [image(affine[0]), image(affine[1]), image(affine[2])];
}

/** Determinant of the 3×3 part: signed volume of a voxel in mm³. */
export function determinant([a, b, c]: AffineMatrix): number {
  return a[0] * (b[1] * c[2] - b[2] * c[1]) - a[1] * (b[0] * c[2] - b[2] * c[0]) + a[2] * (b[0] * c[1] - b[1] * c[0]);
}

/** Inverse of an affine whose last row is 0 0 0 1. Throws RangeError where the 3×3 part has no inverse. */
export function invertAffine(affine: AffineMatrix): AffineMatrix {
  const [a, b, c] = affine;
  const d = determinant(affine);
  if (!Number.isFinite(1 / d)) throw new RangeError(`an affine of determinant ${String(d)} has no inverse`);
  const row = (x: number, y: number, z: number): Row => [x / d, y / d, z / d, -(x * a[3] + y * b[3] + z * c[3]) / d];
  return [
    row(b[1] * c[2] - b[2] * c[1], a[2] * c[1] - a[1] * c[2], a[1] * b[2] - a[2] * b[1]),
    row(b[2] * c[0] - b[0] * c[2], a[0] * c[2] - a[2] * c[0], a[2] * b[0] - a[0] * b[2]),
    row(b[0] * c[1] - b[1] * c[0], a[1] * c[0] - a[0] * c[1], a[0] * b[1] - a[1] * b[0]),
    [0, 0, 0, 1],
  ];
}

/** Voxel sizes along i, j, k in mm: the lengths of the columns. */
export function spacingOf([a, b, c]: AffineMatrix): [number, number, number] {
  return [Math.hypot(a[0], b[0], c[0]), Math.hypot(a[1], b[1], c[1]), Math.hypot(a[2], b[2], c[2])];
}

/** The affine of a RAS-aligned grid with cubic voxels whose voxel (0, 0, 0) is centred at `originMm`. */
export function gridAffine(spacingMm: number, originMm: Vector3): AffineMatrix {
  return [
    [spacingMm, 0, 0, originMm[0]],
    [0, spacingMm, 0, originMm[1]],
    [0, 0, spacingMm, originMm[2]],
    [0, 0, 0, 1],
  ];
}

/** The same placement for a block of voxels that begins at `first` (voxel indices, may be negative or fractional). */
export function shiftOrigin(affine: AffineMatrix, first: Vector3): AffineMatrix {
  const [x, y, z] = applyAffine(affine, first);
  const [a, b, c] = affine;
  return [
    [a[0], a[1], a[2], x],
    [b[0], b[1], b[2], y],
    [c[0], c[1], c[2], z],
    [0, 0, 0, 1],
  ];
}

/** The power of two at or below a thousandth of a length: a step that floating point represents exactly. */
export function snapStep(lengthMm: number): number {
  return 2 ** Math.floor(Math.log2(lengthMm / 1000));
}

/** The nearest multiple of `step`; never −0. */
export function snap(value: number, step: number): number {
  return Math.round(value / step) * step + 0;
}

/**
 * The affine on a lattice of exact binary fractions: the origin to about a thousandth of a voxel, the columns fine
 * enough that the far corner of a 512-voxel axis moves no more than that. Headers store single precision, so the same
 * scan saved in another axis order returns with an origin that differs by a few nanometres; snapped, they are equal.
 */
export function snapAffine(affine: AffineMatrix): AffineMatrix {
  const step = snapStep(Math.min(...spacingOf(affine)));
  const fine = step / 256;
  const row = ([x, y, z, w]: Row): Row => [snap(x, fine), snap(y, fine), snap(z, fine), snap(w, step)];
  return [row(affine[0]), row(affine[1]), row(affine[2]), [0, 0, 0, 1]];
}

/**
 * The placement of a file that gives voxel sizes only: the first axis towards the left, the origin in the middle, as
 * FSL and nibabel take it. `pixDims` as in a NIfTI header, not negative: the sizes of i, j, k follow its first number.
 */
export function affineOfSpacing(
  [, i = 1, j = 1, k = 1]: readonly number[],
  size: readonly [number, number, number],
): AffineMatrix {
  return [
    [-i, 0, 0, (i * (size[0] - 1)) / 2],
    [0, j, 0, (-j * (size[1] - 1)) / 2],
    [0, 0, k, (-k * (size[2] - 1)) / 2],
    [0, 0, 0, 1],
  ];
}

/** The same placement in another unit of length: all but the last row times `factor`. */
export function scaleAffine(affine: AffineMatrix, factor: number): AffineMatrix {
  const row = ([x, y, z, w]: AffineMatrix[number]): AffineMatrix[number] => [
    x * factor,
    y * factor,
    z * factor,
    w * factor,
  ];
  return [row(affine[0]), row(affine[1]), row(affine[2]), [0, 0, 0, 1]];
}
