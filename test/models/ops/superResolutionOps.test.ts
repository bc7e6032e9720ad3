import { beforeAll, describe, expect, it } from 'vitest';
import type * as TensorFlow from '@tensorflow/tfjs';
import { batchNorm, batchNormComposed, type BatchNorm } from '#models/ops/batchNorm.ts';
import { foldKernel, mirrorKernel, unfoldKernel, upsampleConvolve } from '#models/ops/fusedResampling.ts';
import { registerVolumeGradients } from '#models/ops/gradients.ts';
import { interpolateCubic } from '#models/ops/interpolation.ts';
import type { Strides } from '#models/ops/kernels.ts';
import { convolveToOne } from '#models/ops/singleChannel.ts';
import { voxelShuffle } from '#models/ops/voxelShuffle.ts';
import { largestDifference, normalTensor, testEngine } from '../engine.ts';

type Five = TensorFlow.Rank.R5;
const allFactors: readonly Strides[] = [
  [2, 2, 2],
  [4, 4, 4],
  [2, 1, 1],
  [4, 1, 1],
  [1, 2, 4],
];

describe('operations of super-resolution', () => {
  let tf: typeof TensorFlow;
  beforeAll(async () => {
    tf = await testEngine();
    registerVolumeGradients();
  });

  /** Each voxel `factors` times along its axes. */
  const repeat = (x: TensorFlow.Tensor5D, factors: Strides): TensorFlow.Tensor5D =>
    factors.reduce((image, times, axis) => {
      const indices = Array.from({ length: times * (x.shape[axis + 1] ?? 1) }, (_, at) => Math.floor(at / times));
      return tf.gather(image, tf.tensor1d(indices, 'int32'), axis + 1);
    }, x);

  it.each([[[2, 1, 1]], [[1, 2, 1]], [[1, 2, 2]]] as const)(
    'upsampling along some axes then convolving equals one transposed convolution, gradients too: %j',
    async (strides) => {
      const x = normalTensor<Five>(tf, [2, 3, 4, 5, 3], 1);
      const kernel = normalTensor<Five>(tf, [3, 3, 3, 3, 4], 2);
      const mirrored = mirrorKernel(foldKernel(kernel, strides));
      const plain = (image: TensorFlow.Tensor, filter: TensorFlow.Tensor): TensorFlow.Tensor5D =>
        tf.conv3d(repeat(image as TensorFlow.Tensor5D, strides), filter as TensorFlow.Tensor5D, 1, 'same');
      const fused = upsampleConvolve(x, mirrored, strides);
      expect(await largestDifference(tf, fused, plain(x, kernel))).toBeLessThan(2e-5);
      const upstream = normalTensor<Five>(tf, fused.shape, 3);
      const [fusedX, fusedKernel] = tf.grads((image, filter) =>
        upsampleConvolve(image as TensorFlow.Tensor5D, filter as TensorFlow.Tensor5D, strides),
      )([x, mirrored], upstream) as [TensorFlow.Tensor5D, TensorFlow.Tensor5D];
      const plainKernel = tf.grad((filter) => plain(x, filter))(kernel, upstream);
      // Gather has no gradient of rank 5 along inner axes: the sum of the repeated voxels is that of their gradients.
      const fine = tf.grad((image) => tf.conv3d(image as TensorFlow.Tensor5D, kernel, 1, 'same'))(
        repeat(x, strides),
        upstream,
      );
      const plainX = tf.mul(
        tf.avgPool3d(fine as TensorFlow.Tensor5D, [...strides], [...strides], 'valid'),
        strides[0] * strides[1] * strides[2],
      );
      expect(await largestDifference(tf, fusedX, plainX)).toBeLessThan(1e-3);
      expect(await largestDifference(tf, unfoldKernel(mirrorKernel(fusedKernel), strides), plainKernel)).toBeLessThan(
        1e-3,
      );
    },
  );

  it('a convolution to one channel equals the engine’s, gradients too', async () => {
    const x = normalTensor<Five>(tf, [2, 4, 3, 5, 6], 4);
    const filter = normalTensor<Five>(tf, [3, 3, 3, 6, 1], 5);
    const upstream = normalTensor<Five>(tf, [2, 4, 3, 5, 1], 6);
    const plain = (image: TensorFlow.Tensor, kernel: TensorFlow.Tensor): TensorFlow.Tensor5D =>
      tf.conv3d(image as TensorFlow.Tensor5D, kernel as TensorFlow.Tensor5D, 1, 'same');
    expect(await largestDifference(tf, convolveToOne(x, filter), plain(x, filter))).toBeLessThan(2e-5);
    const ours = tf.grads((image, kernel) =>
      convolveToOne(image as TensorFlow.Tensor5D, kernel as TensorFlow.Tensor5D),
    )([x, filter], upstream);
    const theirs = tf.grads(plain)([x, filter], upstream);
    for (const index of [0, 1]) {
      const [a, b] = [ours[index], theirs[index]] as [TensorFlow.Tensor, TensorFlow.Tensor];
      expect(await largestDifference(tf, a, b)).toBeLessThan(1e-4);
    }
  });

  it('batch normalisation equals its composed form: value, statistics and gradients', async () => {
    const x = tf.add(tf.mul(normalTensor<Five>(tf, [2, 3, 4, 5, 6], 7), 3), 10);
    const [gamma, beta] = [tf.linspace(0.5, 2, 6), tf.linspace(-1, 1, 6)];
    const upstream = normalTensor<Five>(tf, [2, 3, 4, 5, 6], 8);
    const evaluate = async (
      norm: (options: BatchNorm<TensorFlow.Tensor>) => TensorFlow.Tensor,
    ): Promise<readonly number[][]> => {
      const seen: number[][] = [];
      const onStatistics = (...statistics: TensorFlow.Tensor[]): void => {
        for (const statistic of statistics) seen.push([...statistic.dataSync()]);
      };
      const { value, grads } = tf.valueAndGrads((image, gain, shift) =>
        norm({
          x: image,
          gamma: gain,
          beta: shift,
          onStatistics,
        }),
      )([x, gamma, beta], upstream);
      const numbers = await Promise.all([value, ...grads].map(async (tensor) => [...(await tensor.data())]));
      return [...seen, ...numbers];
    };
    const [fused, composed] = [await evaluate(batchNorm), await evaluate(batchNormComposed)];
    expect(fused.length).toBe(6);
    fused.forEach((numbers, index) => {
      numbers.forEach((number, at) => {
        const expected = composed[index]?.[at] ?? Number.NaN;
        expect(Math.abs(number - expected)).toBeLessThan(2e-4 * Math.max(1, Math.abs(expected)));
      });
    });
  });

  it.each(allFactors.map((factors) => [factors]))(
    'interpolation keeps constants, ramps and parabolas where they are: %j',
    async (factors) => {
      const sides = [6, 7, 8];
      /** A polynomial of the place in millimetres, sampled on the grid whose voxels are `voxel` long. */
      const sample = (voxel: Strides, size: readonly number[]): TensorFlow.Tensor5D => {
        const [z, y, x] = size.map(
          (length, axis) => tf.mul(tf.add(tf.range(0, length), 0.5), voxel[axis] ?? 1), // the middle of each voxel from the outer face
        ) as [TensorFlow.Tensor1D, TensorFlow.Tensor1D, TensorFlow.Tensor1D];
        const plane = tf.add(
          tf.reshape(tf.mul(z, 0.3), [-1, 1, 1]),
          tf.reshape(tf.mul(tf.square(y), 0.01), [1, -1, 1]),
        );
        return tf.reshape(tf.add(tf.add(plane, tf.reshape(tf.mul(x, -0.2), [1, 1, -1])), 5), [1, ...size, 1] as [
          number,
          number,
          number,
          number,
          number,
        ]);
      };
      const fine = sides.map((length, axis) => length * (factors[axis] ?? 1));
      const interpolated = interpolateCubic(sample(factors, sides), factors);
      expect(interpolated.shape).toEqual([1, ...fine, 1]);
      const expected = sample([1, 1, 1], fine);
      // Two coarse voxels from a face the volume goes on mirrored, not along the ramp.
      const border = factors.map((factor) => (factor === 1 ? 0 : 2 * factor));
      const begin = [0, ...border, 0];
      const inner = [1, ...fine.map((length, axis) => length - 2 * (border[axis] ?? 0)), 1];
      const cut = (image: TensorFlow.Tensor5D): TensorFlow.Tensor => tf.slice(image, begin, inner);
      expect(Math.min(...inner)).toBeGreaterThan(0);
      expect(await largestDifference(tf, cut(interpolated), cut(expected))).toBeLessThan(1e-4);
      const constant = tf.fill<Five>([1, 4, 4, 4, 1], -0.25);
      expect(await largestDifference(tf, interpolateCubic(constant, factors), tf.scalar(-0.25))).toBeLessThan(1e-6);
    },
  );

  it('shuffling puts the channels of a voxel into its block, along d, h, w', async () => {
    const x = tf.reshape<Five>(tf.range(0, 12), [1, 1, 1, 1, 12]);
    const shuffled = voxelShuffle(x, [2, 1, 3]); // two channels are left
    expect(shuffled.shape).toEqual([1, 2, 1, 3, 2]);
    expect([...(await shuffled.data())]).toEqual([...Array(12).keys()]);
  });
});
