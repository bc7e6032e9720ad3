/**
 * Slice profiles: the weights with which a coarse voxel sees the fine voxels along one axis. All sum to 1 and are
 * symmetric about the middle of the block of `f` fine voxels that the coarse voxel covers.
 *
 * - `gaussian`: full width at half maximum = slice thickness = f fine voxels, cut off at three standard deviations.
 * - `box`: the mean of the block.
 * - `kspace`: truncation of k-space at the coarse grid's Nyquist frequency. The exact kernel, a sinc, never ends; here a
 *   Lanczos window ends it after six coarse voxels (Duchon 1979, J. Appl. Meteorol. 18:1016), so that patches can be
 *   made as whole scans are. Scanners apodise for the same reason; what is left of the ringing is about half.
 */
import type { Vector3 } from '#shared/volume/affine.ts';
import type { Factor, SliceProfile } from '#shared/volume/factor.ts';

const gaussianDeviations = 3;
const fwhmPerDeviation = 2 * Math.sqrt(2 * Math.LN2);
const lanczosVoxels = 6;

const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));

/** Fine voxels beyond the block on either side. */
function reachAlong(f: number, profile: SliceProfile): number {
  if (f === 1) return 0;
  const half = (f - 1) / 2; // from the middle of the block to its outermost voxel
  switch (profile) {
    case 'gaussian':
      return Math.floor((gaussianDeviations * f) / fwhmPerDeviation - half);
    case 'box':
      return 0;
    case 'kspace':
      return Math.ceil(lanczosVoxels * f - half) - 1; // the window is zero at its end
  }
}

function weightAt(distance: number, f: number, profile: SliceProfile): number {
  switch (profile) {
    case 'gaussian':
      return Math.exp(-0.5 * ((distance * fwhmPerDeviation) / f) ** 2);
    case 'box':
      return 1;
    case 'kspace':
      return sinc(distance / f) * sinc(distance / f / lanczosVoxels);
  }
}

/** How far a coarse voxel sees beyond its own block, in fine voxels on either side along x, y, z: the halo of a patch. */
export function profileReach([x, y, z]: Factor, profile: SliceProfile): Vector3 {
  return [reachAlong(x, profile), reachAlong(y, profile), reachAlong(z, profile)];
}

/** f + 2 · reach weights that sum to 1; along an axis that is not made coarser the single weight 1. */
export function profileWeights(f: number, profile: SliceProfile): Float64Array {
  const reach = reachAlong(f, profile);
  const middle = reach + (f - 1) / 2;
  const weights = Float64Array.from({ length: f + 2 * reach }, (_, at) => weightAt(at - middle, f, profile));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}
