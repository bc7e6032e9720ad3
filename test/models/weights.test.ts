import { beforeAll, describe, expect, it } from 'vitest';
import type * as TensorFlow from '@tensorflow/tfjs';
import { createNetwork, prepareWeights } from '#models/blocks/weights.ts';
import { gradientDifference } from '#models/losses/gradientDifference.ts';
import { createRandom } from '#shared/random.ts';
import { finiteDifference, normalTensor, testEngine } from './engine.ts';

describe('weights in use', () => {
  let tf: typeof TensorFlow;
  beforeAll(async () => {
    tf = await testEngine();
  });

  it('spectral normalisation converges to a largest singular value of 1', async () => {
    const network = createNetwork({ w: { shape: [6, 4], initial: { bound: 1 }, isSpectral: true } }, createRandom(1));
    for (let step = 0; step < 50; step++) prepareWeights(network, 'store').dispose();
    const prepared = prepareWeights(network, 'discard');
    const matrix = prepared.leaves['w'] as TensorFlow.Tensor2D;
    let vector = normalTensor<TensorFlow.Rank.R2>(tf, [4, 1], 2);
    for (let step = 0; step < 100; step++)
      vector = tf.tidy(() => {
        const next = tf.matMul(matrix, tf.matMul(matrix, vector), true);
        return tf.div(next, tf.norm(next));
      });
    const [largest] = await tf.norm(tf.matMul(matrix, vector)).data();
    expect(largest).toBeCloseTo(1, 4);
    prepared.dispose();
  });

  it.each([
    ['spectral', { shape: [3, 3, 3, 2, 3], initial: { bound: 1 }, isSpectral: true }],
    ['folded', { shape: [3, 3, 3, 2, 3], initial: { bound: 1 }, upsampling: [2, 2, 2] as const }],
    [
      'spectral and folded',
      { shape: [3, 3, 3, 2, 3], initial: { bound: 1 }, isSpectral: true, upsampling: [2, 2, 2] as const },
    ],
  ])('pulls gradients back through what was derived: %s', async (_name, spec) => {
    const network = createNetwork({ w: spec }, createRandom(3));
    const weight = network.weights['w'] as TensorFlow.Variable;
    for (let step = 0; step < 30; step++) prepareWeights(network, 'store').dispose(); // the vectors are held: converge first
    const prepared = prepareWeights(network, 'discard');
    const upstream = normalTensor(
      tf,
      (prepared.leaves['w'] as TensorFlow.Tensor).shape as [number, number, number, number, number],
      4,
    );
    prepared.dispose();
    const loss = (value: TensorFlow.Tensor): TensorFlow.Tensor => {
      weight.assign(tf.tidy(() => tf.add(value, 0)));
      const used = prepareWeights(network, 'discard');
      const result = tf.sum(tf.mul(tf.square(used.leaves['w'] as TensorFlow.Tensor), upstream));
      used.dispose();
      return result;
    };
    const original = tf.clone(tf.add(weight, 0));
    const used = prepareWeights(network, 'discard');
    const leafGradient = tf.mul(tf.mul(used.leaves['w'] as TensorFlow.Tensor, 2), upstream);
    const gradient = await (used.pullBack({ w: leafGradient })['w'] as TensorFlow.Tensor).data();
    for (const index of [0, 40, 161]) {
      const expected = await finiteDifference(tf, loss, { at: original, index, step: 1e-2 });
      expect(Math.abs((gradient[index] as number) - expected)).toBeLessThan(0.02 * Math.max(1, Math.abs(expected)));
    }
  });
});

describe('gradient difference loss', () => {
  it('is 0 for equal images and for a constant offset, and grows with blur', async () => {
    const tf = await testEngine();
    const image = normalTensor<TensorFlow.Rank.R5>(tf, [1, 8, 8, 8, 1], 5);
    const blurred = tf.avgPool3d(image, 3, 1, 'same');
    const valueOf = async (other: TensorFlow.Tensor5D): Promise<number> =>
      (await gradientDifference(image, other).data())[0] as number;
    expect(await valueOf(image)).toBe(0);
    expect(await valueOf(tf.add(image, 0.5))).toBeLessThan(1e-9);
    expect(await valueOf(blurred)).toBeGreaterThan(0.5);
  });
});
