/**
 * α-WGAN against PyTorch: two iterations of every preset give the same value for every loss term, and every network has
 * moved as far. Golden values: `test/fixtures/models/make_alpha_wgan.py`, PyTorch 2.8 in 64 bits, from the specification.
 */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import type * as TensorFlow from '@tensorflow/tfjs';
import { alphaWgan } from '#models/alphaWgan.ts';
import type { Scalars } from '#models/model.ts';
import { parityConfigs, parityGrid, parityScans, paritySeed, paritySteps } from './alphaWganParity.ts';
import { testEngine } from './engine.ts';

interface Golden {
  readonly losses: readonly Scalars[];
  /** √Σ(w − w₀)² over the weights of each network after the last iteration. */
  readonly change: Readonly<Record<string, number>>;
}

const golden = JSON.parse(
  readFileSync(new URL('../fixtures/models/alpha_wgan_golden.json', import.meta.url), 'utf8'),
) as Readonly<Record<string, Golden>>;

const tolerance = 1e-3; // relative; losses below 0.01 are compared absolutely

describe('α-WGAN equals PyTorch', () => {
  let tf: typeof TensorFlow;
  beforeAll(async () => {
    tf = await testEngine();
  });

  it.each(Object.entries(parityConfigs))(
    '%s: every loss of two iterations, every network’s change',
    async (variant, config) => {
      const expected = golden[variant] as Golden;
      const model = alphaWgan.create({ config, grid: parityGrid, seed: paritySeed });
      const starts = Object.entries(model.networks).map(
        ([name, { weights }]) =>
          [name, Object.entries(weights).map(([key, weight]) => [key, tf.add(weight, 0)] as const)] as const,
      );
      const real = tf.tensor5d(parityScans(config), [2 * config.batch, parityGrid, parityGrid, parityGrid, 1]);
      for (let step = 0; step < paritySteps; step++) {
        const losses = await model.step(real);
        for (const [name, value] of Object.entries(expected.losses[step] as Scalars)) {
          const error = Math.abs((losses[name] as number) - value) / Math.max(0.01, Math.abs(value));
          expect(
            error,
            `${name} at iteration ${String(step + 1)}: ${String(losses[name])} for ${String(value)}`,
          ).toBeLessThan(tolerance);
        }
      }
      for (const [name, weights] of starts) {
        if (name === 'average') continue;
        const squares = weights.map(([key, start]) =>
          tf.sum(tf.square(tf.sub(model.networks[name]?.weights[key] as TensorFlow.Tensor, start))),
        );
        const [change] = await tf.sqrt(tf.addN(squares)).data();
        expect(Math.abs((change as number) / (expected.change[name] as number) - 1), `change of ${name}`).toBeLessThan(
          2e-3,
        );
      }
      model.dispose();
    },
  );
});
