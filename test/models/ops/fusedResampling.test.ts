import { beforeAll, describe, expect, it } from 'vitest';
import type * as TensorFlow from '@tensorflow/tfjs';
import {
  convolveDownsample,
  foldKernel,
  mirrorKernel,
  unfoldKernel,
  upsampleConvolve,
  upsampleNearest,
} from '#models/ops/fusedResampling.ts';
import { registerVolumeGradients } from '#models/ops/gradients.ts';
import { largestDifference, normalTensor, testEngine } from '../engine.ts';

type Five = TensorFlow.Rank.R5;

describe('fused resampling', () => {
  let tf: typeof TensorFlow;
  beforeAll(async () => {
    tf = await testEngine();
    registerVolumeGradients();
  });

  it.each([
    [3, 1],
    [3, 2],
    [4, 5],
  ])('upsampling then convolving %i → %i channels equals one transposed convolution', async (into, out) => {
    const x = normalTensor<Five>(tf, [2, 4, 3, 5, into], 1);
    const kernel = normalTensor<Five>(tf, [3, 3, 3, into, out], 2);
    const fused = upsampleConvolve(x, mirrorKernel(foldKernel(kernel)));
    const plain = tf.conv3d(upsampleNearest(x), kernel, 1, 'same');
    expect(fused.shape).toEqual([2, 8, 6, 10, out]);
    expect(await largestDifference(tf, fused, plain)).toBeLessThan(2e-5);
  });

  it('convolving then average pooling equals one strided convolution', async () => {
    const x = normalTensor<Five>(tf, [2, 8, 6, 4, 3], 3);
    const kernel = normalTensor<Five>(tf, [3, 3, 3, 3, 5], 4);
    const fused = convolveDownsample(x, foldKernel(kernel));
    const plain = tf.avgPool3d(tf.conv3d(x, kernel, 1, 'same'), 2, 2, 'valid');
    expect(await largestDifference(tf, fused, plain)).toBeLessThan(2e-5);
  });

  it.each([1, 4])('gradients to image and kernel equal those of the unfused form, %i output channels', async (out) => {
    const x = normalTensor<Five>(tf, [1, 4, 4, 4, 3], 5);
    const kernel = normalTensor<Five>(tf, [3, 3, 3, 3, out], 6);
    const target = normalTensor<Five>(tf, [1, 8, 8, 8, out], 7);
    const loss = (image: TensorFlow.Tensor5D): TensorFlow.Scalar => tf.sum(tf.mul(tf.square(image), target));
    const mirrored = mirrorKernel(foldKernel(kernel));
    const [fusedX, fusedKernel] = tf.grads((image, weights) =>
      loss(upsampleConvolve(image as TensorFlow.Tensor5D, weights as TensorFlow.Tensor5D)),
    )([x, mirrored]) as [TensorFlow.Tensor5D, TensorFlow.Tensor5D];
    const [plainX, plainKernel] = tf.grads((image, weights) =>
      loss(tf.conv3d(upsampleNearest(image as TensorFlow.Tensor5D), weights as TensorFlow.Tensor5D, 1, 'same')),
    )([x, kernel]) as [TensorFlow.Tensor5D, TensorFlow.Tensor5D];
    expect(await largestDifference(tf, fusedX, plainX)).toBeLessThan(2e-3);
    expect(await largestDifference(tf, unfoldKernel(mirrorKernel(fusedKernel)), plainKernel)).toBeLessThan(2e-3);
  });

  it('unfolding is the adjoint of folding', async () => {
    const kernel = normalTensor<Five>(tf, [3, 3, 3, 2, 2], 8);
    const folded = normalTensor<Five>(tf, [4, 4, 4, 2, 2], 9);
    const [left] = await tf.sum(tf.mul(foldKernel(kernel), folded)).data();
    const [right] = await tf.sum(tf.mul(kernel, unfoldKernel(folded))).data();
    expect(left).toBeCloseTo(right as number, 3);
  });
});
