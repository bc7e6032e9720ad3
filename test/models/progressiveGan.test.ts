import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type * as TensorFlow from '@tensorflow/tfjs';
import type { GeneratorModel } from '#models/model.ts';
import { progressiveGan } from '#models/progressiveGan.ts';
import { createProgressiveGenerator } from '#models/progressiveGanNetworks.ts';
import { createRandom } from '#shared/random.ts';
import { restoreCheckpoint, writeCheckpoint } from '#worker/checkpoint.ts';
import { testEngine } from './engine.ts';

const small = { maps: 4, batch4: 2, batch8: 2, kimg: 0.01 };

describe('progressive GAN', () => {
  let tf: typeof TensorFlow;
  beforeAll(async () => {
    tf = await testEngine();
  });

  it('has the published number of weights', () => {
    const { network } = createProgressiveGenerator({ grid: 64, maps: 128, classes: 0 }, createRandom(1));
    const weights = Object.values(network.weights).reduce((sum, { size }) => sum + size, 0);
    expect(weights / 1e6).toBeCloseTo(5.03, 2);
    tf.dispose(network.weights);
  });

  it('renders at the grid’s size while the resolution is lower: voxels repeated', async () => {
    const model = progressiveGan.create({ config: progressiveGan.configSchema.parse(small), grid: 16, seed: 1 });
    const scan = model.generate({ count: 1, seed: 3, truncation: 1 });
    const blocks = tf.tidy(() => tf.reshape(scan, [4, 4, 4, 4, 4, 4]));
    const spread = tf.tidy(() => tf.max(tf.sub(tf.max(blocks, [1, 3, 5]), tf.min(blocks, [1, 3, 5]))));
    expect((await spread.data())[0]).toBe(0);
    tf.dispose([scan, blocks, spread]);
    model.dispose();
  });

  it('tells what it wants of the data, and counts what it has seen', async () => {
    const model = progressiveGan.create({ config: progressiveGan.configSchema.parse(small), grid: 8, seed: 1 });
    expect(model.nextBatch?.()).toEqual({ from: 0, count: 2, side: 4 });
    model.counters?.restore({ imagesSeen: 14, steps: 7, phase: 10 });
    expect(model.nextBatch?.()).toEqual({ from: 14, count: 2, side: 8 });
    const real = tf.zeros<TensorFlow.Rank.R5>([2, 8, 8, 8, 1]);
    const report = await model.step(real);
    expect(report).toMatchObject({ 'growth.side': 8, 'growth.fade': 0.4, 'growth.scans': 16 });
    expect(model.counters?.values()).toEqual({ imagesSeen: 16, steps: 8, phase: 10 });
    await expect(model.step(tf.zeros([2, 4, 4, 4, 1]))).rejects.toThrow(/scans are of 8³/);
    real.dispose();
    model.dispose();
  });

  it('forgets the optimisers’ moments where a phase begins', async () => {
    const model = progressiveGan.create({ config: progressiveGan.configSchema.parse(small), grid: 8, seed: 1 });
    const real = tf.ones<TensorFlow.Rank.R5>([2, 4, 4, 4, 1]);
    model.counters?.restore({ imagesSeen: 8, steps: 4, phase: 10 });
    await model.step(real);
    expect(model.optimizers['generator']?.stepCount).toBe(1);
    await model.step(real);
    expect(model.optimizers['generator']?.stepCount).toBe(0);
    real.dispose();
    model.dispose();
  });

  it('synthesises from a checkpoint at the resolution and fade it was written at', async () => {
    const config = progressiveGan.configSchema.parse(small);
    const [trained, opened] = [1, 2].map((seed) => progressiveGan.create({ config, grid: 8, seed })) as [
      GeneratorModel,
      GeneratorModel,
    ];
    trained.counters?.restore({ imagesSeen: 14, steps: 7, phase: 10 });
    const folder = await mkdtemp(join(tmpdir(), 'doppel-progressive-'));
    const saved = await writeCheckpoint(trained, {
      checkpointsDir: folder,
      jobId: 'j',
      modelId: progressiveGan.id,
      grid: 8,
      config,
      seed: 1,
      datasetFingerprint: 'f',
      trainedOn: null,
      iteration: 7,
      elapsedSeconds: 1,
      dataPosition: 14,
      milestone: false,
      versions: { doppel: '0', node: '0', engine: '0' },
    });
    await restoreCheckpoint(opened, join(folder, saved.id), 'networks');
    const [first, second] = [trained, opened].map((model) => model.generate({ count: 1, seed: 3, truncation: 1 }));
    expect(await second?.data()).toEqual(await first?.data());
    tf.dispose([first, second] as TensorFlow.Tensor[]);
    trained.dispose();
    opened.dispose();
    await rm(folder, { recursive: true });
  });
});
