/** Scans at a coarser resolution: the pyramid of progressive growing (Karras et al. 2018, arXiv 1710.10196). */
import type { Volume } from '#shared/volume/volume.ts';

/** A volume of `factor` times fewer voxels a side, each the mean of the block it covers; 1 gives the volume itself. */
export function reduceVolume(volume: Volume, factor: number): Pick<Volume, 'data' | 'size'> {
  if (factor === 1) return volume;
  const [width, height, depth] = volume.size.map((side) => side / factor) as [number, number, number];
  const data = new Float32Array(width * height * depth);
  const [fullWidth, fullHeight] = volume.size;
  // Every voxel of every scan of a batch: no arrays and no branches inside.
  for (let k = 0; k < depth * factor; k++) {
    for (let j = 0; j < height * factor; j++) {
      const source = fullWidth * (j + fullHeight * k);
      const target = width * (Math.floor(j / factor) + height * Math.floor(k / factor));
      for (let i = 0; i < fullWidth; i++) data[target + Math.floor(i / factor)]! += volume.data[source + i]!;
    }
  }
  const share = 1 / factor ** 3;
  for (let voxel = 0; voxel < data.length; voxel++) data[voxel]! *= share;
  return { data, size: [width, height, depth] };
}
