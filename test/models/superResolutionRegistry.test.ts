/** What every super-resolution model must do, whatever comes later: the suite runs over the registry. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type * as TensorFlow from '@tensorflow/tfjs';
import type { PatchPair, Scalars, SuperResolutionModel } from '#models/model.ts';
import { registry } from '#models/registry.ts';
import { createRandom } from '#shared/random.ts';
import { restoreCheckpoint, writeCheckpoint } from '#worker/checkpoint.ts';
import { largestDifference, testEngine } from './engine.ts';

const side = 16;
/** Small sizes, so that the suite is quick. */
const smallConfigs: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  srgan: { features: 8, blocks: 1, patch: side, batch: 2 },
};
const variants = registry.flatMap((entry) =>
  entry.kind === 'super-resolution'
    ? entry.presets.map((preset) => ({ name: `${entry.id}, ${preset.id}`, entry, preset }))
    : [],
);

describe.each(variants)('$name', ({ entry, preset }) => {
  let tf: typeof TensorFlow;
  let folder: string;
  beforeAll(async () => {
    tf = await testEngine();
    folder = await mkdtemp(join(tmpdir(), 'doppel-models-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const config = entry.configSchema.parse({ ...preset.config, ...smallConfigs[entry.id] });
  const plan = entry.patches(config);
  const create = (seed: number): SuperResolutionModel => entry.create({ config, seed });

  /** Blobs in background, different from iteration to iteration, and their block means. */
  function patches(iteration: number): PatchPair {
    const random = createRandom(1000 + iteration);
    const values = Float32Array.from({ length: plan.count * side ** 3 }, (_, index) => {
      const offsets = [index % side, Math.floor(index / side) % side, Math.floor(index / side ** 2) % side];
      return Math.hypot(...offsets.map((at) => at - (side - 1) / 2)) < 6 ? 0.5 * random.uniform() : -1;
    });
    const [x, y, z] = plan.factor;
    const high = tf.tensor5d(values, [plan.count, side, side, side, 1]);
    return { high, low: tf.avgPool3d(high, [z, y, x], [z, y, x], 'valid') };
  }

  async function trainSteps(model: SuperResolutionModel, from: number, to: number): Promise<Scalars[]> {
    const losses: Scalars[] = [];
    for (let iteration = from; iteration < to; iteration++) {
      const pair = patches(iteration);
      losses.push(await model.step(pair));
      tf.dispose([pair.low, pair.high]);
    }
    return losses;
  }

  it('has defaults that parse, and patches that the factor divides', () => {
    expect(entry.configSchema.parse({})).toBeTypeOf('object');
    expect(entry.presets.map(({ id }) => id)).toContain(entry.defaultPreset);
    for (const other of entry.presets) {
      const { side: patch, factor } = entry.patches(entry.configSchema.parse(other.config));
      for (const f of factor) expect(patch % f).toBe(0);
    }
    expect(entry.citation).not.toBe('');
  });

  it('refines to the factor, in [-1, 1], in one go as in two halves, and the same for the same seed', async () => {
    const [model, twin, other] = [create(1), create(1), create(2)];
    for (const one of [model, twin, other]) await trainSteps(one, 0, 2);
    const { low, high } = patches(9);
    const refined = model.upscale(low);
    const features = model.trunk(low);
    const joined = model.tail(features, low);
    const [same, different] = [twin.upscale(low), other.upscale(low)];
    expect(refined.shape).toEqual(high.shape);
    const values = await refined.data();
    expect(values.every((value) => value >= -1 && value <= 1)).toBe(true);
    expect(await largestDifference(tf, refined, joined)).toBe(0);
    expect(await largestDifference(tf, refined, same)).toBeLessThan(1e-4);
    expect(await largestDifference(tf, refined, different)).toBeGreaterThan(1e-4);
    tf.dispose([low, high, refined, features, joined, same, different]);
    for (const one of [model, twin, other]) one.dispose();
  });

  it('has finite losses that change, and leaks no tensor', async () => {
    const before = tf.memory().numTensors;
    const model = create(2);
    const losses = await trainSteps(model, 0, 1);
    const held = tf.memory().numTensors;
    losses.push(...(await trainSteps(model, 1, 4)));
    const { low, high } = patches(5);
    tf.dispose([low, high, model.upscale(low)]);
    expect(tf.memory().numTensors).toBe(held);
    for (const step of losses) for (const value of Object.values(step)) expect(value).toSatisfy(Number.isFinite);
    expect(losses[3]).not.toEqual(losses[0]);
    model.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('goes on from a checkpoint as if it had never stopped', async () => {
    const straight = create(3);
    await trainSteps(straight, 0, 2);
    const saved = await writeCheckpoint(straight, {
      checkpointsDir: folder,
      jobId: 'j',
      modelId: entry.id,
      grid: 32,
      config: config as Record<string, unknown>,
      seed: 3,
      datasetFingerprint: 'f',
      trainedOn: null,
      iteration: 2,
      elapsedSeconds: 1,
      dataPosition: 0,
      milestone: false,
      versions: { doppel: '0', node: '0', engine: '0' },
    });
    const expected = await trainSteps(straight, 2, 4);
    const resumed = create(99);
    await restoreCheckpoint(resumed, join(folder, saved.id), 'run');
    const actual = await trainSteps(resumed, 2, 4);
    actual.forEach((losses, step) => {
      for (const [name, value] of Object.entries(losses)) {
        const reference = expected[step]?.[name] ?? Number.NaN;
        expect(Math.abs(value - reference), `${name} at step ${String(step)}`).toBeLessThanOrEqual(
          1e-3 * Math.max(1e-3, Math.abs(reference)),
        );
      }
    });
    const { low, high } = patches(9);
    const [a, b] = [straight.upscale(low), resumed.upscale(low)];
    expect(await largestDifference(tf, a, b)).toBeLessThan(1e-3);
    tf.dispose([low, high, a, b]);
    straight.dispose();
    resumed.dispose();
  });
});
