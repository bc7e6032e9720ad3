/**
 * SRGAN against PyTorch: two iterations give the same value for every loss term, every network has moved as far, and the
 * averaged generator refines the same. Golden values: `test/fixtures/models/make_sr_gan.py`, PyTorch 2.8 in 64 bits,
 * from the specification.
 */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import type * as TensorFlow from '@tensorflow/tfjs';
import type { PatchPair, Scalars } from '#models/model.ts';
import { srGan, type SrGanConfig } from '#models/srGan.ts';
import { drawLabels } from '#models/losses/leastSquares.ts';
import { createRandom } from '#shared/random.ts';
import { normalTensor, largestDifference, testEngine } from './engine.ts';
import { parityConfigs, parityPatches, paritySeed, paritySteps } from './srGanParity.ts';

interface Golden {
  readonly losses: readonly Scalars[];
  /** √Σ(w − w₀)² over the weights of each network after the last iteration. */
  readonly change: Readonly<Record<string, number>>;
  readonly refined: { readonly mean: number; readonly rms: number; readonly every9001st: readonly number[] };
}

const golden = JSON.parse(
  readFileSync(new URL('../fixtures/models/sr_gan_golden.json', import.meta.url), 'utf8'),
) as Readonly<Record<string, Golden>>;

type Five = TensorFlow.Rank.R5;

describe('SRGAN', () => {
  let tf: typeof TensorFlow;
  beforeAll(async () => {
    tf = await testEngine();
  });

  function patches(config: SrGanConfig): PatchPair {
    const { factor, side, count } = srGan.patches(config);
    const [x, y, z] = factor;
    const { low, high } = parityPatches(factor);
    return {
      low: tf.tensor5d(low, [count, side / z, side / y, side / x, 1]),
      high: tf.tensor5d(high, [count, side, side, side, 1]),
    };
  }

  it.each(Object.entries(parityConfigs))('equals PyTorch: %s', async (name, config) => {
    const expected = golden[name] as Golden;
    const model = srGan.create({ config, seed: paritySeed });
    const starts = Object.entries(model.networks).map(
      ([network, { weights }]) =>
        [network, Object.entries(weights).map(([key, weight]) => [key, tf.add(weight, 0)] as const)] as const,
    );
    const pair = patches(config);
    for (let step = 0; step < paritySteps; step++) {
      const losses = await model.step(pair);
      expect(Object.keys(losses).toSorted()).toEqual(Object.keys(expected.losses[step] ?? {}).toSorted());
      for (const [term, value] of Object.entries(expected.losses[step] as Scalars)) {
        const error = Math.abs((losses[term] as number) - value) / Math.max(0.01, Math.abs(value));
        expect(
          error,
          `${term} at iteration ${String(step + 1)}: ${String(losses[term])} for ${String(value)}`,
        ).toBeLessThan(1e-3);
      }
    }
    for (const [network, weights] of starts) {
      if (network === 'average') continue;
      const squares = weights.map(([key, start]) =>
        tf.sum(tf.square(tf.sub(model.networks[network]?.weights[key] as TensorFlow.Tensor, start))),
      );
      const [change] = await tf.sqrt(tf.addN(squares)).data();
      const ratio = (change as number) / (expected.change[network] as number);
      expect(Math.abs(ratio - 1), `change of ${network}`).toBeLessThan(5e-3);
    }
    const refined = model.upscale(pair.low);
    expect(refined.shape).toEqual(pair.high.shape);
    const values = (await refined.data()) as Float32Array;
    const rms = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
    expect(rms).toBeCloseTo(expected.refined.rms, 3);
    expected.refined.every9001st.forEach((value, index) => {
      expect(values[9001 * index]).toBeCloseTo(value, 2);
    });
    tf.dispose([refined, pair.low, pair.high]);
    model.dispose();
  });

  it('sub-pixel with nearest initialisation begins as nearest upsampling and a convolution: no checkerboard', async () => {
    const config = srGan.configSchema.parse({ ...parityConfigs['subpixel-nearest'], factor: 2 });
    const model = srGan.create({ config, seed: 3 });
    const filter = model.networks['generator']?.weights['up1'] as TensorFlow.Tensor5D; // [6, 6, 6, 64, in]
    const blocks = tf.reshape(filter, [3, 2, 3, 2, 3, 2, 64, -1]);
    for (const axis of [1, 3, 5]) {
      const [first, second] = tf.split(blocks, 2, axis) as [TensorFlow.Tensor, TensorFlow.Tensor];
      expect(await largestDifference(tf, first, second)).toBe(0);
    }
    model.dispose();
  });

  it.each(
    [2, 4, '1x1x2', '1x1x4'].flatMap((factor) =>
      ['resize', 'subpixel', 'subpixel-nearest'].map((kind) => [kind, factor]),
    ),
  )('untrained with its skip it interpolates, corners aligned: %s, factor %s', async (upsampler, factor) => {
    const config = srGan.configSchema.parse({ features: 8, blocks: 1, patch: 16, upsampler, factor });
    const [x, y, z] = srGan.patches(config).factor;
    const model = srGan.create({ config, seed: 1 });
    const constant = tf.fill<Five>([1, 5, 6, 7, 1], 0.25);
    const refined = model.upscale(constant);
    expect(refined.shape).toEqual([1, 5 * z, 6 * y, 7 * x, 1]);
    expect(await largestDifference(tf, refined, tf.scalar(0.25))).toBeLessThan(1e-6);
    // A ramp along w: fine voxel h is (h + 1/2) / x coarse voxels from the outer face, as coarse voxel i is i + 1/2.
    const ramp = (length: number, voxel: number): TensorFlow.Tensor =>
      tf.mul(tf.add(tf.range(0, length), 0.5), 0.1 * voxel);
    const low = tf.tile(tf.reshape(ramp(7, 1), [1, 1, 1, 7, 1]) as never, [1, 5, 6, 1, 1]);
    const line = tf.slice(tf.reshape(model.upscale(low as TensorFlow.Tensor5D), [-1, 7 * x]), [0, 2 * x], [1, 3 * x]);
    const expected = tf.slice(ramp(7 * x, 1 / x), [2 * x], [3 * x]);
    expect(await largestDifference(tf, tf.reshape(line, [-1]), expected)).toBeLessThan(1e-5);
    model.dispose();
  });

  it('a voxel depends on no voxel farther off than the stated reach', async () => {
    const config = srGan.configSchema.parse({
      features: 8,
      blocks: 2,
      factor: '1x1x4',
      normalisation: 'batch',
      skip: false,
    });
    const model = srGan.create({ config, seed: 2 });
    const side = 25;
    const low = normalTensor<Five>(tf, [1, side, side, side, 1], 4);
    const middle = (side - 1) / 2;
    const touched = async (maps: number, run: (x: TensorFlow.Tensor5D) => TensorFlow.Tensor5D): Promise<number> => {
      const values = new Float32Array(side ** 3);
      values[middle * (1 + side + side ** 2)] = 1;
      const input = tf.fill<Five>([1, side, side, side, maps], 1);
      const moved: TensorFlow.Tensor5D = tf.add(input, tf.tensor5d(values, [1, side, side, side, 1]));
      const changed = tf.max(tf.abs(tf.sub(run(moved), run(input))), [0, 1, 2, 4]); // along w, whose factor is 1
      const differences = [...(await changed.data())];
      return Math.max(...differences.map((value, index) => (value > 0 ? Math.abs(index - middle) : 0)));
    };
    expect(await touched(1, (x) => model.trunk(x))).toBe(model.reach.trunk);
    expect(await touched(64, (x) => model.tail(x, low))).toBe(model.reach.tail);
    model.dispose();
  });

  it('labels: synthetic below, real above, wanted as real, and swapped in one step of ten', () => {
    const random = createRandom(5);
    const steps = Array.from({ length: 2000 }, () => drawLabels(random, 2));
    const isReal = (label: number): boolean => label >= 0.7 && label < 1.2;
    const isFake = (label: number): boolean => label >= 0 && label < 0.3;
    const swapped = steps.filter(({ real }) => real.every(isFake));
    for (const { real, fake, generator } of steps) {
      expect(generator.every(isReal)).toBe(true);
      expect([real, fake].some((labels) => labels.every(isReal))).toBe(true);
      expect([real, fake].some((labels) => labels.every(isFake))).toBe(true);
    }
    expect(swapped.length / steps.length).toBeGreaterThan(0.08);
    expect(swapped.length / steps.length).toBeLessThan(0.12);
  });
});
