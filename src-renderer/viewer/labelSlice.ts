/** Colours the slice of a label map that a pane shows, voxel by voxel and never in between: labels have no half values. */
import { applyAffine, invertAffine, type Vector3 } from '#shared/volume/affine.ts';
import type { LabelMap } from './labels.ts';
import { paneToWorld, type Frame, type PaneSize, type View } from './views.ts';

/** Fills RGBA pixels, row by row from the upper left; transparent where there is no label. */
export function paintLabelSlice(
  pixels: Uint8ClampedArray,
  { volume, labels }: LabelMap,
  place: { readonly view: View; readonly frame: Frame; readonly pane: PaneSize },
): void {
  const { view, frame, pane } = place;
  const toVoxel = invertAffine(volume.affine);
  const voxelAt = (x: number, y: number): Vector3 => applyAffine(toVoxel, paneToWorld({ x, y }, view, frame, pane));
  // Pixel centres; from one to the next, voxel indices change by the same amounts everywhere.
  const start = voxelAt(0.5, 0.5);
  const [across, down] = [voxelAt(1.5, 0.5), voxelAt(0.5, 1.5)];
  const [ax, ay, az] = [across[0] - start[0], across[1] - start[1], across[2] - start[2]];
  const [dx, dy, dz] = [down[0] - start[0], down[1] - start[1], down[2] - start[2]];
  const [nx, ny, nz] = volume.size;
  const colours = new Uint8Array(3 * (labels.length + 1));
  for (const { index, colour } of labels) colours.set(colour, 3 * index);
  pixels.fill(0);
  let to = 0;
  for (let row = 0; row < pane.height; row++) {
    let [x, y, z] = [start[0] + row * dx + 0.5, start[1] + row * dy + 0.5, start[2] + row * dz + 0.5];
    for (let column = 0; column < pane.width; column++, x += ax, y += ay, z += az, to += 4) {
      if (x < 0 || y < 0 || z < 0 || x >= nx || y >= ny || z >= nz) continue;
      const index = volume.data[(x | 0) + nx * ((y | 0) + ny * (z | 0))]!;
      if (index === 0) continue;
      pixels[to] = colours[3 * index]!;
      pixels[to + 1] = colours[3 * index + 1]!;
      pixels[to + 2] = colours[3 * index + 2]!;
      pixels[to + 3] = 255;
    }
  }
}
