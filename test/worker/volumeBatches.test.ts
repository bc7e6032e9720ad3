import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import type { AffineMatrix } from '#contract/records.ts';
import { writeNifti } from '#imaging/niftiWrite.ts';
import { reduceVolume } from '#imaging/reduceVolume.ts';
import { createVolumeBatches } from '#worker/volumeBatches.ts';
import { testEngine } from '../models/engine.ts';

test('a scan that is gone stops training with its name and what to do', async () => {
  const paths = [join(tmpdir(), 'doppel-not-there', 'gone.nii')];
  const batches = createVolumeBatches({ paths, grid: 16, seed: 0 });
  await expect(batches.batch({ from: 0, count: 1, side: 16 })).rejects.toMatchObject({
    code: 'bad-input',
    message: expect.stringMatching(/gone\.nii.*doppel project check/) as string,
  });
});

describe('batches at several resolutions', () => {
  const grid = 8;
  let folder: string;
  let paths: string[];
  beforeAll(async () => {
    await testEngine();
    folder = await mkdtemp(join(tmpdir(), 'doppel-batches-'));
    paths = [0, 1, 2].map((scan) => join(folder, `${String(scan)}.nii`));
    for (const [scan, path] of paths.entries()) {
      const data = Float32Array.from({ length: grid ** 3 }, (_, voxel) => Math.sin(0.1 * voxel + scan));
      await writeNifti(
        path,
        { size: [grid, grid, grid], affine: identity, data },
        { storage: { kind: 'float32' }, description: '' },
      );
    }
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('each pass shows every scan once, whatever the batches', async () => {
    const batches = createVolumeBatches({ paths, grid, seed: 4 });
    const firsts: number[] = [];
    for (const [from, count, side] of [
      [0, 2, 4],
      [2, 3, 4],
      [5, 1, 8],
    ] as const) {
      const batch = await batches.batch({ from, count, side });
      expect(batch.shape).toEqual([count, side, side, side, 1]);
      const values = await batch.data();
      for (let scan = 0; scan < count; scan++) {
        const fine =
          side === grid
            ? reduceVolume({ size: [8, 8, 8], affine: identity, data: values as Float32Array }, 2).data
            : values;
        firsts.push(fine[side === grid ? 0 : scan * side ** 3] as number);
      }
      batch.dispose();
    }
    expect(new Set(firsts.slice(0, 3)).size).toBe(3);
    expect(firsts.slice(3).toSorted()).toEqual(firsts.slice(0, 3).toSorted());
  });

  it('coarser voxels are means of the block they cover', () => {
    const data = Float32Array.from({ length: 4 ** 3 }, (_, voxel) => voxel);
    const reduced = reduceVolume({ size: [4, 4, 4], affine: identity, data }, 2);
    expect(reduced.size).toEqual([2, 2, 2]);
    expect(reduced.data[0]).toBeCloseTo((0 + 1 + 4 + 5 + 16 + 17 + 20 + 21) / 8, 6);
    expect(reduceVolume({ size: [4, 4, 4], affine: identity, data }, 4).data[0]).toBeCloseTo(31.5, 6);
  });
});

const identity: AffineMatrix = [
  [1, 0, 0, 0],
  [0, 1, 0, 0],
  [0, 0, 1, 0],
  [0, 0, 0, 1],
];
