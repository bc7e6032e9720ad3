/**
 * A map of values over a scan, in colours: how uncertain a result is, where it differs. The stronger the value, the more
 * it covers; nothing covers where the map says nothing.
 */
import type { Volume } from '#shared/volume/volume.ts';
import { differenceWindow } from './intensity.ts';
import { walkSlice, type SlicePlace } from './sliceWalk.ts';

export interface ValueMap {
  readonly volume: Volume;
  /** The value, on either side of 0, from which on the colour is full. */
  readonly bound: number;
  /** Whether there are values below 0. */
  readonly isSigned: boolean;
}

/** Blue below 0, orange above: told apart with every common colour blindness. */
const mapColours = { below: [89, 166, 255], above: [255, 153, 51] } as const;

/** Full colour from the 98th percentile of the sizes of its values that are not 0. */
export const valueMapOf = (volume: Volume): ValueMap => ({
  volume,
  bound: differenceWindow(volume.data).high,
  isSigned: volume.data.some((value) => value < 0),
});

/** Fills RGBA pixels, row by row from the upper left. */
export function paintMapSlice(pixels: Uint8ClampedArray, { volume, bound }: ValueMap, place: SlicePlace): void {
  pixels.fill(0);
  walkSlice(volume, place, (pixel, voxel) => {
    const value = volume.data[voxel]!;
    const colour = value < 0 ? mapColours.below : mapColours.above;
    const to = 4 * pixel;
    pixels[to] = colour[0];
    pixels[to + 1] = colour[1];
    pixels[to + 2] = colour[2];
    pixels[to + 3] = Math.min(255, (255 * Math.abs(value)) / bound);
  });
}
