/**
 * Transposed convolution. Of stride 2 with a 4³ kernel it has two exact forms: the engine's own, and, for one or two output
 * channels (a critic's gradient towards the image, a generator's last layer), where that is slow, as one dense 3³
 * convolution to the eight parities followed by interleaving (sub-pixel form; Shi et al. 2016, arXiv 1609.07009).
 */
import * as tf from '@tensorflow/tfjs';
import { customOperation } from './customOperation.ts';
import { convolutionFilterGradient, convolutionInputGradient, type Shape5, type Strides } from './kernels.ts';
import { voxelShuffle } from './voxelShuffle.ts';

const mostSubPixelChannels = 2;

/** dy [b, d/s, h/s, w/s, out], filter [kd, kh, kw, in, out] → [b, d, h, w, in], differentiable in both. */
export function transposedConvolution(
  outputShape: Shape5,
  dy: tf.Tensor5D,
  filter: tf.Tensor5D,
  strides: Strides,
): tf.Tensor5D {
  const [kernel, , , channels] = filter.shape;
  const isEven = outputShape.slice(1, 4).every((side) => side % 2 === 0);
  const isStrideTwo = strides.every((stride) => stride === 2);
  if (!isStrideTwo || kernel !== 4 || channels > mostSubPixelChannels || !isEven) {
    return convolutionInputGradient(outputShape, dy, filter, strides);
  }
  return customOperation<tf.Tensor5D>({
    inputs: [dy, filter],
    forward: (save) => {
      save([dy, filter]);
      return voxelShuffle(tf.conv3d(dy, parityFilter(filter), 1, 'same'), strides); // [b, d, h, w, in]
    },
    gradient: (g, saved) => {
      const [savedDy, savedFilter] = saved as [tf.Tensor5D, tf.Tensor5D];
      return [
        tf.conv3d(g, savedFilter, 2, 'same'), // [b, d/2, h/2, w/2, out]
        convolutionFilterGradient(g, savedDy, savedFilter.shape, strides), // [4, 4, 4, in, out]
      ];
    },
  });
}

/**
 * With output voxel 2m + p, parity 0 reads taps 3 and 1 at input offsets −1 and 0, parity 1 reads taps 2 and 0 at
 * offsets 0 and +1. Index 4 is a tap of zeros.
 */
const tapsByParityAndOffset = [3, 1, 4, 4, 2, 0];

/** [4, 4, 4, in, out] → [3, 3, 3, out, 8·in]: the filter of the dense convolution that makes all parities at once. */
function parityFilter(filter: tf.Tensor5D): tf.Tensor5D {
  const [, , , channels, maps] = filter.shape;
  const taps = tf.tensor1d(tapsByParityAndOffset, 'int32');
  let spread: tf.Tensor = tf.pad(filter, [
    [0, 1],
    [0, 1],
    [0, 1],
    [0, 0],
    [0, 0],
  ]); // [5, 5, 5, in, out]
  for (const axis of [0, 1, 2]) spread = tf.gather(spread, taps, axis); // [6, 6, 6, in, out]
  return tf
    .reshape(spread, [2, 3, 2, 3, 2, 3, channels, maps])
    .transpose([1, 3, 5, 7, 0, 2, 4, 6]) // [3, 3, 3, out, 2, 2, 2, in]
    .reshape([3, 3, 3, maps, 8 * channels]);
}
