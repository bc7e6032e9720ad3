/** Memory that runs out around a training's updates, by an allocation that really cannot be had. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type * as TensorFlow from '@tensorflow/tfjs';
import type { WorkerMessage } from '#contract/jobs.ts';
import { alphaWgan } from '#models/alphaWgan.ts';
import type { GeneratorModel } from '#models/model.ts';
import { createMemoryGuard, type MemoryGuard } from '#worker/memoryGuard.ts';
import { testEngine } from '../models/engine.ts';

const grid = 16;
const config = alphaWgan.configSchema.parse({ width: 16, latent: 8, codeUnits: 16, batch: 1 });
const kept = { id: 'c7', iteration: 7, milestone: false };

let tf: typeof TensorFlow;
let model: GeneratorModel;
beforeAll(async () => {
  tf = await testEngine();
  model = alphaWgan.create({ config, grid, seed: 1 });
});
afterAll(() => {
  model.dispose();
});

function guarded(): { guard: MemoryGuard; told: WorkerMessage[] } {
  const told: WorkerMessage[] = [];
  return {
    guard: createMemoryGuard(model, { send: (message) => told.push(message), isCancelled: () => false }),
    told,
  };
}

/** What no process gets; TensorFlow itself would wait for ten seconds before it says so. */
const claimTooMuch = (): ArrayBuffer => new ArrayBuffer(2 ** 45);

async function failing(work: () => unknown): Promise<unknown> {
  try {
    await work();
  } catch (thrown) {
    return thrown;
  }
  throw new Error('Nothing was thrown.');
}

async function step(): Promise<void> {
  const real = tf.fill<TensorFlow.Rank.R5>([alphaWgan.batchSize(config), grid, grid, grid, 1], -0.5);
  await model.step(real);
  real.dispose();
}

it('keeps a state of which nothing has moved, with the random numbers of before', async () => {
  const { guard } = guarded();
  const before = model.randomState();
  guard.begin(8);
  model.restoreRandom([1, 2, 3, 4]);
  const thrown = await failing(claimTooMuch);
  expect(guard.undo(thrown)).toBe(true);
  expect(model.randomState()).toEqual(before);
  expect(guard.ending(thrown, kept)).toMatchObject({
    code: 'out-of-memory',
    message: expect.stringContaining('Checkpoint c7 of iteration 7, the last whole one, is kept') as string,
  });
});

it('keeps nothing of an iteration that had begun to move, and says which state is whole', async () => {
  const { guard } = guarded();
  guard.begin(10);
  await step();
  const thrown = await failing(claimTooMuch);
  expect(guard.undo(thrown)).toBe(false);
  expect(guard.ending(thrown, kept)).toMatchObject({
    message: expect.stringMatching(/had changed some .* c7 of iteration 7 is the last whole state/) as string,
  });
  expect(guard.ending(thrown, null)).toMatchObject({ message: expect.stringContaining('no checkpoint yet') as string });
});

it('does without a preview, and says so once', async () => {
  const { guard, told } = guarded();
  for (let time = 0; time < 2; time++)
    expect(await guard.spare('A preview', () => Promise.resolve().then(claimTooMuch))).toBeNull();
  expect(told).toEqual([{ type: 'noticed', text: expect.stringContaining('A preview was left out') as string }]);
  expect(await guard.spare('A preview', () => Promise.resolve('picture'))).toBe('picture');
});

it('leaves what is no matter of memory as it was', async () => {
  const { guard } = guarded();
  const fault = new Error('The disk is gone.');
  guard.begin(1);
  expect(guard.undo(fault)).toBe(false);
  expect(guard.ending(fault, kept)).toBe(fault);
  expect(await failing(() => guard.spare('A preview', () => Promise.reject(fault)))).toBe(fault);
});
