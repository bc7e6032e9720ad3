/** Cuts a block out of a volume. */
import { shiftOrigin, type Vector3 } from '#shared/volume/affine.ts';
import type { Volume } from '#shared/volume/volume.ts';

export interface Box {
  /** First voxel. */
  readonly first: Vector3;
  /** Voxels along each axis. */
  readonly size: Vector3;
}

/** The smallest box around the ones of a mask, which must have some. */
export function boxOf(mask: Uint8Array, [nx, ny, nz]: Vector3): Box {
  const first: [number, number, number] = [nx, ny, nz];
  const last: [number, number, number] = [-1, -1, -1];
  for (let z = 0, at = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++, at += nx) {
      let begin = 0;
      while (begin < nx && mask[at + begin] === 0) begin++;
      if (begin === nx) continue;
      let end = nx - 1;
      while (mask[at + end] === 0) end--;
      first[0] = Math.min(first[0], begin);
      last[0] = Math.max(last[0], end);
      first[1] = Math.min(first[1], y);
      last[1] = Math.max(last[1], y);
      first[2] = Math.min(first[2], z);
      last[2] = z;
    }
  }
  return { first, size: [last[0] - first[0] + 1, last[1] - first[1] + 1, last[2] - first[2] + 1] };
}

/** The box with `pad` voxels more on every side; it may leave the volume. */
export function padBox({ first, size }: Box, pad: Vector3): Box {
  return {
    first: [first[0] - pad[0], first[1] - pad[1], first[2] - pad[2]],
    size: [size[0] + 2 * pad[0], size[1] + 2 * pad[1], size[2] + 2 * pad[2]],
  };
}

/** Copies a box out of `source` into `target`, which has the box's size and `outside` where the box leaves the volume. */
function copyBox<T extends Float32Array | Uint8Array>(
  source: T,
  [nx, ny, nz]: Vector3,
  { first, size }: Box,
  target: T,
): T {
  const beginX = Math.max(0, -first[0]);
  const endX = Math.min(size[0], nx - first[0]);
  for (let z = Math.max(0, -first[2]); z < Math.min(size[2], nz - first[2]); z++) {
    for (let y = Math.max(0, -first[1]); y < Math.min(size[1], ny - first[1]); y++) {
      const from = first[0] + nx * (first[1] + y + ny * (first[2] + z));
      target.set(source.subarray(from + beginX, from + endX), beginX + size[0] * (y + size[1] * z));
    }
  }
  return target;
}

/** The block of a mask; zero where the box leaves the volume. */
export function cropMask(mask: Uint8Array, size: Vector3, box: Box): Uint8Array {
  return copyBox(mask, size, box, new Uint8Array(box.size[0] * box.size[1] * box.size[2]));
}

/** The block of a volume, placed where it was; `outside` where the box leaves the volume. */
export function cropVolume(volume: Volume, box: Box, outside: number): Volume {
  const data = new Float32Array(box.size[0] * box.size[1] * box.size[2]);
  if (outside !== 0) data.fill(outside);
  return {
    size: box.size,
    affine: shiftOrigin(volume.affine, box.first),
    data: copyBox(volume.data, volume.size, box, data),
  };
}
