/** Training of a growing model as the worker does it: scans on disk, of the size and number that each resolution wants. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decode } from 'fast-png';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type * as TensorFlow from '@tensorflow/tfjs';
import type { AffineMatrix, Attributes } from '#contract/records.ts';
import { writeNifti } from '#imaging/niftiWrite.ts';
import { autoencoder } from '#models/autoencoder.ts';
import { haGan } from '#models/haGan.ts';
import { progressiveGan } from '#models/progressiveGan.ts';
import { createGeneratorTraining } from '#worker/generatorTraining.ts';
import type { TrainingRequest } from '#worker/training.ts';
import { testEngine } from '../models/engine.ts';

let folder: string;
let tf: typeof TensorFlow;
beforeAll(async () => {
  tf = await testEngine();
  folder = await mkdtemp(join(tmpdir(), 'doppel-growing-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Waves of `grid`³ voxels, one with each of these rows of the participants' table. */
function scansOnDisk(grid: number, rows: readonly Attributes[]): Promise<TrainingRequest['volumes']> {
  return Promise.all(
    rows.map(async (attributes, scan) => {
      const path = join(folder, `${String(grid)}-${String(scan)}.nii`);
      const data = Float32Array.from({ length: grid ** 3 }, (_, voxel) => Math.sin(0.01 * voxel + scan));
      const affine = [0, 1, 2].map((row) => [0, 1, 2, 3].map((column) => (row === column ? 1 : 0)));
      await writeNifti(
        path,
        { size: [grid, grid, grid], affine: [...affine, [0, 0, 0, 1]] as AffineMatrix, data },
        { storage: { kind: 'float32' }, description: '' },
      );
      return { path, lowPath: null, split: 'train' as const, attributes };
    }),
  );
}

test('a growing model is fed at its resolution, from 4³ to the grid, and each scan in its turn', async () => {
  const volumes = await scansOnDisk(16, [{}, {}, {}]);
  const small = { maps: 4, batch4: 3, batch8: 2, batch16: 1, kimg: 0.004 };
  const config = progressiveGan.configSchema.parse(small);
  const training = createGeneratorTraining(progressiveGan, { config, grid: 16, volumes, seed: 1 });
  const sides: number[] = [];
  let scans = 0;
  for (let iteration = 1; iteration <= 9; iteration++) {
    const report = await training.step(iteration);
    sides.push(report['growth.side'] as number);
    scans = report['growth.scans'] as number;
    expect(training.drawnUntil(iteration)).toBe(scans);
  }
  expect(sides).toEqual([4, 4, 8, 8, 8, 8, 16, 16, 16]);
  const { picture } = await training.preview();
  expect(picture.length).toBeGreaterThan(100);
  training.model.dispose();
});

test.each([
  { order: ['f', 'm'], conditionBefore: undefined },
  { order: ['m', 'f'], conditionBefore: { column: 'class', values: ['m', 'f'] } },
])('a conditional model gets the class that belongs to each scan, epoch after epoch: $order', async (given) => {
  const { order, conditionBefore } = given;
  const sexes = ['f', 'm', 'm', 'f'];
  const volumes = await scansOnDisk(
    32,
    sexes.map((sex) => ({ sex })),
  );
  const seen: [number, number | undefined][] = []; // first voxel and class
  const watched: typeof haGan = {
    ...haGan,
    create: (request) => {
      const model = haGan.create(request);
      return {
        ...model,
        async step(real, labels) {
          const firsts = await real.data();
          labels?.forEach((label, index) => seen.push([firsts[index * 32 ** 3] ?? Number.NaN, label]));
          return model.step(real, labels);
        },
      };
    },
  };
  const config = haGan.configSchema.parse({ width: 16, latent: 8, batch: 2, condition: 'sex' });
  const training = createGeneratorTraining(watched, { config, grid: 32, volumes, seed: 1, conditionBefore });
  expect(training.condition).toEqual({ column: 'sex', values: order });
  for (let iteration = 1; iteration <= 4; iteration++) {
    expect((await training.step(iteration))['discriminator.class']).toBeGreaterThan(0);
  }
  expect(seen).toHaveLength(8);
  for (const [first, label] of seen) {
    const scan = [0, 1, 2, 3].find((candidate) => Math.abs(Math.sin(candidate) - first) < 1e-6) ?? 0;
    expect(order[label ?? -1]).toBe(sexes[scan]);
  }
  training.model.dispose();
});

test('adaptive augmentation is shown held-out scans at every fourth iteration, where there are any', async () => {
  const scans = await scansOnDisk(16, [{}, {}, {}, {}]);
  const config = progressiveGan.configSchema.parse({ maps: 4, batch4: 2, augment: 'adaptive' });
  const withHeldOut = scans.map((scan, index) => ({
    ...scan,
    split: index < 2 ? ('train' as const) : ('heldout' as const),
  }));
  for (const volumes of [withHeldOut, scans]) {
    const training = createGeneratorTraining(progressiveGan, { config, grid: 16, volumes, seed: 1 });
    const before = tf.memory().numTensors;
    for (let iteration = 1; iteration <= 4; iteration++) {
      const isCompared = volumes === withHeldOut && iteration === 4;
      expect('augment.overfitting' in (await training.step(iteration))).toBe(isCompared);
    }
    expect(tf.memory().numTensors).toBe(before);
    training.model.dispose();
  }
});

test('a preview of a model with an encoder shows held-out scans beside what it makes of them', async () => {
  const scans = await scansOnDisk(16, [{}, {}, {}, {}]);
  const config = autoencoder.configSchema.parse({ width: 4, latent: 4, batch: 2 });
  const request = { config, grid: 16, seed: 1 };
  const all = createGeneratorTraining(autoencoder, { ...request, volumes: scans });
  const some = createGeneratorTraining(autoencoder, {
    ...request,
    volumes: scans.map((scan, index) => ({ ...scan, split: index < 2 ? 'train' : 'heldout' })),
  });
  await some.step(1);
  const before = tf.memory().numTensors;
  const { picture } = await some.preview();
  expect(tf.memory().numTensors).toBe(before);
  const without = await all.preview();
  expect(decode(picture).height).toBeGreaterThan(decode(without.picture).height);
  all.model.dispose();
  some.model.dispose();
});
