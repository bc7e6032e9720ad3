/** Tensors as volumes: the last step before voxels leave the engine. */
import type * as tf from '@tensorflow/tfjs';
import type { AffineMatrix } from '#contract/records.ts';
import type { Volume } from '#shared/volume/volume.ts';

/** [n, d, h, w, 1] → n volumes of w × h × d voxels, `spacingMm` apart, the middle of the grid at 0 mm, RAS. */
export async function volumesOf(scans: tf.Tensor5D, spacingMm = 1): Promise<Volume[]> {
  const [count, depth, height, width] = scans.shape;
  const values = (await scans.data()) as Float32Array;
  const voxels = depth * height * width;
  return Array.from({ length: count }, (_, index) => ({
    size: [width, height, depth],
    affine: centredAffine([width, height, depth], spacingMm),
    data: values.slice(index * voxels, (index + 1) * voxels),
  }));
}

/** Isotropic RAS affine whose 0 mm is the middle of the grid, where import puts each brain's centre of mass. */
function centredAffine(size: readonly [number, number, number], spacingMm: number): AffineMatrix {
  const [x, y, z] = size.map((side) => (-spacingMm * (side - 1)) / 2) as [number, number, number];
  return [
    [spacingMm, 0, 0, x],
    [0, spacingMm, 0, y],
    [0, 0, spacingMm, z],
    [0, 0, 0, 1],
  ];
}
