/** What every model that makes scans must do, whatever comes later: the suite runs over the registry. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type * as TensorFlow from '@tensorflow/tfjs';
import type { BatchPlan, GeneratorEntry, GeneratorModel, Scalars } from '#models/model.ts';
import { registry } from '#models/registry.ts';
import { createRandom } from '#shared/random.ts';
import { restoreCheckpoint, writeCheckpoint } from '#worker/checkpoint.ts';
import { testEngine } from './engine.ts';
import { smallConfigs } from './smallConfigs.ts';

/** The smallest grid worth the name. */
const gridOf = (entry: GeneratorEntry): number => entry.grids.find((side) => side >= 16) ?? 16;
const smallOf = (entry: GeneratorEntry, preset: GeneratorEntry['presets'][number]): unknown =>
  entry.configSchema.parse({ ...preset.config, ...smallConfigs[entry.id] });
/** Presets that differ in sizes alone are one at these sizes: the default one stands for them. */
function variantsOf(entry: GeneratorEntry) {
  const first = entry.presets.toSorted(
    (a, b) => Number(b.id === entry.defaultPreset) - Number(a.id === entry.defaultPreset),
  );
  const bySmallConfig = Map.groupBy(first, (preset) => JSON.stringify(smallOf(entry, preset)));
  return [...bySmallConfig.values()].flatMap(([preset]) =>
    preset === undefined ? [] : [{ name: `${entry.id}, ${preset.id}`, entry, preset }],
  );
}
const variants = registry.flatMap((entry) => (entry.kind === 'generator' ? variantsOf(entry) : []));

describe.each(variants)('$name', ({ entry, preset }) => {
  const grid = gridOf(entry);
  let tf: typeof TensorFlow;
  let folder: string;
  beforeAll(async () => {
    tf = await testEngine();
    folder = await mkdtemp(join(tmpdir(), 'doppel-models-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const config = smallOf(entry, preset);
  const create = (seed: number, overrides: object = {}): GeneratorModel =>
    entry.create({ config: { ...(config as object), ...overrides }, grid, seed });

  async function trainSteps(model: GeneratorModel, from: number, to: number): Promise<Scalars[]> {
    const losses: Scalars[] = [];
    for (let iteration = from; iteration < to; iteration++) {
      const real = scans(tf, model.nextBatch?.() ?? { count: entry.batchSize(config), side: grid }, iteration);
      const asked = model.nextHeldOut?.() ?? null;
      const heldOut = asked === null ? undefined : scans(tf, asked, 500 + iteration);
      losses.push(await model.step(real, undefined, heldOut));
      tf.dispose(heldOut === undefined ? [real] : [real, heldOut]);
    }
    return losses;
  }

  it('has defaults that parse and a description for every setting', () => {
    const defaults = entry.configSchema.parse({});
    expect(defaults).toBeTypeOf('object');
    expect(entry.presets.map(({ id }) => id)).toContain(entry.defaultPreset);
    for (const other of entry.presets) expect(() => entry.configSchema.parse(other.config)).not.toThrow();
    expect(entry.citation).not.toBe('');
  });

  it('generates volumes of the grid in [-1, 1], the same for the same seed, others for another', async () => {
    const model = create(1);
    const request = { count: 2, seed: 7, truncation: 1 };
    const first = model.generate(request);
    const again = model.generate(request);
    const other = model.generate({ ...request, seed: 70 });
    expect(first.shape).toEqual([2, grid, grid, grid, 1]);
    const values = await first.data();
    expect(values.every((value) => value >= -1 && value <= 1)).toBe(true);
    expect(await again.data()).toEqual(values);
    expect(await other.data()).not.toEqual(values);
    const single = model.generate({ ...request, count: 1, seed: 8 });
    expect(await single.data()).toEqual(values.slice(grid ** 3)); // a volume depends on its own seed alone
    tf.dispose([first, again, other, single]);
    model.dispose();
  });

  it('gives the same volume for a code, alone or among others, where it takes codes', async () => {
    const model = create(1);
    const before = tf.memory().numTensors;
    if (model.generateFrom !== undefined && model.latentLength !== undefined) {
      const codes = tf.tensor2d(createRandom(3).normals(2 * model.latentLength), [2, model.latentLength]);
      const last = tf.slice(codes, [1, 0], [1, -1]);
      const [both, alone] = [model.generateFrom(codes), model.generateFrom(last)];
      expect(both.shape).toEqual([2, grid, grid, grid, 1]);
      expect(await alone.data()).toEqual((await both.data()).slice(grid ** 3));
      tf.dispose([codes, last, both, alone]);
    }
    expect(tf.memory().numTensors).toBe(before);
    model.dispose();
  });

  it('finds the codes of scans, where it has an encoder', async () => {
    const model = create(4);
    const real = scans(tf, { count: 2, side: grid }, 0);
    const before = tf.memory().numTensors;
    const codes = model.encode?.(real);
    if (codes !== undefined) {
      expect(codes.shape).toEqual([2, model.latentLength]);
      expect((await codes.data()).every((value) => Number.isFinite(value))).toBe(true);
      codes.dispose();
    }
    expect(tf.memory().numTensors).toBe(before);
    real.dispose();
    model.dispose();
  });

  it('judges scans where it has a discriminator, a scan alone or among others, and draws nothing', async () => {
    const model = create(4);
    const real = scans(tf, { count: 2, side: grid }, 0);
    const before = { tensors: tf.memory().numTensors, random: model.randomState() };
    const side = model.nextBatch?.().side ?? grid;
    const shown = model.shown?.(real);
    if (shown !== undefined) expect(shown.shape).toEqual([2, side, side, side, 1]);
    const last = tf.slice(shown ?? real, [1, 0, 0, 0, 0], [1, -1, -1, -1, -1]);
    const [both, alone] = [model.judge?.(shown ?? real), model.judge?.(last)];
    expect(both === undefined).toBe(entry.id === 'autoencoder' || entry.id === 'vae');
    if (both !== undefined && alone !== undefined) {
      expect(both.shape).toEqual([2]);
      const [scores, single] = [await both.data(), await alone.data()];
      expect(scores.every((score) => Number.isFinite(score))).toBe(true);
      // What compares the scans of a batch with one another sees another batch.
      const isApart = !['style-gan', 'progressive-gan', 'alpha-wgan', 'dc-gan'].includes(entry.id);
      if (isApart) expect(single[0]).toBeCloseTo(scores[1] ?? NaN, 3);
      tf.dispose([both, alone]);
    }
    tf.dispose([last, ...(shown === undefined ? [] : [shown])]);
    expect({ tensors: tf.memory().numTensors, random: model.randomState() }).toEqual(before);
    real.dispose();
    model.dispose();
  });

  it('has finite losses that change and gradients of a length, and leaks no tensor', async () => {
    const before = tf.memory().numTensors;
    const model = create(2);
    const losses = await trainSteps(model, 0, 1);
    const held = tf.memory().numTensors;
    const optimizers = Object.entries(model.optimizers);
    for (const [, optimizer] of optimizers) optimizer.watchNorm();
    losses.push(...(await trainSteps(model, 1, 4)));
    for (const [name, optimizer] of optimizers) expect(await optimizer.takeNorm(), name).toBeGreaterThan(0);
    for (const [name, optimizer] of optimizers) expect(await optimizer.takeNorm(), name).toBeNull();
    expect(tf.memory().numTensors).toBe(held);
    for (const step of losses) for (const value of Object.values(step)) expect(value).toSatisfy(Number.isFinite);
    expect(losses[3]).not.toEqual(losses[0]);
    model.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('goes on from a checkpoint as if it had never stopped', async () => {
    await trainInTwo({}, 2);
  });

  const isOwnNetwork = preset.id === entry.defaultPreset || 'variant' in preset.config;
  if (isRegularised(entry) && isOwnNetwork) {
    it('is regularised for few scans, exactly so from a checkpoint on', async () => {
      const losses = await trainInTwo({ augment: 'adaptive', r1: 1, r1Every: 2 }, 3);
      expect(losses[0]?.['augment.strength']).toBeCloseTo(0.8, 1);
      expect(losses[0]).toHaveProperty(['augment.overfitting']);
      expect(losses[1]).toHaveProperty(['discriminator.r1']);
      expect(losses[0]).not.toHaveProperty(['discriminator.r1']);
    });
  }

  /** So many steps and two more, straight and from a checkpoint before these; the losses of these. */
  async function trainInTwo(overrides: object, steps: number): Promise<Scalars[]> {
    const straight = create(3, overrides);
    const counters = straight.counters?.values() ?? {};
    if ('augmentRisen' in counters) straight.counters?.restore({ ...counters, augmentRisen: 1600 }); // as strong as can be
    await trainSteps(straight, 0, steps);
    const saved = await writeCheckpoint(straight, {
      checkpointsDir: folder,
      jobId: 'j',
      modelId: entry.id,
      grid,
      config: config as Record<string, unknown>,
      seed: 3,
      datasetFingerprint: 'f',
      trainedOn: null,
      iteration: steps,
      elapsedSeconds: 1,
      dataPosition: 0,
      milestone: false,
      versions: { doppel: '0', node: '0', engine: '0' },
    });
    const expected = await trainSteps(straight, steps, steps + 2);
    const resumed = create(99, overrides);
    const before = tf.memory().numTensors;
    await restoreCheckpoint(resumed, join(folder, saved.id), 'run');
    expect(tf.memory().numTensors).toBe(before);
    const actual = await trainSteps(resumed, steps, steps + 2);
    expectClose(actual, expected);
    const [a, b] = [straight, resumed].map((model) => model.generate({ count: 1, seed: 5, truncation: 1 })) as [
      TensorFlow.Tensor5D,
      TensorFlow.Tensor5D,
    ];
    const difference = tf.tidy(() => tf.max(tf.abs(tf.sub(a, b))));
    expect((await difference.data())[0]).toBeLessThan(1e-4);
    tf.dispose([a, b, difference]);
    straight.dispose();
    resumed.dispose();
    return expected;
  }
});

/** Whether it has a discriminator of scans. */
const isRegularised = ({ configSchema }: GeneratorEntry): boolean =>
  'augment' in (configSchema.parse({}) as Readonly<Record<string, unknown>>);

/** Blobs in a volume of background, different from scan to scan: [count, side, side, side, 1] in [-1, 1]. */
function scans(
  tf: typeof TensorFlow,
  { count, side }: Pick<BatchPlan, 'count' | 'side'>,
  iteration: number,
): TensorFlow.Tensor5D {
  const random = createRandom(1000 + iteration);
  const values = new Float32Array(count * side ** 3);
  for (let scan = 0; scan < count; scan++) {
    const radius = side * (0.25 + 0.1875 * random.uniform());
    for (let voxel = 0; voxel < side ** 3; voxel++) {
      const offsets = [voxel % side, Math.floor(voxel / side) % side, Math.floor(voxel / side ** 2)].map(
        (at) => at - (side - 1) / 2,
      );
      values[scan * side ** 3 + voxel] = Math.hypot(...offsets) < radius ? 0.5 * random.uniform() : -1;
    }
  }
  return tf.tensor5d(values, [count, side, side, side, 1]);
}

function expectClose(actual: readonly Scalars[], expected: readonly Scalars[]): void {
  actual.forEach((losses, step) => {
    for (const [name, value] of Object.entries(losses)) {
      const reference = expected[step]?.[name] ?? Number.NaN;
      expect(Math.abs(value - reference), `${name} at step ${String(step)}`).toBeLessThanOrEqual(
        1e-3 * Math.max(1e-3, Math.abs(reference)),
      );
    }
  });
}
