/** A mask on the grid of a scan made coarse. */
import type { Vector3 } from '#shared/volume/affine.ts';

/** Coarse voxels at least half of whose block lies in the mask; the mask covers whole blocks. */
export function coarseMask(mask: Uint8Array, [nx, ny, nz]: Vector3, [fx, fy, fz]: Vector3): Uint8Array {
  const [cx, cy] = [nx / fx, ny / fy];
  const counts = new Uint16Array((nx * ny * nz) / (fx * fy * fz));
  for (let z = 0, at = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      const row = cx * (Math.floor(y / fy) + cy * Math.floor(z / fz));
      for (let x = 0; x < nx; x++, at++) counts[row + Math.floor(x / fx)] = (counts[row + Math.floor(x / fx)] ?? 0) + (mask[at] ?? 0); // prettier-ignore
    }
  }
  return Uint8Array.from(counts, (count) => (2 * count >= fx * fy * fz ? 1 : 0));
}
