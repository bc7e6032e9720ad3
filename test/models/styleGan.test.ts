import { beforeAll, describe, expect, it } from 'vitest';
import type * as TensorFlow from '@tensorflow/tfjs';
import type { GeneratorModel } from '#models/model.ts';
import { styleGan } from '#models/styleGan.ts';
import { testEngine } from './engine.ts';

const small = { maps: 6, latent: 8, batch8: 2 };

describe('3-D StyleGAN', () => {
  let tf: typeof TensorFlow;
  beforeAll(async () => {
    tf = await testEngine();
  });

  const create = (): GeneratorModel =>
    styleGan.create({ config: styleGan.configSchema.parse(small), grid: 8, seed: 1 });

  /** Mean squared difference of scans of different seeds but with the same noise, at a truncation. */
  async function spread(model: GeneratorModel, truncation: number): Promise<number> {
    const scans = model.generate({ count: 2, seed: 3, truncation });
    const difference = tf.tidy(() => {
      const [first, second] = tf.split(scans, 2) as [TensorFlow.Tensor5D, TensorFlow.Tensor5D];
      return tf.mean(tf.squaredDifference(first, second));
    });
    const [value] = await difference.data();
    tf.dispose([scans, difference]);
    return value as number;
  }

  it('truncation draws scans toward the average one, which 0 is', async () => {
    const model = create();
    const real = tf.randomUniform<TensorFlow.Rank.R5>([2, 8, 8, 8, 1], -1, 1, 'float32', 1);
    await model.step(real);
    const [none, half, whole] = [await spread(model, 0), await spread(model, 0.5), await spread(model, 1)];
    expect(none).toBeLessThan(0.2 * whole); // the noise alone differs
    expect(half).toBeLessThan(0.8 * whole);
    real.dispose();
    model.dispose();
  });

  it('the average style follows the styles, and is part of a checkpoint', async () => {
    const model = create();
    const average = model.networks['generator']?.buffers['averageStyle'] as TensorFlow.Variable;
    const real = tf.zeros<TensorFlow.Rank.R5>([2, 8, 8, 8, 1]);
    expect([...(await average.data())].every((value) => value === 0)).toBe(true);
    await model.step(real);
    expect([...(await average.data())].every((value) => value !== 0)).toBe(true);
    real.dispose();
    model.dispose();
  });
});
