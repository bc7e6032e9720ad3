import { beforeAll, describe, expect, it } from 'vitest';
import type * as TensorFlow from '@tensorflow/tfjs';
import { gradientPenalty } from '#models/losses/gradientPenalty.ts';
import { addBias } from '#models/ops/bias.ts';
import { biasedConvolution } from '#models/ops/biasedConvolution.ts';
import { registerVolumeGradients } from '#models/ops/gradients.ts';
import { instanceNorm, instanceNormLeakyRelu, instanceNormLeakyReluComposed } from '#models/ops/instanceNorm.ts';
import { leakyRelu } from '#models/ops/leakyRelu.ts';
import { finiteDifference, largestDifference, normalTensor, testEngine } from '../engine.ts';

type Five = TensorFlow.Rank.R5;

describe('gradients of volume operations', () => {
  let tf: typeof TensorFlow;
  beforeAll(async () => {
    tf = await testEngine();
    registerVolumeGradients();
  });

  /** The analytic gradient at a few elements against central differences. */
  async function expectGradient(
    f: (x: TensorFlow.Tensor) => TensorFlow.Tensor,
    at: TensorFlow.Tensor,
    step: number,
  ): Promise<void> {
    const gradient = await tf.grad(f)(at).data();
    for (const index of [0, 1, Math.floor(at.size / 2), at.size - 1]) {
      const expected = await finiteDifference(tf, f, { at, index, step });
      expect(gradient[index]).toBeCloseTo(expected, 1);
      expect(Math.abs((gradient[index] as number) - expected)).toBeLessThan(0.02 * Math.max(1, Math.abs(expected)));
    }
  }

  it('a transposed convolution trains: image and filter, few and many channels', async () => {
    for (const channels of [1, 5]) {
      const x = normalTensor<Five>(tf, [1, 4, 4, 4, 3], 1);
      const filter = tf.mul<TensorFlow.Tensor5D>(normalTensor<Five>(tf, [4, 4, 4, channels, 3], 2), 0.2);
      const weights = normalTensor<Five>(tf, [1, 8, 8, 8, channels], 3);
      const { transposedConvolution } = await import('#models/ops/transposedConvolution.ts');
      const loss = (image: TensorFlow.Tensor, kernel: TensorFlow.Tensor): TensorFlow.Tensor =>
        tf.sum(
          tf.mul(
            tf.square(
              transposedConvolution(
                [1, 8, 8, 8, channels],
                image as TensorFlow.Tensor5D,
                kernel as TensorFlow.Tensor5D,
                [2, 2, 2],
              ),
            ),
            weights,
          ),
        );
      await expectGradient((image) => loss(image, filter), x, 1e-2);
      await expectGradient((kernel) => loss(x, kernel), filter, 1e-2);
    }
  });

  it('leaky ReLU, bias and instance normalisation agree with finite differences', async () => {
    const x = normalTensor<Five>(tf, [2, 3, 3, 3, 4], 4);
    const weights = normalTensor<Five>(tf, [2, 3, 3, 3, 4], 5);
    const weighted = (y: TensorFlow.Tensor): TensorFlow.Tensor => tf.sum(tf.mul(y, weights));
    await expectGradient((y) => weighted(leakyRelu(y, 0.2)), x, 1e-3);
    await expectGradient((y) => weighted(instanceNorm(y as TensorFlow.Tensor5D)), x, 1e-2);
    await expectGradient((y) => weighted(instanceNormLeakyRelu(y as TensorFlow.Tensor5D, 0.2)), x, 1e-2);
    await expectGradient((b) => weighted(tf.square(addBias(x, b))), tf.tensor1d([0.1, -0.2, 0.3, 0.4]), 1e-2);
  });

  it('the frugal normalisation equals the composed one, value and gradient', async () => {
    const x = tf.add(tf.mul(normalTensor<Five>(tf, [2, 4, 4, 4, 3], 6), 3), 10);
    const upstream = normalTensor<Five>(tf, [2, 4, 4, 4, 3], 7);
    const evaluate = (norm: typeof instanceNormLeakyRelu): { value: TensorFlow.Tensor; grad: TensorFlow.Tensor } =>
      tf.valueAndGrad((y) => norm(y as TensorFlow.Tensor5D, 0.01))(x, upstream);
    const frugal = evaluate(instanceNormLeakyRelu);
    const composed = evaluate(instanceNormLeakyReluComposed);
    expect(await largestDifference(tf, frugal.value, composed.value)).toBeLessThan(2e-5);
    expect(await largestDifference(tf, frugal.grad, composed.grad)).toBeLessThan(2e-5);
  });

  it.each([
    [1, 1],
    [1, 0.2],
    [2, 0.2],
  ])('a convolution with bias, addend and activation equals its parts, stride %i, slope %f', async (stride, slope) => {
    const x = normalTensor<Five>(tf, [2, 4, 6, 4, 3], 12);
    const filter = normalTensor<Five>(tf, [3, 3, 3, 3, 5], 13);
    const added = normalTensor<Five>(tf, [2, 4 / stride, 6 / stride, 4 / stride, 5], 14);
    const bias = tf.tensor1d([0.5, -0.5, 1, -1, 0]);
    const upstream = normalTensor<Five>(tf, added.shape, 15);
    const inputs = [x, filter, bias, added];
    const evaluate = (
      f: (x: TensorFlow.Tensor5D, filter: TensorFlow.Tensor5D, ...more: TensorFlow.Tensor[]) => unknown,
    ) =>
      tf.valueAndGrads((...args) => f(...(args as [TensorFlow.Tensor5D, TensorFlow.Tensor5D])) as TensorFlow.Tensor)(
        inputs,
        upstream,
      );
    const ours = evaluate((image, kernel, shift, addend) =>
      biasedConvolution(image, kernel, {
        bias: shift,
        added: addend as TensorFlow.Tensor5D,
        stride,
        slope,
      }),
    );
    const theirs = evaluate((image, kernel, shift, addend) =>
      tf.leakyRelu(tf.add(tf.add(tf.conv3d(image, kernel, stride, 'same'), shift), addend), slope),
    );
    expect(await largestDifference(tf, ours.value, theirs.value)).toBeLessThan(2e-5);
    for (const [index, gradient] of ours.grads.entries()) {
      expect(await largestDifference(tf, gradient, theirs.grads[index] as TensorFlow.Tensor)).toBeLessThan(2e-4);
    }
  });

  it.each(['none', 'biased', 'instance'] as const)(
    'a gradient penalty is differentiable in the critic, normalisation: %s',
    async (norm) => {
      const inner = tf.mul<TensorFlow.Tensor5D>(normalTensor<Five>(tf, [4, 4, 4, 1, 3], 8), 0.3);
      const outer = tf.mul<TensorFlow.Tensor5D>(normalTensor<Five>(tf, [4, 4, 4, 3, 2], 9), 0.3);
      const real = normalTensor<Five>(tf, [2, 8, 8, 8, 1], 10);
      const fake = normalTensor<Five>(tf, [2, 8, 8, 8, 1], 11);
      const mix = tf.tensor1d([0.3, 0.8]);
      const penalty = (first: TensorFlow.Tensor, second: TensorFlow.Tensor): TensorFlow.Tensor =>
        gradientPenalty<TensorFlow.Tensor5D>(
          (x) => {
            const filter = first as TensorFlow.Tensor5D;
            if (norm === 'biased') {
              const active = biasedConvolution(x, filter, { bias: tf.tensor1d([0.1, 0, -0.1]), stride: 2, slope: 0.2 });
              return tf.conv3d(active, second as TensorFlow.Tensor5D, 2, 'same');
            }
            const hidden = tf.conv3d(x, filter, 2, 'same');
            const active = norm === 'none' ? leakyRelu(hidden, 0.2) : instanceNormLeakyReluComposed(hidden, 0.2);
            return tf.conv3d(active, second as TensorFlow.Tensor5D, 2, 'same');
          },
          { real, fake, mix },
        );
      await expectGradient((first) => penalty(first, outer), inner, 2e-3);
      await expectGradient((second) => penalty(inner, second), outer, 2e-3);
    },
  );
});
