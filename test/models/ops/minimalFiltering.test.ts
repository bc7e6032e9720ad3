import { beforeAll, describe, expect, it } from 'vitest';
import type * as TensorFlow from '@tensorflow/tfjs';
import { registerVolumeGradients } from '#models/ops/gradients.ts';
import { convolutionFilterGradient, convolutionInputGradient, type Shape5 } from '#models/ops/kernels.ts';
import { leakyRelu } from '#models/ops/leakyRelu.ts';
import { isWorthMinimalFiltering, minimalConvolution, minimalFilterGradient } from '#models/ops/minimalFiltering.ts';
import { largestDifference, normalTensor, testEngine } from '../engine.ts';

type Five = TensorFlow.Rank.R5;

describe('minimal filtering', () => {
  let tf: typeof TensorFlow;
  beforeAll(async () => {
    tf = await testEngine();
    registerVolumeGradients();
  });

  /** Of one pass and of several, of one scan (whose slices are shared) and of two, sides that are not the depth. */
  const cases = [
    { shape: [1, 8, 6, 4, 3], side: 3, stride: 1 },
    { shape: [2, 40, 4, 6, 3], side: 3, stride: 1 },
    { shape: [1, 8, 6, 4, 3], side: 4, stride: 2 },
    { shape: [2, 48, 4, 6, 3], side: 4, stride: 2 },
  ] as const;

  it.each(cases)(
    'convolves $shape with $side³, stride $stride, as the engine does',
    async ({ shape, side, stride }) => {
      const x = normalTensor<Five>(tf, [...shape], 1);
      const filter = normalTensor<Five>(tf, [side, side, side, 3, 5], 2);
      const plain = tf.conv3d(x, filter, stride, 'same');
      expect(await largestDifference(tf, minimalConvolution({ x, filter, stride }), plain)).toBeLessThan(2e-4); // of about 10
      const bias = normalTensor<TensorFlow.Rank.R1>(tf, [5], 3);
      const activated = minimalConvolution({ x, filter, stride, after: { bias, slope: 0.2 } });
      expect(await largestDifference(tf, activated, leakyRelu(tf.add(plain, bias), 0.2))).toBeLessThan(2e-4);
    },
  );

  it.each(cases)('has the filter gradient for $shape, $side³, stride $stride', async ({ shape, side, stride }) => {
    const x = normalTensor<Five>(tf, [...shape], 4);
    const filterShape: Shape5 = [side, side, side, 3, 5];
    const [batch, depth, height, width] = shape;
    const dy = normalTensor<Five>(tf, [batch, depth / stride, height / stride, width / stride, 5], 5);
    const plain = convolutionFilterGradient(x, dy, filterShape, [stride, stride, stride]);
    const largest = (await tf.max(tf.abs(plain)).data())[0] ?? 0;
    const difference = await largestDifference(tf, minimalFilterGradient(x, dy, filterShape, stride), plain);
    expect(difference / largest).toBeLessThan(2e-5);
  });

  it('is what large convolutions run as, with gradients of any order', async () => {
    const maps = 64;
    const shape: Shape5 = [1, 16, 16, 16, maps];
    const filterShape: Shape5 = [3, 3, 3, maps, maps];
    expect(isWorthMinimalFiltering(shape, filterShape, 1)).toBe(true);
    const x = normalTensor<Five>(tf, shape, 6);
    const filter = tf.mul<TensorFlow.Tensor5D>(normalTensor<Five>(tf, filterShape, 7), 0.02);
    const dy = normalTensor<Five>(tf, shape, 8);

    // Half of the input's maps at a time stays below the bound, so that the engine's own kernels do it.
    const halves = (of: TensorFlow.Tensor5D, axis: number): TensorFlow.Tensor5D[] => tf.split(of, 2, axis);
    const inputs = halves(x, 4);
    const filters = halves(filter, 3);
    const plain = tf.addN(
      inputs.map((half, index) => tf.conv3d(half, filters[index] as TensorFlow.Tensor5D, 1, 'same')),
    );
    expect(await largestDifference(tf, tf.conv3d(x, filter, 1, 'same'), plain)).toBeLessThan(1e-4);

    const strides = [1, 1, 1] as const;
    const plainInput = tf.concat(
      filters.map((half) => convolutionInputGradient([1, 16, 16, 16, maps / 2], dy, half, strides)),
      4,
    );
    const plainFilter = tf.concat(
      inputs.map((half) => convolutionFilterGradient(half, dy, [3, 3, 3, maps / 2, maps], strides)),
      3,
    );
    const [dx, dFilter] = tf.grads((image, weights) =>
      tf.sum(tf.mul(tf.conv3d(image as TensorFlow.Tensor5D, weights as TensorFlow.Tensor5D, 1, 'same'), dy)),
    )([x, filter]) as [TensorFlow.Tensor5D, TensorFlow.Tensor5D];
    expect(await largestDifference(tf, dx, plainInput)).toBeLessThan(1e-4);
    expect(await largestDifference(tf, dFilter, plainFilter)).toBeLessThan(5e-3); // sums of 4,096 products

    // ⟨∇x ⟨conv(x, w), dy⟩, x⟩ is bilinear in filter and dy: its gradient towards the filter is the filter's own.
    const twice = tf.grad((weights) => {
      const inner = tf.grad((image) =>
        tf.sum(tf.mul(tf.conv3d(image as TensorFlow.Tensor5D, weights as TensorFlow.Tensor5D, 1, 'same'), dy)),
      )(x);
      return tf.sum(tf.mul(inner, x));
    })(filter);
    expect(await largestDifference(tf, twice, plainFilter)).toBeLessThan(5e-3);
  });
});
