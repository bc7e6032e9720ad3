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
const resampled = (strides: Strides): readonly number[] => [0, 1, 2].filter((axis) => strides[axis] === 2);

/**
 * Sum of the one-voxel shifts along the axes of stride 2: [3, 3, 3, in, out] → [4, 4, 4, in, out] for all three. Linear;
 * `unfoldKernel` is its adjoint.
 */
export function foldKernel(kernel: tf.Tensor5D, strides = everyAxis): tf.Tensor5D {
  return tf.tidy(() => {
    let folded = kernel;
    for (const axis of resampled(strides)) {
      folded = tf.add(tf.pad(folded, paddingOf(axis, 0, 1)), tf.pad(folded, paddingOf(axis, 1, 0)));
    }
    return folded; // 4 along the axes of stride 2
  });
}

/** The adjoint of `foldKernel`, which carries a gradient back: [4, 4, 4, in, out] → [3, 3, 3, in, out]. */
export function unfoldKernel(gradient: tf.Tensor5D, strides = everyAxis): tf.Tensor5D {
  return tf.tidy(() => {
    let unfolded = gradient;
    for (const axis of resampled(strides)) {
      const size = unfolded.shape.map((length, index) => (index === axis ? length - 1 : length));
      const late = size.map((_, index) => (index === axis ? 1 : 0));
      unfolded = tf.add(
        tf.slice(unfolded, [0, 0, 0, 0, 0], size as Size5),
        tf.slice(unfolded, late as Size5, size as Size5),
      );
    }
    return unfolded; // [3, 3, 3, in, out]
  });
}

type Size5 = [number, number, number, number, number];

function paddingOf(axis: number, before: number, after: number): [number, number][] {
  return [0, 1, 2, 3, 4].map((index) => (index === axis ? [before, after] : [0, 0]));
}

/** A folded kernel [4, 4, 4, in, out] as the transposed convolution wants it: mirrored, [4, 4, 4, out, in]. Its own inverse. */
export function mirrorKernel(kernel: tf.Tensor5D): tf.Tensor5D {
  return tf.tidy(() => tf.transpose(tf.reverse(kernel, [0, 1, 2]), [0, 1, 2, 4, 3]));
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
