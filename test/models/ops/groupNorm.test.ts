import { beforeAll, describe, expect, it } from 'vitest';
import type * as TensorFlow from '@tensorflow/tfjs';
import { groupMoments, groupNormRelu, mergeMoments } from '#models/ops/groupNorm.ts';
import { finiteDifference, largestDifference, normalTensor, testEngine } from '../engine.ts';

describe('groupNormRelu', () => {
  let tf: typeof TensorFlow;
  beforeAll(async () => {
    tf = await testEngine();
  });
  const shape: [number, number, number, number, number] = [2, 3, 4, 2, 6];
  const groups = 3;

  it('is what its definition says: each group to mean 0 and variance 1, gain, shift, ReLU', async () => {
    const x = tf.tidy(() => tf.add<TensorFlow.Tensor5D>(normalTensor(tf, shape, 1), 5));
    const gamma = normalTensor<TensorFlow.Rank.R1>(tf, [6], 2);
    const beta = normalTensor<TensorFlow.Rank.R1>(tf, [6], 3);
    const expected = tf.tidy(() => {
      const grouped = tf.reshape(x, [2, 24, groups, 2]);
      const { mean, variance } = tf.moments(grouped, [1, 3], true);
      const normalised = tf.reshape(tf.div(tf.sub(grouped, mean), tf.sqrt(tf.add(variance, 1e-5))), shape);
      return tf.relu(tf.add(tf.mul(normalised, gamma), beta));
    });
    const actual = groupNormRelu({ x, groups, gamma, beta });
    expect(await largestDifference(tf, actual, expected)).toBeLessThan(1e-5);
    tf.dispose([x, gamma, beta, expected, actual]);
  });

  it('has the gradients of finite differences, in input, gain and shift', async () => {
    const x = normalTensor<TensorFlow.Rank.R5>(tf, shape, 4);
    const gamma = tf.tensor1d([0.5, 1, 1.5, -1, 2, 0.8]);
    const beta = tf.tensor1d([0.1, -0.2, 0.3, 0.4, 0, -0.5]);
    const weights = normalTensor<TensorFlow.Rank.R5>(tf, shape, 5);
    const inputs: TensorFlow.Tensor[] = [x, gamma, beta];
    const loss = (...of: TensorFlow.Tensor[]): TensorFlow.Tensor =>
      tf.sum(
        tf.mul(
          groupNormRelu({
            x: of[0] as TensorFlow.Tensor5D,
            groups,
            gamma: of[1] as TensorFlow.Tensor,
            beta: of[2] as TensorFlow.Tensor,
          }),
          weights,
        ),
      );
    const gradients = tf.grads(loss)(inputs);
    for (const [which, at] of inputs.entries()) {
      const values = await (gradients[which] as TensorFlow.Tensor).data();
      for (const index of [0, 2, 5]) {
        const f = (moved: TensorFlow.Tensor): TensorFlow.Tensor => loss(...inputs.with(which, moved));
        const expected = await finiteDifference(tf, f, { at, index, step: 1e-2 });
        expect(Math.abs((values[index] ?? Number.NaN) - expected)).toBeLessThan(0.03 * Math.max(1, Math.abs(expected)));
      }
    }
    tf.dispose([...inputs, weights, ...gradients]);
  });

  it('merges the moments of parts into those of the whole, without losing digits to a large mean', async () => {
    const x = tf.tidy(() => tf.add<TensorFlow.Tensor5D>(normalTensor(tf, shape, 6), 1000));
    const difference = tf.tidy(() => {
      const parts = [
        [0, 1],
        [1, 2],
      ].map(([first, length]) =>
        groupMoments(tf.slice(x, [0, first ?? 0, 0, 0, 0], [-1, length ?? 1, -1, -1, -1]), groups),
      );
      const [merged, whole] = [parts.reduce(mergeMoments), groupMoments(x, groups)];
      expect(merged.count).toBe(whole.count);
      return tf.max(tf.abs(tf.sub(merged.variance, whole.variance)));
    });
    expect((await difference.data())[0]).toBeLessThan(1e-3);
    tf.dispose([x, difference]);
  });
});
