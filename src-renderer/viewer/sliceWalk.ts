/** Goes through the voxels that a pane shows, pixel by pixel, by what is nearest: what is drawn over a slice uses it. */
import { applyAffine, invertAffine, type Vector3 } from '#shared/volume/affine.ts';
import type { Volume } from '#shared/volume/volume.ts';
import { paneToWorld, type Frame, type PaneSize, type View } from './views.ts';

export interface SlicePlace {
  readonly view: View;
  readonly frame: Frame;
  readonly pane: PaneSize;
}

/** Calls `visit` with the number of the pixel (row by row from the upper left) and of its voxel, where there is one. */
export function walkSlice(
  { size, affine }: Pick<Volume, 'size' | 'affine'>,
  { view, frame, pane }: SlicePlace,
  visit: (pixel: number, voxel: number) => void,
): void {
  const toVoxel = invertAffine(affine);
  const voxelAt = (x: number, y: number): Vector3 => applyAffine(toVoxel, paneToWorld({ x, y }, view, frame, pane));
  // Pixel centres; from one to the next, voxel indices change by the same amounts everywhere.
  const start = voxelAt(0.5, 0.5);
  const [across, down] = [voxelAt(1.5, 0.5), voxelAt(0.5, 1.5)];
  const [ax, ay, az] = [across[0] - start[0], across[1] - start[1], across[2] - start[2]];
  const [dx, dy, dz] = [down[0] - start[0], down[1] - start[1], down[2] - start[2]];
  const [nx, ny, nz] = size;
  let pixel = 0;
  for (let row = 0; row < pane.height; row++) {
    let [x, y, z] = [start[0] + row * dx + 0.5, start[1] + row * dy + 0.5, start[2] + row * dz + 0.5];
    for (let column = 0; column < pane.width; column++, x += ax, y += ay, z += az, pixel++) {
      if (x < 0 || y < 0 || z < 0 || x >= nx || y >= ny || z >= nz) continue;
      visit(pixel, (x | 0) + nx * ((y | 0) + ny * (z | 0)));
    }
  }
}
