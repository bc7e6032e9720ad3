/** A volume where an alignment puts it: the same voxels, another affine. */
import type { Alignment } from '#contract/records.ts';
import { multiplyAffines } from '#shared/volume/affine.ts';
import type { Volume } from '#shared/volume/volume.ts';

/** Without an alignment the volume itself. */
export function moveVolume(volume: Volume, alignment: Alignment | null): Volume {
  return alignment === null ? volume : { ...volume, affine: multiplyAffines(alignment.matrix, volume.affine) };
}
