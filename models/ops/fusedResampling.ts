/**
 * Two exact identities that make resampling blocks two to three times cheaper:
 * nearest ×2 upsampling followed by a 3³ convolution is one transposed convolution of stride 2 with a 4³ kernel (along
 * some axes only: stride 2 and 4 taps along those), and a 3³ convolution followed by 2³ average pooling is one convolution of stride 2 with the same kernel divided by 8
 * (the `fused_scale` of Karras et al. 2018, arXiv 1710.10196, in three dimensions).
 */
import * as tf from '@tensorflow/tfjs';
import { biasedConvolution, type BiasedConvolution } from './biasedConvolution.ts';
import { customOperation } from './customOperation.ts';
import type { Shape5, Strides } from './kernels.ts';
import { transposedConvolution } from './transposedConvolution.ts';

/** Along which axes a resampling changes the size. */
const everyAxis: Strides = [2, 2, 2];

/**
 * Sum of the one-voxel shifts along the axes of stride 2: [3, 3, 3, in, out] → [4, 4, 4, in, out] for all three. Linear;
 * `unfoldKernel` is its adjoint. Each is one matrix product, where shifts by padding pass over the kernel nine times.
 */
export function foldKernel(kernel: tf.Tensor5D, strides = everyAxis): tf.Tensor5D {
  const [, , , into, out] = kernel.shape;
  return tf.tidy(() => {
    const folded = tf.matMul(shifts(strides), tf.reshape(kernel, [taps ** 3, into * out]));
    return tf.reshape(folded, [...foldedSize(strides), into, out]); // 4 along the axes of stride 2
  });
}

/** The adjoint of `foldKernel`, which carries a gradient back: [4, 4, 4, in, out] → [3, 3, 3, in, out]. */
export function unfoldKernel(gradient: tf.Tensor5D, strides = everyAxis): tf.Tensor5D {
  const [depth, height, width, into, out] = gradient.shape;
  return tf.tidy(() => {
    const unfolded = tf.matMul(shifts(strides), tf.reshape(gradient, [depth * height * width, into * out]), true);
    return tf.reshape(unfolded, [taps, taps, taps, into, out]);
  });
}

const taps = 3;
const foldedSize = (strides: Strides): Strides => {
  const [depth, height, width] = strides;
  return [taps - 1 + depth, taps - 1 + height, taps - 1 + width];
};

/** Taps of a kernel → those of the folded one: [4³, 3³] for all axes. */
function shifts(strides: Strides): tf.Tensor2D {
  const [depth, height, width] = foldedSize(strides);
  const takes = (axis: 0 | 1 | 2, to: number, from: number): boolean =>
    to === from || (strides[axis] === 2 && to === from + 1);
  const rows = Array.from({ length: depth * height * width }, (_, to) =>
    Array.from({ length: taps ** 3 }, (__, from) => {
      const isTaken =
        takes(0, Math.floor(to / (height * width)), Math.floor(from / taps ** 2)) &&
        takes(1, Math.floor(to / width) % height, Math.floor(from / taps) % taps) &&
        takes(2, to % width, from % taps);
      return isTaken ? 1 : 0;
    }),
  );
  return tf.tensor2d(rows);
}

/**
 * A kernel [k, k, k, in, out] as the transposed convolution wants it: mirrored, [k, k, k, out, in]. Its own inverse; before
 * folding or after, which is the same and costs more.
 */
export function mirrorKernel(kernel: tf.Tensor5D): tf.Tensor5D {
  const [depth, height, width, into, out] = kernel.shape;
  return tf.tidy(() => {
    const reversed = tf.reshape<tf.Rank.R3>(tf.reverse(kernel, [0, 1, 2]), [depth * height * width, into, out]);
    return tf.reshape(tf.transpose(reversed, [0, 2, 1]), [depth, height, width, out, into]); // of three axes: twice as fast
  });
}

/**
 * Nearest upsampling by the strides (2, or 1 to leave an axis as it is), then a 3³ 'same' convolution, as one operation:
 * x [b, d, h, w, in] → [b, 2d, 2h, 2w, out]. `mirrored` [4, 4, 4, out, in] is `mirrorKernel(foldKernel(kernel))`.
 * Differentiable to any order.
 */
export function upsampleConvolve(x: tf.Tensor5D, mirrored: tf.Tensor5D, strides = everyAxis): tf.Tensor5D {
  const [batch, depth, height, width] = x.shape;
  const [alongDepth, alongHeight, alongWidth] = strides;
  const shape: Shape5 = [batch, alongDepth * depth, alongHeight * height, alongWidth * width, mirrored.shape[3]];
  return transposedConvolution(shape, x, mirrored, strides);
}

/**
 * A 3³ 'same' convolution, then 2³ average pooling, as one operation: x [b, 2d, 2h, 2w, in] → [b, d, h, w, out].
 * `folded` [4, 4, 4, in, out] is `foldKernel(kernel)`; the division by 8 is done here. Where asked, a bias and a leaky ReLU
 * follow. Differentiable to any order.
 */
export function convolveDownsample(
  x: tf.Tensor5D,
  folded: tf.Tensor5D,
  after?: Pick<BiasedConvolution, 'bias' | 'slope'>,
): tf.Tensor5D {
  const filter = tf.div<tf.Tensor5D>(folded, 8);
  return after === undefined ? tf.conv3d(x, filter, 2, 'same') : biasedConvolution(x, filter, { ...after, stride: 2 });
}

/** Nearest ×2 upsampling by itself, differentiable to any order: [b, d, h, w, c] → [b, 2d, 2h, 2w, c]. */
export function upsampleNearest(x: tf.Tensor5D): tf.Tensor5D {
  const [batch, depth, height, width, channels] = x.shape;
  const twice = (flat: tf.Tensor): tf.Tensor => tf.stack([flat, flat], 1); // each row, twice
  const alongDepth = twice(tf.reshape(x, [batch * depth, height * width * channels])); // [b·d, 2, h·w·c]
  const alongHeight = twice(tf.reshape(alongDepth, [batch * depth * 2 * height, width * channels])); // [b·2d·h, 2, w·c]
  const alongWidth = twice(tf.reshape(alongHeight, [batch * depth * 4 * height * width, channels])); // [b·2d·2h·w, 2, c]
  return tf.reshape(alongWidth, [batch, 2 * depth, 2 * height, 2 * width, channels]);
}

/**
 * Means of 2³ voxels, differentiable to any order: [b, 2d, 2h, 2w, c] → [b, d, h, w, c]. Also the trilinear reduction by
 * 2 of pixels with unaligned corners, which is the same.
 */
export function averagePool(x: tf.Tensor5D): tf.Tensor5D {
  return customOperation<tf.Tensor5D>({
    inputs: [x],
    forward: () => tf.avgPool3d(x, 2, 2, 'valid'),
    gradient: (dy) => [tf.div(upsampleNearest(dy), 8)],
  });
}
