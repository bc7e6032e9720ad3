import { beforeAll, describe, expect, it } from 'vitest';
import type * as TensorFlow from '@tensorflow/tfjs';
import { alphaWgan } from '#models/alphaWgan.ts';
import type { GeneratorModel } from '#models/model.ts';
import { runTrainingLoop, type LoopOptions } from '#models/training/loop.ts';
import { areWeightsFinite } from '#worker/trainingHealth.ts';
import { testEngine } from '../engine.ts';

const grid = 16;
const config = alphaWgan.configSchema.parse({ width: 16, latent: 8, codeUnits: 16, batch: 1 });

describe('training loop', () => {
  let tf: typeof TensorFlow;
  beforeAll(async () => {
    tf = await testEngine();
  });

  /** A run of a real model in which one second passes each time the clock is read. */
  async function run(
    model: GeneratorModel,
    options: Partial<LoopOptions>,
  ): Promise<{ previews: number[]; checkpoints: number[]; steps: number[]; end: unknown }> {
    const previews: number[] = [];
    const checkpoints: number[] = [];
    const steps: number[] = [];
    let clock = 0;
    const end: unknown = await runTrainingLoop({
      from: 0,
      until: { iterations: 4 },
      elapsedSeconds: 0,
      previewEvery: { iterations: 2, seconds: 0 },
      checkpointEvery: { iterations: 3, seconds: 0 },
      watchEvery: { iterations: 2, seconds: 0 },
      now: () => ++clock,
      step: async () => {
        const real = tf.fill<TensorFlow.Rank.R5>([alphaWgan.batchSize(config), grid, grid, grid, 1], -0.5);
        const losses = await model.step(real);
        real.dispose();
        return losses;
      },
      undo: () => false,
      isCancelled: () => false,
      onStep: (iteration) => steps.push(iteration),
      preview: (iteration) => Promise.resolve(void previews.push(iteration)),
      checkpoint: (iteration) => Promise.resolve(void checkpoints.push(iteration)),
      watch: () => Promise.resolve(null),
      areWeightsFinite: () => areWeightsFinite(model),
      recover: (fault, iteration) => Promise.reject(new Error(`${fault} at iteration ${String(iteration)}`)),
      ...options,
    }).catch((error: unknown) => error);
    model.dispose();
    return { previews, checkpoints, steps, end };
  }

  const create = (): GeneratorModel => alphaWgan.create({ config, grid, seed: 1 });

  it('previews and saves at the start, as often as asked, and at the end', async () => {
    const { previews, checkpoints, steps, end } = await run(create(), {});
    expect(steps).toEqual([1, 2, 3, 4]);
    expect(previews).toEqual([0, 2, 4]);
    expect(checkpoints).toEqual([0, 3, 4]);
    expect(end).toEqual({ iteration: 4, wasCancelled: false });
  });

  it('stops between steps when asked, and saves where it stopped', async () => {
    let done = 0;
    const { checkpoints, end } = await run(create(), { isCancelled: () => done >= 2, onStep: () => (done += 1) });
    expect(end).toEqual({ iteration: 2, wasCancelled: true });
    expect(checkpoints).toEqual([0, 2]);
  });

  it('saves the iteration before a step that threw where that can be undone', async () => {
    let done = 0;
    const fault = new Error('No memory.');
    const step = (): Promise<Record<string, number>> =>
      ++done > 2 ? Promise.reject(fault) : Promise.resolve({ loss: 1 });
    for (const [isUndone, expected] of [
      [true, [0, 2]],
      [false, [0]],
    ] as const) {
      done = 0;
      const { checkpoints, end } = await run(create(), { step, undo: (thrown) => isUndone && thrown === fault });
      expect({ checkpoints, end }).toEqual({ checkpoints: expected, end: fault });
    }
  });

  it('saves nothing again when it goes on from a goal that is reached', async () => {
    const { checkpoints, steps, end } = await run(create(), { from: 4 });
    expect({ checkpoints, steps, end }).toEqual({
      checkpoints: [],
      steps: [],
      end: { iteration: 4, wasCancelled: false },
    });
  });

  it('trains for a time, counting what an earlier run spent', async () => {
    const { end } = await run(create(), { from: 7, until: { minutes: 1 }, elapsedSeconds: 59.5 });
    expect(end).toMatchObject({ iteration: 7, wasCancelled: false });
  });

  it('tells a loss that is not finite, with the step and the term, and keeps nothing of it', async () => {
    const model = create();
    const { steps, checkpoints, end } = await run(model, {
      step: async () => {
        breakWeight(model);
        const real = tf.fill<TensorFlow.Rank.R5>([alphaWgan.batchSize(config), grid, grid, grid, 1], -0.5);
        const losses = await model.step(real);
        real.dispose();
        return losses;
      },
    });
    expect((end as Error).message).toMatch(/^The loss '[a-z.]+' became NaN at iteration 1$/);
    expect({ steps, checkpoints }).toEqual({ steps: [], checkpoints: [0] });
  });

  it('keeps no weights that are not finite', async () => {
    const model = create();
    const { steps, checkpoints, end } = await run(model, {
      step: () => Promise.resolve({ loss: 1 }),
      onStep: (iteration) => {
        if (iteration === 3) breakWeight(model);
      },
    });
    expect((end as Error).message).toBe('A weight became infinite or not a number at iteration 3');
    expect({ steps, checkpoints }).toEqual({ steps: [], checkpoints: [0] });
  });

  it('goes on from where it was taken back to, by a look or by a fault', async () => {
    const done: number[] = [];
    const looks: number[] = [];
    const { checkpoints, end } = await run(create(), {
      until: { iterations: 5 },
      step: (iteration, isWatched) => {
        done.push(iteration);
        expect(isWatched).toBe(iteration % 2 === 0);
        return Promise.resolve({ loss: done.length === 6 ? NaN : 1 });
      },
      onStep: () => undefined,
      watch: (iteration) => Promise.resolve(looks.push(iteration) === 2 ? 3 : null),
      recover: () => Promise.resolve(1),
    });
    expect(done).toEqual([1, 2, 3, 4, 4, 5, 2, 3, 4, 5]);
    expect(looks).toEqual([2, 4, 4, 2, 4]);
    expect(checkpoints).toEqual([0, 3, 3, 5]);
    expect(end).toEqual({ iteration: 5, wasCancelled: false });
  });

  it('looks by time no more often than costs a fortieth of it', async () => {
    let clock = 0;
    const looks: number[] = [];
    await run(create(), {
      until: { iterations: 300 },
      watchEvery: { iterations: null, seconds: 30 },
      now: () => clock,
      step: () => Promise.resolve({ loss: ((clock += 1), 1) }),
      watch: (iteration) => Promise.resolve(((clock += 2), looks.push(iteration), null)),
    });
    expect(looks).toEqual([31, 112, 193, 274]);
  });

  function breakWeight(model: GeneratorModel): void {
    const weight = model.networks['encoder']?.weights['out.bias'];
    weight?.assign(tf.fill(weight.shape, Number.NaN));
  }
});
