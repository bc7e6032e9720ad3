/** Whether what is kept of a scan shows a head, or part of one, and so maybe a face. */
import type { Vector3 } from '#shared/volume/affine.ts';
import type { Volume } from '#shared/volume/volume.ts';
import { BadScan } from '../badScan.ts';
import type { BrainMask } from '../brainMask.ts';
import { cropVolume } from '../crop.ts';
import { checkHead } from './head.ts';

/** Less than this is no person's: rodents, and phantoms of as few voxels. */
const smallestHeadMl = 200;
/** Voxels of air around a mask, as a share of its longest side, so that none of it counts as cut off. */
const airAround = 0.1;

/** The scan as a mask of the user's lets it through. `cut`: the mask's box. */
export function keptOf(cut: Volume, { mask, background }: Pick<BrainMask, 'mask' | 'background'>): Volume {
  const data = cut.data.map((value, at) => (mask[at] === 1 ? value : background));
  const air = Math.ceil(airAround * Math.max(...cut.size));
  const size: Vector3 = [cut.size[0] + 2 * air, cut.size[1] + 2 * air, cut.size[2] + 2 * air];
  return cropVolume({ ...cut, data }, { first: [-air, -air, -air], size }, background);
}

/** Where nothing stands out by itself there is no telling, and no face. */
export function showsHead(kept: Volume): boolean {
  try {
    const { isWholeHead, millilitres } = checkHead(kept);
    return isWholeHead && millilitres > smallestHeadMl;
  } catch (thrown) {
    if (thrown instanceof BadScan) return false;
    throw thrown;
  }
}
