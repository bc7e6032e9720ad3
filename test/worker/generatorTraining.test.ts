/** Training of a growing model as the worker does it: scans on disk, of the size and number that each resolution wants. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AffineMatrix } from '#contract/records.ts';
import { writeNifti } from '#imaging/niftiWrite.ts';
import { progressiveGan } from '#models/progressiveGan.ts';
import { createGeneratorTraining } from '#worker/generatorTraining.ts';
import { testEngine } from '../models/engine.ts';

const grid = 16;
let folder: string;
beforeAll(async () => {
  await testEngine();
  folder = await mkdtemp(join(tmpdir(), 'doppel-growing-'));
});
afterAll(() => rm(folder, { recursive: true }));

test('a growing model is fed at its resolution, from 4³ to the grid, and each scan in its turn', async () => {
  const volumes = await Promise.all(
    [0, 1, 2].map(async (scan) => {
      const path = join(folder, `${String(scan)}.nii`);
      const data = Float32Array.from({ length: grid ** 3 }, (_, voxel) => Math.sin(0.01 * voxel + scan));
      const affine = [0, 1, 2].map((row) => [0, 1, 2, 3].map((column) => (row === column ? 1 : 0)));
      await writeNifti(
        path,
        { size: [grid, grid, grid], affine: [...affine, [0, 0, 0, 1]] as AffineMatrix, data },
        { storage: { kind: 'float32' }, description: '' },
      );
      return { path, lowPath: null, split: 'train' as const };
    }),
  );
  const small = { maps: 4, batch4: 3, batch8: 2, batch16: 1, kimg: 0.004 };
  const config = progressiveGan.configSchema.parse(small);
  const training = createGeneratorTraining(progressiveGan, { config, grid, volumes, seed: 1 });
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
