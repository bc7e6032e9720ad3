/** Tells whether the brain goes on beyond the edge of the scan. */
import type { Vector3 } from '#shared/volume/affine.ts';
import type { BrainMask } from './brainMask.ts';

/** A section of the brain on a face, as a share of its largest: a brain that ends there is tapering, far below it. */
const mostOnFace = 0.5;

/** Names of the faces of a RAS volume, first and last along each axis. */
const faceNames = [
  ['left', 'right'],
  ['back', 'front'],
  ['bottom', 'top'],
] as const;

/** Voxels of the mask in each plane across `axis`. */
function sectionsOf(mask: Uint8Array, [nx, ny, nz]: Vector3, axis: 0 | 1 | 2): Float64Array {
  const sections = new Float64Array([nx, ny, nz][axis] ?? 0);
  for (let z = 0, index = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      for (let x = 0; x < nx; x++, index++) sections[axis === 0 ? x : axis === 1 ? y : z]! += mask[index]!;
    }
  }
  return sections;
}

/** The faces of a RAS volume of `size` voxels at which the brain is cut off, in words: 'left', 'top' … */
export function cutOffFaces({ mask, box }: Pick<BrainMask, 'mask' | 'box'>, size: Vector3): string[] {
  return ([0, 1, 2] as const).flatMap((axis) => {
    const sections = sectionsOf(mask, box.size, axis);
    const limit = mostOnFace * sections.reduce((most, section) => Math.max(most, section), 0);
    const first = -box.first[axis];
    return [first, first + size[axis] - 1].flatMap((plane, end) =>
      (sections[plane] ?? 0) > limit ? [faceNames[axis][end === 0 ? 0 : 1]] : [],
    );
  });
}
