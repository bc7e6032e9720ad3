/**
 * Which way the voxel axes point, and the lossless turn (axis permutation and flips) that brings a volume closest to
 * RAS+: first axis to the right, second to the front, third up.
 */
import type { AffineMatrix } from '../contract/records.ts';
import { shiftOrigin, spacingOf, type Vector3 } from './affine.ts';
import type { Volume } from './volume.ts';

type Axis = 0 | 1 | 2;

interface Orientation {
  /** For right, anterior and superior in turn: the voxel axis that runs along it. */
  readonly axes: readonly [Axis, Axis, Axis];
  /** Whether that axis runs the other way (left, posterior, inferior). */
  readonly flipped: readonly [boolean, boolean, boolean];
}

const permutations: readonly (readonly [Axis, Axis, Axis])[] = [
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

/**
 * The volume with its axes permuted and flipped to be closest to RAS+, every voxel kept and placed where it was. Shares
 * the voxels with its argument where there is nothing to turn.
 */
export function turnToRas(volume: Volume): Volume {
  const orientation = orientationOf(volume.affine);
  const { axes, flipped } = orientation;
  const affine = turnedAffine(volume.affine, volume.size, orientation);
  if (axes[0] === 0 && axes[1] === 1 && !flipped.includes(true)) return { ...volume, affine };

  const from = volume.size;
  const strides = [1, from[0], from[0] * from[1]] as const;
  const size: [number, number, number] = [from[axes[0]], from[axes[1]], from[axes[2]]];
  let start = 0;
  const step: [number, number, number] = [0, 0, 0];
  for (const world of [0, 1, 2] as const) {
    const stride = strides[axes[world]];
    step[world] = flipped[world] ? -stride : stride;
    if (flipped[world]) start += stride * (size[world] - 1);
  }
  const source = volume.data;
  const data = new Float32Array(source.length);
  const [nx, ny, nz] = size;
  let to = 0;
  for (let z = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      let at = start + y * step[1] + z * step[2];
      for (let x = 0; x < nx; x++, at += step[0]) data[to++] = source[at]!;
    }
  }
  return { size, affine, data };
}
