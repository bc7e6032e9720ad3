/** Which voxels of a scan on a cubic grid are brain, and where the head lies in it. */
import type { Vector3 } from '#shared/volume/affine.ts';
import { clearEnclosed, keepLargestRegion } from '../regions.ts';

export interface CubicGrid {
  /** Voxels along each axis; x fastest, RAS. */
  readonly side: number;
  readonly spacingMm: number;
}

export interface BrainVoxels extends CubicGrid {
  /** 1 in the brain. */
  readonly mask: Uint8Array;
  /** Indices of the brain's voxels in the volume, ascending. */
  readonly places: Int32Array;
}

/** Background of scans on a grid. */
const background = -1;

/** The largest region that is not background, with what it encloses. Of an empty scan there are no voxels. */
export function brainVoxels(voxels: Float32Array, { side, spacingMm }: CubicGrid): BrainVoxels {
  const mask = Uint8Array.from(voxels, (value) => (value > background ? 1 : 0));
  keepLargestRegion(mask, [side, side, side]);
  clearEnclosed(mask, [side, side, side], 0);
  const places = new Int32Array(mask.reduce((sum, one) => sum + one, 0));
  let count = 0;
  for (let index = 0; index < mask.length; index++) if (mask[index] === 1) places[count++] = index;
  return { side, spacingMm, mask, places };
}

/** Column, row and plane of a voxel. */
export function placeOf(index: number, side: number): Vector3 {
  return [index % side, Math.floor(index / side) % side, Math.floor(index / (side * side))];
}

/** From a voxel's place to where it lies in a head of usual size and pose, in mm: to the right, forward, up. */
export type HeadFrame = (index: number) => Vector3;

/**
 * Standard deviations in mm of a brain's voxels across, along and over its long axis: means of the ten anatomies of the
 * test cohort that the frame was made on.
 */
const usualDeviations = [31.5, 39, 27.5] as const;
/** Pitches of the long axis against the floor; others come of cut or broken brains. */
const leastPitch = -0.2;
const mostPitch = 1;

/**
 * The frame of the brain's own second moments: origin in its centre of mass, the long axis in the midplane turned level,
 * each axis scaled to a usual brain. Brains of any size and nodding of the head come to lie on one another, roughly.
 */
export function headFrame({ side, spacingMm, places }: BrainVoxels): HeadFrame {
  const centre = [0, 0, 0];
  for (const index of places) placeOf(index, side).forEach((value, axis) => (centre[axis]! += value / places.length));
  const [cx, cy, cz] = centre as [number, number, number];
  let [xx, yy, zz, yz] = [0, 0, 0, 0];
  for (const index of places) {
    const [i, j, k] = placeOf(index, side);
    xx += (i - cx) ** 2;
    yy += (j - cy) ** 2;
    zz += (k - cz) ** 2;
    yz += (j - cy) * (k - cz);
  }
  const pitch = Math.min(mostPitch, Math.max(leastPitch, 0.5 * Math.atan2(2 * yz, yy - zz)));
  const [cosine, sine] = [Math.cos(pitch), Math.sin(pitch)];
  const along = yy * cosine ** 2 + 2 * yz * sine * cosine + zz * sine ** 2;
  const over = yy * sine ** 2 - 2 * yz * sine * cosine + zz * cosine ** 2;
  const scales = [xx, along, over].map((square, axis) => {
    const deviationMm = Math.sqrt(square / places.length) * spacingMm;
    return deviationMm > 0 ? (usualDeviations[axis]! / deviationMm) * spacingMm : spacingMm;
  });
  return (index) => {
    const [i, j, k] = placeOf(index, side);
    const [x, y, z] = [i - cx, j - cy, k - cz];
    return [scales[0]! * x, scales[1]! * (cosine * y + sine * z), scales[2]! * (cosine * z - sine * y)];
  };
}
