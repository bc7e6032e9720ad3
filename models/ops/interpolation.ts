/**
 * Cubic convolution (Keys 1981, IEEE TASSP 29:1153, a = −1/2) onto a grid that is finer by whole factors, block-centred:
 * fine voxel h is at coarse coordinate (h − (f − 1) / 2) / f. Exact for polynomials up to the second degree. Beyond its
 * faces a volume goes on mirrored (c b a | a b c).
 */
import * as tf from '@tensorflow/tfjs';
import type { Strides } from './kernels.ts';
import { voxelShuffle } from './voxelShuffle.ts';

/** Coarse voxels to either side that a fine one depends on. */
export const interpolationReach = 2;

function cubicWeight(distance: number): number {
  const x = Math.abs(distance);
  if (x <= 1) return (1.5 * x - 2.5) * x * x + 1;
  return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
}

/** [taps, f]: what each of the f fine voxels takes of the coarse ones around it. */
function axisWeights(f: number): tf.Tensor2D {
  if (f === 1) return tf.ones([1, 1]);
  const rows = Array.from({ length: 2 * interpolationReach + 1 }, (_, tap) =>
    Array.from({ length: f }, (__, fine) => cubicWeight((fine - (f - 1) / 2) / f - (tap - interpolationReach))),
  );
  return tf.tensor2d(rows);
}

/** x [b, d, h, w, 1] → [b, fd · d, fh · h, fw · w, 1]; every side of at least two voxels. */
export function interpolateCubic(x: tf.Tensor5D, factors: Strides): tf.Tensor5D {
  return tf.tidy(() => {
    const [kd, kh, kw] = factors.map(axisWeights) as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
    const outer = (a: tf.Tensor, b: tf.Tensor): tf.Tensor => tf.outerProduct(a.flatten(), b.flatten());
    const fine = factors[0] * factors[1] * factors[2];
    const kernel: tf.Tensor5D = outer(outer(kd, kh), kw)
      .reshape([kd.shape[0], factors[0], kh.shape[0], factors[1], kw.shape[0], factors[2]])
      .transpose([0, 2, 4, 1, 3, 5]) // taps first
      .reshape([kd.shape[0], kh.shape[0], kw.shape[0], 1, fine]);
    const border = factors.map((f): [number, number] => (f === 1 ? [0, 0] : [interpolationReach, interpolationReach]));
    const padded = tf.mirrorPad(x, [[0, 0], ...border, [0, 0]], 'symmetric');
    return voxelShuffle(tf.conv3d(padded, kernel, 1, 'valid'), factors);
  });
}
