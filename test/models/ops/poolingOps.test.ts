import { beforeAll, describe, expect, it } from 'vitest';
import type * as TensorFlow from '@tensorflow/tfjs';
import { maxPool } from '#models/ops/maxPool.ts';
import { resizeLinear } from '#models/ops/resizeLinear.ts';
import { finiteDifference, largestDifference, normalTensor, testEngine } from '../engine.ts';

let tf: typeof TensorFlow;
beforeAll(async () => {
  tf = await testEngine();
});

type Five = TensorFlow.Rank.R5;

describe('maxPool', () => {
  it('gives the gradient to the largest voxel of each block, to the first where there are several', async () => {
    const x = tf.tensor5d([0, 0, 0, 0, 0, 0, 0, 0, 3, 9, 9, 1, 2, 4, 5, 6], [2, 2, 2, 2, 1]);
    const gradient = tf.grad((volume) => tf.sum(tf.mul(maxPool(volume as TensorFlow.Tensor5D), 2)))(x);
    expect([...(await gradient.data())]).toEqual([2, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0]);
    tf.dispose([x, gradient]);
  });

  it('is the engine’s own where no two voxels are alike, on odd sides too', async () => {
    const x = normalTensor<Five>(tf, [2, 5, 4, 7, 3], 1);
    const weights = normalTensor<Five>(tf, [2, 2, 2, 3, 3], 2);
    const gradientOf = (pool: (volume: TensorFlow.Tensor5D) => TensorFlow.Tensor5D): TensorFlow.Tensor =>
      tf.grad((volume) => tf.sum(tf.mul(pool(volume as TensorFlow.Tensor5D), weights)))(x);
    const ours = gradientOf(maxPool);
    const theirs = gradientOf((volume) => tf.maxPool3d(volume, 2, 2, 'valid'));
    expect(await largestDifference(tf, ours, theirs)).toBe(0);
    tf.dispose([x, weights, ours, theirs]);
  });
});

describe('the gradient of maxPool', () => {
  it('is itself differentiable', async () => {
    const x = normalTensor<Five>(tf, [1, 4, 4, 5, 2], 3);
    const weights = normalTensor<Five>(tf, [1, 2, 2, 2, 2], 4);
    const penalty = (at: TensorFlow.Tensor): TensorFlow.Tensor => {
      const pooled = (y: TensorFlow.Tensor): TensorFlow.Tensor =>
        tf.sum(tf.mul(tf.square(maxPool(y as TensorFlow.Tensor5D)), weights));
      return tf.sum(tf.square(tf.grad(pooled)(at)));
    };
    const gradient = tf.grad(penalty)(x);
    const values = await gradient.data();
    for (const index of [0, 37, 80, 111]) {
      const expected = await finiteDifference(tf, penalty, { at: x, index, step: 1e-3 });
      expect(Math.abs((values[index] ?? NaN) - expected)).toBeLessThan(0.02 * Math.max(1, Math.abs(expected)));
    }
    tf.dispose([x, weights, gradient]);
  });
});

describe('resizeLinear', () => {
  it('blends neighbours by their distance and holds the faces', async () => {
    const x = tf.tensor5d([0, 1, 0, 1, 0, 1, 0, 1], [1, 2, 2, 2, 1]);
    const resized = resizeLinear(x, 4);
    expect(resized.shape).toEqual([1, 4, 4, 4, 1]);
    expect([...(await resized.data()).slice(0, 4)]).toEqual([0, 0.25, 0.75, 1]);
    tf.dispose([x, resized]);
  });

  it('repeats a single voxel', async () => {
    const x = tf.fill<Five>([1, 1, 1, 1, 2], 0.3);
    const resized = resizeLinear(x, 3);
    expect((await resized.data()).every((value) => value === Math.fround(0.3))).toBe(true);
    tf.dispose([x, resized]);
  });
});
