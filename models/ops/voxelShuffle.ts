/** From channels to voxels: the sub-pixel rearrangement of Shi et al. 2016 (arXiv 1609.07009) in three dimensions. */
import type * as tf from '@tensorflow/tfjs';
import type { Strides } from './kernels.ts';

/** [b, d, h, w, sd · sh · sw · c] → [b, sd · d, sh · h, sw · w, c]; channels are ordered [sd, sh, sw, c]. */
export function voxelShuffle(x: tf.Tensor5D, [alongDepth, alongHeight, alongWidth]: Strides): tf.Tensor5D {
  const [batch, depth, height, width, maps] = x.shape;
  const channels = maps / (alongDepth * alongHeight * alongWidth);
  return x
    .reshape([batch, depth, height, width, alongDepth, alongHeight, alongWidth * channels]) // those along w stay together
    .transpose([0, 1, 4, 2, 5, 3, 6]) // [b, d, sd, h, sh, w, sw · c]
    .reshape([batch, alongDepth * depth, alongHeight * height, alongWidth * width, channels]);
}
