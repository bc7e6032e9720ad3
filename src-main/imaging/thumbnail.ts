/** A scan at a glance: its three middle slices side by side (axial, coronal, sagittal), as a small PNG. */
import type { Volume } from '#shared/volume/volume.ts';
import { drawContactSheet } from './contactSheet.ts';

/** `low` and `high` are the intensities shown as black and as white. Returns the bytes of a greyscale PNG. */
export function drawThumbnail(volume: Volume, { low, high }: { low: number; high: number }): Uint8Array {
  return drawContactSheet([{ volume, low, high }], { columns: 1, margin: 0 });
}
