/**
 * Autoencoder, VAE and 3-D GAN against PyTorch: the volume of a code, the codes of scans, and in two iterations every loss
 * term, the gradients and how far the networks moved. Golden values: `test/fixtures/models/make_pooling.py`, PyTorch 2.8 in
 * 64 bits, from the specification.
 */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import type * as TensorFlow from '@tensorflow/tfjs';
import { createCodeGaussian } from '#models/blocks/codeGaussian.ts';
import { latentsOfSeeds } from '#models/inference/latents.ts';
import type { Scalars } from '#models/model.ts';
import { largestDifference, normalTensor, testEngine } from './engine.ts';
import { changes, copyWeights, expectLosses, expectNorms, gradientNorms } from './parity.ts';
import {
  parityBatch,
  parityCases,
  parityGrid,
  parityLatent,
  parityScans,
  paritySeed,
  paritySteps,
} from './poolingParity.ts';

interface Golden {
  /** Before training. */
  readonly start: { readonly every97th: readonly number[]; readonly codes?: readonly number[] };
  readonly losses: readonly Scalars[];
  /** Of the first iteration. */
  readonly gradients: Scalars;
  readonly change: Scalars;
}

const golden = JSON.parse(
  readFileSync(new URL('../fixtures/models/pooling_golden.json', import.meta.url), 'utf8'),
) as Readonly<Record<string, Golden>>;

let tf: typeof TensorFlow;
beforeAll(async () => {
  tf = await testEngine();
});

describe('autoencoder, VAE and 3-D GAN', () => {
  it.each(Object.entries(parityCases))('%s equals PyTorch', async (name, { entry, config, beta1 }) => {
    const { start, losses, gradients, change } = golden[name] as Golden;
    const model = entry.create({ config, grid: parityGrid, seed: paritySeed });
    const real = tf.tensor5d(parityScans(), [parityBatch, parityGrid, parityGrid, parityGrid, 1]);

    const code = latentsOfSeeds({ count: 1, seed: paritySeed, truncation: 1 }, parityLatent);
    const volume = model.generateFrom?.(code) as TensorFlow.Tensor5D;
    const voxels = await volume.data();
    start.every97th.forEach((value, index) => {
      expect(Math.abs((voxels[97 * index] ?? Number.NaN) - value)).toBeLessThan(1e-4);
    });
    const codes = model.encode?.(real);
    const found = await codes?.data();
    expect(found?.length).toBe(start.codes?.length);
    start.codes?.forEach((value, index) => {
      expect(Math.abs((found?.[index] ?? Number.NaN) - value)).toBeLessThan(1e-4);
    });

    const weights = copyWeights(tf, model);
    for (let step = 0; step < paritySteps; step++) {
      expectLosses(await model.step(real), losses[step] ?? {}, `iteration ${String(step + 1)}`);
      if (step === 0) expectNorms(await gradientNorms(tf, model, beta1), gradients, 'gradient');
    }
    expectNorms(await changes(tf, model, weights), change, 'change');
    tf.dispose([real, code, volume, weights, ...(codes === undefined ? [] : [codes])]);
    model.dispose();
  });
});

describe('the Gaussian of codes', () => {
  it('has mean and covariance of the codes, and draws codes with them', async () => {
    const before = tf.memory().numTensors;
    const gaussian = createCodeGaussian(3);
    const mixing = tf.tensor2d([
      [2, 0, 0],
      [-1, 0.5, 0],
      [0, 1, 0], // of rank 2: one direction has no variance
    ]);
    const codes = tf.tidy(() => {
      const normals = normalTensor<TensorFlow.Rank.R2>(tf, [4000, 3], 5);
      return tf.add<TensorFlow.Tensor2D>(tf.matMul(normals, mixing, false, true), [3, -1, 0]);
    });
    gaussian.observe(codes, 1);
    const normals = normalTensor<TensorFlow.Rank.R2>(tf, [4000, 3], 6);
    const drawn = gaussian.transform(normals);
    const moments = (of: TensorFlow.Tensor2D): [TensorFlow.Tensor, TensorFlow.Tensor] => {
      const mean = tf.mean(of, 0);
      const centred = tf.sub<TensorFlow.Tensor2D>(of, mean);
      return [mean, tf.div(tf.matMul(centred, centred, true), of.shape[0])];
    };
    const [[mean, covariance], [drawnMean, drawnCovariance]] = tf.tidy(() => [moments(codes), moments(drawn)]);
    expect(await largestDifference(tf, mean, gaussian.network.buffers['mean'] as TensorFlow.Tensor)).toBeLessThan(1e-5);
    const { covariance: observed } = gaussian.network.buffers;
    expect(await largestDifference(tf, covariance, observed as TensorFlow.Tensor)).toBeLessThan(1e-4);
    expect(await largestDifference(tf, drawnMean, mean)).toBeLessThan(0.1);
    expect(await largestDifference(tf, drawnCovariance, covariance)).toBeLessThan(0.3);
    tf.dispose([mixing, codes, normals, drawn, mean, covariance, drawnMean, drawnCovariance]);
    tf.dispose(gaussian.network.buffers);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('is that of two batches together, the later one counting three times', async () => {
    const [one, both] = [createCodeGaussian(2), createCodeGaussian(2)];
    const drawn = normalTensor<TensorFlow.Rank.R2>(tf, [6, 2], 7);
    const halves = tf.split<TensorFlow.Tensor2D>(drawn, 2);
    const [earlier, later] = halves as [TensorFlow.Tensor2D, TensorFlow.Tensor2D];
    const codes = tf.concat([earlier, later, later, later]);
    one.observe(codes, 1);
    halves.forEach((half, index) => {
      both.observe(half, index + 1);
    });
    for (const name of ['mean', 'covariance'] as const) {
      const [a, b] = [one, both].map(({ network }) => network.buffers[name] as TensorFlow.Tensor);
      expect(await largestDifference(tf, a as TensorFlow.Tensor, b as TensorFlow.Tensor)).toBeLessThan(1e-5);
    }
    tf.dispose([drawn, codes, ...halves, one.network.buffers, both.network.buffers]);
  });
});
