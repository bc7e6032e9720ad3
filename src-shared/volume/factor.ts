/**
 * By how much a grid is finer than another along right, anterior and superior, and how the two lie on each other: every
 * voxel of the coarse grid is a block of `factor` voxels of the fine one. Coarse voxel i is centred at fine coordinate
 * f · i + (f − 1) / 2, so the outer faces of both grids coincide.
 */
import type { AffineMatrix } from '../contract/records.ts';
import { AppError } from '../contract/errors.ts';
import { multiplyAffines, type Vector3 } from './affine.ts';

/** Fine voxels in a coarse one along x, y, z of a grid in RAS order; whole numbers, one of them at least 2. */
export type Factor = Vector3;

/** What a scanner's voxel sees of the tissue around it, for a voxel f times as long as those of the truth. */
export const sliceProfiles = ['gaussian', 'box', 'kspace'] as const;
export type SliceProfile = (typeof sliceProfiles)[number];

const largestFactor = 8;
const wholeNumber = /^[1-9]\d*$/;

/**
 * '2' or 2 for all three axes, '1x1x4' one by one (× counts as x). Throws AppError 'usage' for anything else, for
 * '1', which changes nothing, and beyond 8.
 */
export function parseFactor(value: string | number): Factor {
  const parts = String(value).trim().toLowerCase().split(/[x×]/);
  const numbers = parts.map((part) => (wholeNumber.test(part) ? Number(part) : NaN));
  const [x = NaN, y = x, z = x] = numbers;
  const isKnown = numbers.length === 1 || numbers.length === 3;
  if (!isKnown || ![x, y, z].every((along) => along <= largestFactor) || Math.max(x, y, z) === 1) {
    throw new AppError(
      'usage',
      `'${String(value)}' is no factor. Give one whole number of 2 to ${String(largestFactor)} for all axes, such as 2, ` +
        'or three for right, anterior and superior, such as 1x1x4.',
    );
  }
  return [x, y, z];
}

/** '2' where all axes agree, else '1x1x4': what parseFactor reads. */
export function formatFactor([x, y, z]: Factor): string {
  return x === y && y === z ? String(x) : [x, y, z].join('x');
}

/** The affine of the grid whose voxels are blocks of `factor` voxels of a grid with affine `fine`. */
export function coarseAffine(fine: AffineMatrix, factor: Factor): AffineMatrix {
  return multiplyAffines(fine, placement(factor));
}

/** The affine of the grid that has `factor` voxels in each voxel of a grid with affine `coarse`. */
export function fineAffine(coarse: AffineMatrix, [x, y, z]: Factor): AffineMatrix {
  return multiplyAffines(coarse, placement([1 / x, 1 / y, 1 / z]));
}

/** Scale by `f` about the grid's outer corner, in voxel indices. */
function placement([x, y, z]: Vector3): AffineMatrix {
  return [
    [x, 0, 0, (x - 1) / 2],
    [0, y, 0, (y - 1) / 2],
    [0, 0, z, (z - 1) / 2],
    [0, 0, 0, 1],
  ];
}
