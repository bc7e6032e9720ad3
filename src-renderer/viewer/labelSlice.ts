/** Colours the slice of a label map that a pane shows, voxel by voxel and never in between: labels have no half values. */
import type { LabelMap } from './labels.ts';
import { walkSlice, type SlicePlace } from './sliceWalk.ts';

/** Fills RGBA pixels, row by row from the upper left; transparent where there is no label. */
export function paintLabelSlice(pixels: Uint8ClampedArray, { volume, labels }: LabelMap, place: SlicePlace): void {
  const colours = new Uint8Array(3 * (labels.length + 1));
  for (const { index, colour } of labels) colours.set(colour, 3 * index);
  pixels.fill(0);
  walkSlice(volume, place, (pixel, voxel) => {
    const index = volume.data[voxel]!;
    if (index === 0) return;
    const to = 4 * pixel;
    pixels[to] = colours[3 * index]!;
    pixels[to + 1] = colours[3 * index + 1]!;
    pixels[to + 2] = colours[3 * index + 2]!;
    pixels[to + 3] = 255;
  });
}
