/** Memory that runs out, by an operation that really cannot be had: the update begins again, and nothing is done twice. */
import { beforeAll, expect, it } from 'vitest';
import type * as TensorFlow from '@tensorflow/tfjs';
import { createMemoryPlan, isOutOfMemory } from '#models/training/memoryPlan.ts';
import { batchGradients, rowsOf } from '#models/training/pieces.ts';
import { createRandom, restoreRandom } from '#shared/random.ts';
import { testEngine } from '../engine.ts';

let tf: typeof TensorFlow;
beforeAll(async () => {
  tf = await testEngine();
});

const count = 4;
/** What no process gets; TensorFlow itself would wait for ten seconds before it says so. */
const claimTooMuch = (): ArrayBuffer => new ArrayBuffer(2 ** 45);

/** One update on four scans, of which only `fitting` can be computed at once. */
async function update(fitting: number): Promise<{ gradient: number[]; told: string[]; settled: number; next: number }> {
  let random = createRandom(5);
  const told: string[] = [];
  let settled = 0;
  const memory = createMemoryPlan({ pieces: 1, recompute: false }, (_, reason) => told.push(reason));
  const draws = {
    randomState: () => random.state(),
    restoreRandom: (state: ReturnType<typeof random.state>) => {
      random = restoreRandom(state);
    },
  };
  const observer = { settle: () => (settled += 1), discard: () => undefined };
  const [x, w] = [tf.range(0, count), tf.scalar(2)];
  const { gradients, terms } = batchGradients(
    { memory, count, random: draws, observers: [observer] },
    { w },
    (piece) => {
      const noise = tf.tensor1d(random.normals(piece.count));
      const total = tf.mean<TensorFlow.Scalar>(tf.mul(tf.square(w), tf.add(rowsOf(x, piece), noise)));
      if (piece.count > fitting) claimTooMuch();
      return { total, terms: { total } };
    },
  );
  const gradient = Array.from(await (gradients['w'] as TensorFlow.Tensor).data());
  tf.dispose([gradients, terms, x, w]);
  return { gradient, told, settled, next: random.uniform() };
}

it('halves the scans at once until they fit, with the same draws, and takes in what was noted once', async () => {
  const before = tf.memory().numTensors;
  const whole = await update(4);
  const single = await update(1);
  expect(tf.memory().numTensors).toBe(before);
  expect(whole.told).toEqual([]);
  expect(single.told).toHaveLength(2);
  expect(single.told[0]).toContain('2 pieces');
  expect(single.gradient[0]).toBeCloseTo(whole.gradient[0] ?? Number.NaN, 5);
  expect(single).toMatchObject({ settled: 1, next: whole.next });
});

it('knows the words of TensorFlow', () => {
  const words = 'Invalid TF_Status: 8\nMessage: OOM when allocating tensor with shape[16,1024,1024] and type float';
  expect(isOutOfMemory(new Error(words))).toBe(true);
  expect(isOutOfMemory(new Error('Invalid TF_Status: 3'))).toBe(false);
});

it('begins smaller where the system ended a training, as far as there is a smaller way', () => {
  const told: string[] = [];
  const memory = createMemoryPlan({ pieces: 2, recompute: false }, (_, reason) => told.push(reason));
  for (let time = 0; time < 4; time++) memory.beginSmaller(count);
  expect(told.map((reason) => /4 pieces|computed again|smallest way/.exec(reason)?.[0])).toEqual([
    '4 pieces',
    'computed again',
    'smallest way',
    'smallest way',
  ]);
  expect(memory.settings).toEqual({ pieces: 4, recompute: true });
});

it('computes activations again before it gives up, in words', async () => {
  await expect(update(0)).rejects.toMatchObject({
    code: 'out-of-memory',
    message: expect.stringContaining('one scan at once, with activations computed again') as string,
  });
});
