/** Blocks of a volume that may reach beyond its faces, where the volume goes on mirrored (d c b a | a b c d | d c b a). */
import type { Vector3 } from '#shared/volume/affine.ts';
import type { Box } from './crop.ts';

/** For every index of a line of the block: the index in the volume. */
function mirrored(first: number, length: number, side: number): Int32Array {
  return Int32Array.from({ length }, (_, at) => {
    const folded = (((first + at) % (2 * side)) + 2 * side) % (2 * side);
    return folded < side ? folded : 2 * side - 1 - folded;
  });
}

/** The voxels of `box` in double precision, x fastest. */
export function mirroredBlock(data: Float32Array, [nx, ny, nz]: Vector3, { first, size }: Box): Float64Array {
  const xs = mirrored(first[0], size[0], nx);
  const ys = mirrored(first[1], size[1], ny);
  const zs = mirrored(first[2], size[2], nz);
  const block = new Float64Array(size[0] * size[1] * size[2]);
  let to = 0;
  for (const z of zs) {
    for (const y of ys) {
      const row = nx * (y + ny * z);
      for (const x of xs) block[to++] = data[row + x]!;
    }
  }
  return block;
}
