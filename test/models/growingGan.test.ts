/**
 * Growing GANs against PyTorch: the scans of given codes, the value of every loss term, the norms of the gradients, and how
 * far every network has moved. Golden values: `test/fixtures/models/make_growing_gan.py`, PyTorch 2.8 in 64 bits, from the
 * specification.
 */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import type * as TensorFlow from '@tensorflow/tfjs';
import type { GeneratorModel, Scalars } from '#models/model.ts';
import { changes, copyWeights, expectLosses, expectNorms, gradientNorms } from './parity.ts';
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
    const scans = (model.generateFrom as NonNullable<GeneratorModel['generateFrom']>)(
      codes,
      parity.labels?.slice(0, parityCodes),
    );
    const voxels = await scans.data();
    expected.voxels.forEach((value, index) => {
      expect(Math.abs((voxels[index * voxelStride] as number) - value)).toBeLessThan(1e-4);
    });
    tf.dispose([codes, scans]);

    const starts = copyWeights(tf, model);
    const real = tf.tensor5d(parityScans(parity), [config.batch, grid, grid, grid, 1]);
    for (let step = 0; step < paritySteps; step++) {
      const report = Object.entries(await model.step(real, parity.labels));
      const losses = report.filter(([term]) => !term.startsWith('growth.'));
      expectLosses(Object.fromEntries(losses), expected.losses[step] as Scalars, `iteration ${String(step + 1)}`);
      if (step === 0) expectNorms(await gradientNorms(tf, model, 0), expected.gradients, 'gradients');
    }
    expectNorms(await changes(tf, model, starts), expected.change, 'change');
    tf.dispose([real, starts]);
    model.dispose();
  });
});
