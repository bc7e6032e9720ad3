/** Operations of growing networks: fused forms against composed ones, gradients of second order against differences. */
import { beforeAll, describe, expect, it } from 'vitest';
import type * as TensorFlow from '@tensorflow/tfjs';
import { averagePool, upsampleNearest } from '#models/ops/fusedResampling.ts';
import { registerVolumeGradients } from '#models/ops/gradients.ts';
import { leakyReluPixelNorm, pixelNorm } from '#models/ops/pixelNorm.ts';
import { addNoise, modulate, smooth } from '#models/ops/style.ts';
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

  it('nearest upsampling, smoothed, is trilinear upsampling', async () => {
    const x = tf.tensor5d([1, 5, 2, -3], [1, 1, 2, 2, 1]);
    const plane = tf.tidy(() =>
      tf.reshape(tf.slice(smooth(upsampleNearest(x)), [0, 0, 0, 0, 0], [1, 1, 4, 4, 1]), [4, 4]),
    );
    const along = (a: number, b: number): number[] => [a, 0.75 * a + 0.25 * b, 0.25 * a + 0.75 * b, b];
    const [left, right] = [along(1, 2), along(5, -3)] as [number[], number[]];
    const expected = left.flatMap((value, row) => along(value, right[row] as number));
    expect(await largestDifference(tf, plane, tf.tensor2d(expected, [4, 4]))).toBeLessThan(1e-6);
  });

  it('noise and styles have the gradients of their composed forms', async () => {
    const x = normalTensor<Five>(tf, [2, 2, 3, 4, 3], 1);
    const noise = normalTensor<Five>(tf, [2, 2, 3, 4, 1], 2);
    const strength = normalTensor<TensorFlow.Rank.R1>(tf, [3], 3);
    const [scale, shift] = [4, 5].map((seed) => normalTensor<TensorFlow.Rank.R2>(tf, [2, 3], seed));
    const byScan = (values: TensorFlow.Tensor): TensorFlow.Tensor => tf.reshape(values, [2, 1, 1, 1, 3]);
    const loss = (y: TensorFlow.Tensor): TensorFlow.Scalar => tf.sum(tf.pow(y, 3));
    const fused = tf.grads((a, b, c, d) =>
      loss(
        modulate(
          addNoise(a as TensorFlow.Tensor5D, noise, b as TensorFlow.Tensor1D),
          c as TensorFlow.Tensor2D,
          d as TensorFlow.Tensor2D,
        ),
      ),
    )([x, strength, scale as TensorFlow.Tensor, shift as TensorFlow.Tensor]);
    const composed = tf.grads((a, b, c, d) => loss(tf.add(tf.mul(tf.add(a, tf.mul(noise, b)), byScan(c)), byScan(d))))([
      x,
      strength,
      scale as TensorFlow.Tensor,
      shift as TensorFlow.Tensor,
    ]);
    for (const [index, gradient] of fused.entries()) {
      const reference = composed[index] as TensorFlow.Tensor;
      const [size] = await tf.max(tf.abs(reference)).data();
      expect(await largestDifference(tf, gradient, reference)).toBeLessThan(1e-5 * (size as number) + 1e-4);
    }
  });
});
