/**
 * HA-GAN against PyTorch: the volume of a code and the code of a scan, and in two iterations every loss term, every
 * network's gradient and how far it moved. Golden values: `test/fixtures/models/make_ha_gan.py`, PyTorch 2.8 in 64 bits,
 * from the specification.
 */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import type * as TensorFlow from '@tensorflow/tfjs';
import { haGan } from '#models/haGan.ts';
import { createHaGanNetworks } from '#models/haGanNetworks.ts';
import { prepareWeights } from '#models/blocks/weights.ts';
import { latentsOfSeeds } from '#models/inference/latents.ts';
import { renderInSlabs } from '#models/inference/renderInSlabs.ts';
import type { Scalars } from '#models/model.ts';
import { createRandom } from '#shared/random.ts';
import { largestDifference, normalTensor, testEngine } from './engine.ts';
import { parityCases, parityScans, paritySeed, paritySteps } from './haGanParity.ts';
import { changes, copyWeights, expectLosses, expectNorms, gradientNorms } from './parity.ts';

interface Golden {
  /** Before training. */
  readonly start: {
    readonly mean: number;
    readonly rms: number;
    readonly every997th: readonly number[];
    readonly code: readonly number[];
  };
  readonly losses: readonly Scalars[];
  readonly gradients: readonly Scalars[];
  readonly change: Scalars;
}

const golden = JSON.parse(
  readFileSync(new URL('../fixtures/models/ha_gan_golden.json', import.meta.url), 'utf8'),
) as Readonly<Record<string, Golden>>;

describe('HA-GAN', () => {
  let tf: typeof TensorFlow;
  beforeAll(async () => {
    tf = await testEngine();
  });

  it.each(Object.entries(parityCases))('equals PyTorch: %s', async (name, parity) => {
    const { config, grid, classes, labels } = parity;
    const { start, losses, gradients, change } = golden[name] as Golden;
    const model = haGan.create({ config, grid, classes, seed: paritySeed });
    const real = tf.tensor5d(parityScans(parity), [config.batch, grid, grid, grid, 1]);

    const code = latentsOfSeeds({ count: 1, seed: paritySeed, truncation: 1 }, config.latent);
    const volume = model.generateFrom?.(code, labels.slice(0, 1)) as TensorFlow.Tensor5D;
    const voxels = (await volume.data()) as Float32Array;
    start.every997th.forEach((value, index) => {
      expect(Math.abs((voxels[997 * index] ?? Number.NaN) - value)).toBeLessThan(1e-4);
    });
    expect(Math.sqrt(voxels.reduce((sum, value) => sum + value * value, 0) / voxels.length)).toBeCloseTo(start.rms, 4);
    const codes = model.encode?.(real) as TensorFlow.Tensor2D;
    const [found] = await codes.array();
    start.code.forEach((value, index) => {
      expect(Math.abs((found?.[index] ?? Number.NaN) - value)).toBeLessThan(1e-4);
    });

    const weights = copyWeights(tf, model);
    for (let step = 0; step < paritySteps; step++) {
      const where = `iteration ${String(step + 1)}`;
      expectLosses(await model.step(real, labels), losses[step] ?? {}, where);
      expectNorms(await gradientNorms(tf, model, config.beta1), gradients[step] ?? {}, `${where}, gradient`);
    }
    expectNorms(await changes(tf, model, weights), change, 'change');
    tf.dispose([real, code, volume, codes, weights]);
    model.dispose();
  });

  it.each([1, 2, 3])('renders a volume in slabs of %i as in one pass', async (thickness) => {
    const networks = createHaGanNetworks({ grid: 64, latent: 8, width: 16, classes: 0 }, createRandom(1));
    const before = tf.memory().numTensors;
    const { leaves, dispose } = prepareWeights(networks.generator, 'discard');
    const features = normalTensor<TensorFlow.Rank.R5>(tf, [1, 16, 16, 16, 32], 3);
    const whole = tf.tidy(() => networks.renderSlab(leaves, features));
    const inSlabs = renderInSlabs(leaves, features, thickness);
    expect(inSlabs.shape).toEqual([1, 64, 64, 64, 1]);
    expect(await largestDifference(tf, inSlabs, whole)).toBeLessThan(1e-4);
    tf.dispose([features, whole, inSlabs]);
    dispose();
    expect(tf.memory().numTensors).toBe(before);
    const { generator, discriminator, slabEncoder, codeEncoder } = networks;
    for (const { weights, buffers } of [generator, discriminator, slabEncoder, codeEncoder])
      tf.dispose([weights, buffers]);
  });

  it('asks for a class where it is conditional, and makes other scans of another', async () => {
    const { config, grid, classes } = parityCases['conditional'] as (typeof parityCases)[string];
    const model = haGan.create({ config, grid, classes, seed: 1 });
    const request = { count: 1, seed: 4, truncation: 1 };
    const [first, second] = [0, 1].map((label) => model.generate({ ...request, label }));
    expect(await largestDifference(tf, first as TensorFlow.Tensor, second as TensorFlow.Tensor)).toBeGreaterThan(1e-3);
    const real = tf.zeros<TensorFlow.Rank.R5>([config.batch, grid, grid, grid, 1]);
    await expect(model.step(real)).rejects.toThrow('A class from 0 to 2 is needed for each of 2 scans; got none.');
    tf.dispose([real, first, second].flatMap((tensor) => tensor ?? []));
    model.dispose();
  });
});
