/** Operations of growing networks: fused forms against composed ones, gradients of second order against differences. */
import { beforeAll, describe, expect, it } from 'vitest';
import type * as TensorFlow from '@tensorflow/tfjs';
import { averagePool } from '#models/ops/fusedResampling.ts';
import { registerVolumeGradients } from '#models/ops/gradients.ts';
import { leakyReluPixelNorm, pixelNorm } from '#models/ops/pixelNorm.ts';
import { finiteDifference, largestDifference, normalTensor, testEngine } from '../engine.ts';

type Five = TensorFlow.Rank.R5;

describe('operations of growing networks', () => {
  let tf: typeof TensorFlow;
  beforeAll(async () => {
    tf = await testEngine();
    registerVolumeGradients();
  });

  it('leaky ReLU and pixelwise normalisation in one have the value and the gradient of the two', async () => {
    const x = normalTensor<Five>(tf, [2, 3, 4, 5, 6], 1);
    const target = normalTensor<Five>(tf, [2, 3, 4, 5, 6], 2);
    const composed = (y: TensorFlow.Tensor): TensorFlow.Tensor =>
      pixelNorm(tf.sub(tf.relu(y), tf.mul(tf.relu(tf.neg(y)), 0.2)));
    const loss = (y: TensorFlow.Tensor): TensorFlow.Scalar => tf.sum(tf.mul(tf.square(y), target));
    expect(await largestDifference(tf, leakyReluPixelNorm(x, 0.2), composed(x))).toBeLessThan(1e-5);
    const fused = tf.grad((y) => loss(leakyReluPixelNorm(y, 0.2)))(x);
    expect(await largestDifference(tf, fused, tf.grad((y) => loss(composed(y)))(x))).toBeLessThan(1e-4);
  });

  it('average pooling has the gradient of a gradient', async () => {
    const x = normalTensor<Five>(tf, [1, 4, 4, 2, 2], 3);
    const penalty = (y: TensorFlow.Tensor): TensorFlow.Scalar => {
      const slope = tf.grad((z) => tf.sum(tf.pow(averagePool(z as TensorFlow.Tensor5D), 3)))(y);
      return tf.sum(tf.square(slope));
    };
    const [gradient] = [await tf.grad(penalty)(x).data()];
    for (const index of [0, 17, 63]) {
      const expected = await finiteDifference(tf, penalty, { at: x, index, step: 1e-2 });
      expect(Math.abs((gradient[index] as number) - expected)).toBeLessThan(0.02 * Math.max(0.1, Math.abs(expected)));
    }
  });
});
