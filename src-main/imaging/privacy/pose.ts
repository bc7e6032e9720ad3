/**
 * How a scan may lie beside another one: its axes in any order and sense (a copy that was mirrored, turned or saved with
 * wrong axes), shifted, and turned by a few degrees.
 */
import { permutations, type Axis } from '#shared/volume/orientation.ts';
import type { Vector3 } from '#shared/volume/affine.ts';

/** Which axis of the scan runs along each axis of the common grid, and in which sense. */
export interface Turn {
  readonly axes: readonly [Axis, Axis, Axis];
  readonly signs: readonly [1 | -1, 1 | -1, 1 | -1];
}

/** From a place on the common grid to one in the scan; places in voxels of the fine level from the middle of the cube. */
export interface Pose {
  readonly turn: Turn;
  /** In voxels of the fine level, along the scan's axes. */
  readonly shift: Vector3;
  /** About the common x, y and z axes, in radians; small. */
  readonly rotation: Vector3;
}

const signs = [1, -1] as const;

/** All 48, in pairs: each is followed by its left–right mirror image (x of the common grid runs to the right). */
export const turns: readonly Turn[] = permutations.flatMap((axes) =>
  signs.flatMap((y) => signs.flatMap((z) => signs.map((x): Turn => ({ axes, signs: [x, y, z] })))),
);

/** Its left–right mirror image. */
export const mirrorOf = (turn: number): number => turn ^ 1;

/** Row-major 3 × 3: from the common grid's axes to the scan's, the small rotation first. */
export function matrixOf({ turn, rotation }: Pick<Pose, 'turn' | 'rotation'>): Float64Array {
  const [rx, ry, rz] = rotation;
  const [cx, cy, cz] = [Math.cos(rx), Math.cos(ry), Math.cos(rz)];
  const [sx, sy, sz] = [Math.sin(rx), Math.sin(ry), Math.sin(rz)];
  // about x, then y, then z
  const rows = [
    [cz * cy, cz * sy * sx - sz * cx, cz * sy * cx + sz * sx],
    [sz * cy, sz * sy * sx + cz * cx, sz * sy * cx - cz * sx],
    [-sy, cy * sx, cy * cx],
  ] as const;
  const matrix = new Float64Array(9);
  for (const common of [0, 1, 2] as const) {
    const [a, b, c] = rows[common];
    const sign = turn.signs[common];
    matrix.set([sign * a, sign * b, sign * c], 3 * turn.axes[common]);
  }
  return matrix;
}

/** What a person is told of it. */
export interface DescribedPose {
  /** Left and right are exchanged. */
  readonly isMirrored: boolean;
  /** Its axes run in another order or sense, beyond a left–right mirror image. */
  readonly isTurned: boolean;
  /** How far it is shifted, mm. */
  readonly shiftMm: number;
  /** The angle that it is turned by, degrees. */
  readonly degrees: number;
}

export function describePose({ turn, shift, rotation }: Pose, voxelMm: number): DescribedPose {
  const { axes, signs: senses } = turn;
  const parity = axes[0] === 0 || axes[1] === 1 || axes[2] === 2 ? (axes[0] === 0 && axes[1] === 1 ? 1 : -1) : 1;
  const handedness = parity * senses[0] * senses[1] * senses[2];
  const isUpright = axes[0] === 0 && axes[1] === 1 && senses[1] === 1 && senses[2] === 1;
  return {
    isMirrored: handedness < 0,
    isTurned: !isUpright,
    shiftMm: Math.hypot(...shift) * voxelMm,
    degrees: (Math.hypot(...rotation) * 180) / Math.PI,
  };
}
