/** The spacing of a dataset's grid when the user leaves it to us. */
import type { Vector3 } from '#shared/volume/affine.ts';

/** Voxels kept free on each side of the largest brain: two, less on small grids, where two would be much. */
const mostMargin = 2;
const marginShare = 0.04;
/** Spacings are multiples of this fraction of a millimetre, exact in single precision: a header repeats them exactly. */
const stepMm = 1 / 1024;

/**
 * The smallest spacing in mm at which every brain fits into a cube of `grid` voxels around its centre with a margin.
 * `reachesMm`: how far each brain reaches from its centre along the RAS axes; at least one.
 */
export function chooseSpacing(reachesMm: readonly Vector3[], grid: number): number {
  const farthest = Math.max(...reachesMm.map((reach) => Math.max(...reach)));
  const margin = Math.min(mostMargin, marginShare * grid);
  const exact = farthest / (grid / 2 - margin);
  const step = exact > 1 ? stepMm : stepMm / 1024; // small animals have small brains
  return Math.ceil(exact / step) * step;
}
