/** What is measured of a training's health: against the same figures computed directly, and on a generator that collapsed. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type * as TensorFlow from '@tensorflow/tfjs';
import type { AffineMatrix } from '#contract/records.ts';
import { writeNifti } from '#imaging/niftiWrite.ts';
import { autoencoder } from '#models/autoencoder.ts';
import { dcGan } from '#models/dcGan.ts';
import type { GeneratorModel } from '#models/model.ts';
import { progressiveGan } from '#models/progressiveGan.ts';
import { createRandom } from '#shared/random.ts';
import { createHealthProbe } from '#worker/healthProbe.ts';
import { freshRecord, judgeHealth, type HealthRecord } from '#worker/healthVerdict.ts';
import { healthMetrics, healthText } from '#worker/healthWords.ts';
import type { TrainingRequest } from '#worker/training.ts';
import { testEngine } from '../models/engine.ts';

const grid = 32;
let folder: string;
let tf: typeof TensorFlow;
let volumes: TrainingRequest['volumes'];

/** A ball with waves inside, of a size, a place and a wave length drawn from the seed: x fastest, in [-1, 1]. */
function ballOf(seed: number): Float32Array {
  const random = createRandom(seed);
  const [cx, cy, cz, radius, wave] = [15.5, 15.5, 15.5, 11, 0.5].map((middle) => middle * (0.8 + 0.4 * random.uniform())) as [number, number, number, number, number]; // prettier-ignore
  return Float32Array.from({ length: grid ** 3 }, (_, voxel) => {
    const [x, y, z] = [voxel % grid, Math.floor(voxel / grid) % grid, Math.floor(voxel / grid ** 2)];
    const distance = Math.hypot(x - cx, y - cy, z - cz);
    return distance < radius ? 0.5 * Math.sin(wave * distance + seed) : -1;
  });
}

beforeAll(async () => {
  tf = await testEngine();
  folder = await mkdtemp(join(tmpdir(), 'doppel-health-'));
  volumes = await Promise.all(
    Array.from({ length: 8 }, async (_, index) => {
      const path = join(folder, `${String(index)}.nii`);
      const affine = [0, 1, 2].map((row) => [0, 1, 2, 3].map((column) => (row === column ? 1 : 0)));
      const volume = { size: [grid, grid, grid] as const, affine: [...affine, [0, 0, 0, 1]] as AffineMatrix, data: ballOf(index) };
      await writeNifti(path, volume, { storage: { kind: 'float32' }, description: '' });
      return { path, lowPath: null, split: index < 5 ? ('train' as const) : ('heldout' as const), attributes: {} };
    }),
  ); // prettier-ignore
});
afterAll(() => rm(folder, { recursive: true }));

const scanOf = (seed: number): TensorFlow.Tensor5D => tf.tensor5d(ballOf(seed), [1, grid, grid, grid, 1]);
const createGan = (): GeneratorModel =>
  dcGan.create({ config: dcGan.configSchema.parse({ width: 8, latent: 8, batch: 2 }), grid, seed: 1 });

/** Looks at a model so many times. */
async function looks(model: GeneratorModel, count: number): Promise<{ record: HealthRecord; told: string[]; isCollapsed: boolean }> {
  const probe = createHealthProbe(model, { grid, volumes, seed: 1 });
  const scans = await probe.measure();
  let record = freshRecord;
  let isCollapsed = false;
  const told: string[] = [];
  for (let index = 1; index <= count; index++) {
    const look = { scans, norms: {} };
    const verdict = judgeHealth(look, 10 * index, record);
    for (const changed of verdict.changed)
      told.push(`${changed.state} ${healthText(changed, { look, before: record })}`);
    ({ record, isCollapsed } = verdict);
  }
  return { record, told, isCollapsed };
} // prettier-ignore

test('scores of training, held-out and synthetic scans are those of the discriminator, nothing is drawn or left over', async () => {
  const model = createGan();
  const before = { tensors: tf.memory().numTensors, random: model.randomState() };
  const { gap } = await createHealthProbe(model, { grid, volumes, seed: 1 }).measure();
  expect({ tensors: tf.memory().numTensors, random: model.randomState() }).toEqual(before);
  const meanScore = async (scans: readonly TensorFlow.Tensor5D[]): Promise<number> => {
    const scores = await Promise.all(scans.map(async (scan) => (await model.judge?.(scan).data())?.[0] ?? NaN));
    return scores.reduce((sum, score) => sum + score, 0) / scores.length;
  };
  const training = await meanScore([0, 1, 2, 3, 4].map(scanOf));
  const heldOut = await meanScore([5, 6, 7].map(scanOf));
  const synthetic = await meanScore(
    Array.from({ length: 12 }, (_, index) => model.generate({ count: 1, seed: 1001 + index, truncation: 1 })),
  );
  expect(gap).toMatchObject({ kind: 'judged', heldOutScans: 3 });
  expect(gap?.training).toBeCloseTo(training, 6);
  expect(gap?.heldOut).toBeCloseTo(heldOut, 6);
  expect(gap?.synthetic).toBeCloseTo(synthetic, 6);
  const share = training > synthetic ? Math.max(0, (training - heldOut) / (training - synthetic)) : 0;
  expect(gap?.value).toBeCloseTo(share, 4);
  model.dispose();
});

test('an autoencoder is asked how well it makes held-out scans from their codes', async () => {
  const config = autoencoder.configSchema.parse({ width: 4, latent: 4, batch: 2 });
  const model = autoencoder.create({ config, grid, seed: 1 });
  const { gap } = await createHealthProbe(model, { grid, volumes, seed: 1 }).measure();
  const errorOf = async (seed: number): Promise<number> => {
    const error = tf.tidy(() => {
      const scan = scanOf(seed);
      return tf.losses.meanSquaredError(scan, model.generateFrom?.(model.encode?.(scan) as TensorFlow.Tensor2D) ?? scan);
    });
    return (await error.data())[0] ?? NaN;
  };
  const errors = await Promise.all([0, 1, 2, 3, 4, 5, 6, 7].map(errorOf));
  const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  expect(gap?.kind).toBe('reconstructed');
  expect(gap?.value).toBeCloseTo(meanOf(errors.slice(5)) / meanOf(errors.slice(0, 5)), 4);
  model.dispose();
}); // prettier-ignore

test('a generator that ignores its codes raises the alarm once, in words that say what to do', async () => {
  const model = createGan();
  const collapsed: GeneratorModel = { ...model, generate: (request) => model.generate({ ...request, seed: 1 }) };
  const { told, isCollapsed, record } = await looks(collapsed, 14);
  expect(isCollapsed).toBe(true);
  expect(record).toMatchObject({ looks: 14, lastSound: 0, collapsedLooks: 4 });
  const [alarm, ...others] = told.filter((text) => text.includes('Diversity'));
  expect(others).toEqual([]);
  expect(alarm).toMatch(/^alarm Diversity: .*collapsed.*doppel train --from.*lower learning rate.*MS-SSIM 1\.000 of 12 synthetic scans.*of 8 real ones, 3 scales at 32³/); // prettier-ignore
  model.dispose();
});

test('one whose scans are as varied as real ones does not', async () => {
  const model = createGan();
  const varied: GeneratorModel = { ...model, generate: ({ seed }) => scanOf(seed) };
  const { told, isCollapsed, record } = await looks(varied, 2);
  expect(isCollapsed).toBe(false);
  expect(record).toMatchObject({ lastSound: 20, standings: { diversity: { state: 'good' }, checkerboard: { state: 'good' } } });
  expect(told.filter((text) => text.includes('Diversity'))).toMatchObject([expect.stringMatching(/^good Diversity: .*as varied as real/)]);
  model.dispose();
}); // prettier-ignore

test('a checkerboard is told from the brain it lies on', async () => {
  const model = createGan();
  const patterned: GeneratorModel = {
    ...model,
    generate: ({ seed }) => {
      const data = ballOf(seed).map((value, voxel) => value + (voxel % 2 === 0 ? 0.05 : -0.05));
      return tf.tensor5d(data, [1, grid, grid, grid, 1]);
    },
  };
  const { told } = await looks(patterned, 11);
  expect(told.filter((text) => text.includes('Checkerboard'))).toMatchObject([expect.stringMatching(/^alarm .*of the size of the upsampling/)]);
  model.dispose();
}); // prettier-ignore

test('a growing model is compared at the resolution it has come to', async () => {
  const config = progressiveGan.configSchema.parse({ maps: 4, batch4: 3, batch8: 2, batch16: 1, kimg: 0.003 });
  const model = progressiveGan.create({ config, grid, seed: 1, scans: 5 });
  const probe = createHealthProbe(model, { grid, volumes, seed: 1 });
  expect(await probe.measure()).toMatchObject({ similarity: null, checkerboard: null, gap: { kind: 'judged' } });
  for (let plan = model.nextBatch?.(); plan !== undefined && plan.side < 16; plan = model.nextBatch?.()) {
    const real = tf.fill<TensorFlow.Rank.R5>([plan.count, plan.side, plan.side, plan.side, 1], 0);
    await model.step(real);
    real.dispose();
  }
  const before = tf.memory().numTensors;
  const scans = await probe.measure();
  expect(tf.memory().numTensors).toBe(before);
  expect(scans.similarity).toMatchObject({ side: 16, scales: 2, syntheticScans: 12, realScans: 8 });
  expect(healthMetrics({ scans, norms: { generator: Infinity } })).not.toHaveProperty('health.gradients.generator');
  model.dispose();
});
