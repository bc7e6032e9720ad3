/**
 * Which way the voxel axes point, and the lossless turn (axis permutation and flips) that brings a volume closest to
 * RAS+: first axis to the right, second to the front, third up.
 */
import type { AffineMatrix } from '../contract/records.ts';
import { shiftOrigin, spacingOf, type Vector3 } from './affine.ts';
import type { Volume } from './volume.ts';

export type Axis = 0 | 1 | 2;

interface Orientation {
  /** For right, anterior and superior in turn: the voxel axis that runs along it. */
  readonly axes: readonly [Axis, Axis, Axis];
  /** Whether that axis runs the other way (left, posterior, inferior). */
  readonly flipped: readonly [boolean, boolean, boolean];
}

/** Every order of three axes. */
export const permutations: readonly (readonly [Axis, Axis, Axis])[] = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
];

/** The assignment of voxel axes to anatomical directions with the largest sum of direction cosines. */
function orientationOf(affine: AffineMatrix): Orientation {
  const spacing = spacingOf(affine);
  const cosine = (world: Axis, axis: Axis): number => affine[world][axis] / spacing[axis];
  const agreement = ([r, a, s]: readonly [Axis, Axis, Axis]): number =>
    Math.abs(cosine(0, r)) + Math.abs(cosine(1, a)) + Math.abs(cosine(2, s));
  let axes: readonly [Axis, Axis, Axis] = [0, 1, 2];
  for (const candidate of permutations) {
    if (agreement(candidate) > agreement(axes)) axes = candidate;
  }
  return { axes, flipped: [cosine(0, axes[0]) < 0, cosine(1, axes[1]) < 0, cosine(2, axes[2]) < 0] };
}

/** Three letters, one a voxel axis: where it points, e.g. 'LPS'. */
export function orientationCode(affine: AffineMatrix): string {
  const { axes, flipped } = orientationOf(affine);
  const letters = ['', '', ''];
  for (const world of [0, 1, 2] as const) {
    letters[axes[world]] = (flipped[world] ? 'LPI' : 'RAS').charAt(world);
  }
  return letters.join('');
}

/** The affine of the turned volume, for a volume of `size` voxels. */
function turnedAffine(affine: AffineMatrix, size: Vector3, { axes, flipped }: Orientation): AffineMatrix {
  const corner: [number, number, number] = [0, 0, 0];
  for (const world of [0, 1, 2] as const) {
    if (flipped[world]) corner[axes[world]] = size[axes[world]] - 1;
  }
  const moved = shiftOrigin(affine, corner);
  const sign = (world: Axis): number => (flipped[world] ? -1 : 1);
  const row = (world: Axis): AffineMatrix[number] => [
    sign(0) * moved[world][axes[0]] + 0,
    sign(1) * moved[world][axes[1]] + 0,
    sign(2) * moved[world][axes[2]] + 0,
    moved[world][3],
  ];
  return [row(0), row(1), row(2), [0, 0, 0, 1]];
}

/** The voxels in the order that `orientation` says; shared where there is nothing to turn. */
function turn({ size: from, affine, data: source }: Volume, orientation: Orientation): Volume {
  const { axes, flipped } = orientation;
  const turned = turnedAffine(affine, from, orientation);
  if (axes[0] === 0 && axes[1] === 1 && !flipped.includes(true)) return { size: from, affine: turned, data: source };

  const strides = [1, from[0], from[0] * from[1]] as const;
  const size: [number, number, number] = [from[axes[0]], from[axes[1]], from[axes[2]]];
  let start = 0;
  const step: [number, number, number] = [0, 0, 0];
  for (const world of [0, 1, 2] as const) {
    const stride = strides[axes[world]];
    step[world] = flipped[world] ? -stride : stride;
    if (flipped[world]) start += stride * (size[world] - 1);
  }
  const data = new Float32Array(source.length);
  const [nx, ny, nz] = size;
  let to = 0;
  for (let z = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      let at = start + y * step[1] + z * step[2];
      for (let x = 0; x < nx; x++, at += step[0]) data[to++] = source[at]!;
    }
  }
  return { size, affine: turned, data };
}

/**
 * The volume with its axes permuted and flipped to be closest to RAS+, every voxel kept and placed where it was. Shares
 * the voxels with its argument where there is nothing to turn.
 */
export function turnToRas(volume: Volume): Volume {
  return turn(volume, orientationOf(volume.affine));
}

/**
 * The way back: a volume in RAS order with its axes permuted and flipped as those of a file with affine `stored` are.
 * Sizes and spacing are its own.
 */
export function turnFromRas(volume: Volume, stored: AffineMatrix): Volume {
  const { axes, flipped } = orientationOf(stored);
  const back: [Axis, Axis, Axis] = [0, 0, 0];
  const mirrored: [boolean, boolean, boolean] = [false, false, false];
  for (const world of [0, 1, 2] as const) {
    back[axes[world]] = world;
    mirrored[axes[world]] = flipped[world];
  }
  return turn(volume, { axes: back, flipped: mirrored });
}

/** The volume whose axis n is axis `axes[n]` of the given one: no voxel moves in space. */
export function permuteAxes(volume: Volume, axes: readonly [Axis, Axis, Axis]): Volume {
  return turn(volume, { axes, flipped: [false, false, false] });
}
