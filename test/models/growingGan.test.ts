/**
 * Growing GANs against PyTorch: the scans of given codes, the value of every loss term, the norms of the gradients, and how
 * far every network has moved. Golden values: `test/fixtures/models/make_growing_gan.py`, PyTorch 2.8 in 64 bits, from the
 * specification.
 */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import type * as TensorFlow from '@tensorflow/tfjs';
import type { GeneratorModel, Scalars } from '#models/model.ts';
import { testEngine } from './engine.ts';
import { parityCases, parityCodes, parityLatents, parityModel, parityScans, paritySteps } from './growingGanParity.ts';

interface Golden {
  /** Every 61st voxel of the scans. */
  readonly voxels: readonly number[];
  readonly losses: readonly Scalars[];
  /** Of each network in the first iteration. */
  readonly gradients: Readonly<Record<string, number>>;
  /** √Σ(w − w₀)² over the weights of each network after the last iteration. */
  readonly change: Readonly<Record<string, number>>;
}

const golden = JSON.parse(
  readFileSync(new URL('../fixtures/models/growing_gan_golden.json', import.meta.url), 'utf8'),
) as Readonly<Record<string, Golden>>;

const voxelStride = 61;
const tolerance = 1e-3; // relative; losses below 0.01 are compared absolutely

describe('growing GANs equal PyTorch', () => {
  let tf: typeof TensorFlow;
  beforeAll(async () => {
    tf = await testEngine();
  });

  it.each(Object.entries(parityCases))('%s', async (name, parity) => {
    const expected = golden[name] as Golden;
    const { config, grid } = parity;
    const model = parityModel(parity);

    const codes = tf.tensor2d(parityLatents(parity), [parityCodes, config.latent]);
    const scans = (model.generateFrom as NonNullable<GeneratorModel['generateFrom']>)(codes);
    const voxels = await scans.data();
    expected.voxels.forEach((value, index) => {
      expect(Math.abs((voxels[index * voxelStride] as number) - value)).toBeLessThan(1e-4);
    });
    tf.dispose([codes, scans]);

    const starts = Object.entries(model.networks).map(
      ([network, { weights }]) =>
        [network, Object.entries(weights).map(([key, weight]) => [key, tf.add(weight, 0)] as const)] as const,
    );
    const real = tf.tensor5d(parityScans(parity), [config.batch, grid, grid, grid, 1]);
    for (let step = 0; step < paritySteps; step++) {
      const losses = await model.step(real);
      for (const [term, value] of Object.entries(expected.losses[step] as Scalars)) {
        const error = Math.abs((losses[term] as number) - value) / Math.max(0.01, Math.abs(value));
        expect(
          error,
          `${term} at iteration ${String(step + 1)}: ${String(losses[term])} for ${String(value)}`,
        ).toBeLessThan(tolerance);
      }
      if (step === 0) {
        for (const [network, value] of Object.entries(expected.gradients)) {
          expect((await gradientNorm(tf, model, network)) / value - 1, `gradient of ${network}`).toBeCloseTo(0, 3);
        }
      }
    }
    for (const [network, weights] of starts) {
      if (network === 'average') continue;
      const squares = weights.map(([key, start]) =>
        tf.sum(tf.square(tf.sub(model.networks[network]?.weights[key] as TensorFlow.Tensor, start))),
      );
      const [change] = await tf.sqrt(tf.addN(squares)).data();
      const ratio = (change as number) / (expected.change[network] as number);
      expect(Math.abs(ratio - 1), `change of ${network}`).toBeLessThan(2e-3);
    }
    tf.dispose(real);
    model.dispose();
  });
});

const beta2 = 0.99;

/** Adam's second moment after one step is (1 − β₂) · gradient². */
async function gradientNorm(tf: typeof TensorFlow, model: GeneratorModel, network: string): Promise<number> {
  const moments = Object.entries(model.optimizers[network]?.moments() ?? {});
  const squares = moments.flatMap(([name, moment]) => (name.endsWith('.second') ? [tf.sum(moment)] : []));
  const [sum] = await tf.addN(squares).data();
  return Math.sqrt((sum as number) / (1 - beta2));
}
