import { beforeAll, describe, expect, it } from 'vitest';
import type * as TensorFlow from '@tensorflow/tfjs';
import { maxPool } from '#models/ops/maxPool.ts';
import { resizeLinear } from '#models/ops/resizeLinear.ts';
import { largestDifference, normalTensor, testEngine } from '../engine.ts';

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
