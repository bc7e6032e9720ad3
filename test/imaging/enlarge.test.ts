import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { degrade } from '#imaging/degrade.ts';
import { enlarge, interpolations } from '#imaging/enlarge.ts';
import { createRandom } from '#shared/random.ts';
import { applyAffine } from '#shared/volume/affine.ts';
import type { Volume } from '#shared/volume/volume.ts';
import { twoMillimetres } from './scanFixture.ts';

const triple = z.tuple([z.number(), z.number(), z.number()]);
const golden = z
  .array(
    z.object({
      size: triple,
      factor: triple,
      method: z.enum(interpolations),
      voxels: z.array(z.number()),
      fine: z.array(z.number()),
    }),
  )
  .parse(JSON.parse(readFileSync(new URL('../fixtures/imaging/enlarged.json', import.meta.url), 'utf8')));

describe('interpolation onto a finer grid', () => {
  it.each(golden)('gives what scipy gives: $method, $factor', ({ size, factor, method, voxels, fine }) => {
    const volume: Volume = { size, affine: twoMillimetres, data: Float32Array.from(voxels) };
    const result = enlarge(volume, factor, method);
    expect(result.data).toHaveLength(fine.length);
    fine.forEach((value, at) => {
      expect(Math.abs((result.data[at] ?? NaN) - value)).toBeLessThan(2e-6);
    });
  });

  it.each(interpolations)('keeps the outer faces where they are: %s', (method) => {
    const volume: Volume = { size: [4, 5, 6], affine: twoMillimetres, data: new Float32Array(120).fill(3) };
    const result = enlarge(volume, [1, 2, 4], method);
    expect(result.size).toEqual([4, 10, 24]);
    expect(result.data.every((value) => Math.abs(value - 3) < 1e-5)).toBe(true);
    const last = applyAffine(volume.affine, [3.5, 4.5, 5.5]);
    applyAffine(result.affine, [3.5, 9.5, 23.5]).forEach((value, world) => {
      expect(value).toBeCloseTo(last[world] ?? NaN, 9);
    });
  });

  it('passes through the samples: every third voxel of a threefold cubic enlargement is the volume', () => {
    const volume: Volume = { size: [5, 6, 7], affine: twoMillimetres, data: createRandom(2).normals(210) };
    const { data, size } = enlarge(volume, [3, 3, 3], 'cubic');
    volume.data.forEach((value, at) => {
      const [x, y, z] = [at % 5, Math.floor(at / 5) % 6, Math.floor(at / 30)];
      const fine = data[3 * x + 1 + size[0] * (3 * y + 1 + size[1] * (3 * z + 1))];
      expect(Math.abs((fine ?? NaN) - value)).toBeLessThan(1e-5);
    });
  });

  it('takes back what averaging blocks of equal voxels does', () => {
    const volume: Volume = { size: [4, 4, 6], affine: twoMillimetres, data: createRandom(3).normals(96) };
    const coarse = degrade(volume, { factor: [1, 1, 2], profile: 'box', noise: 0, seed: 0 });
    const again = degrade(enlarge(coarse, [1, 1, 2], 'nearest'), {
      factor: [1, 1, 2],
      profile: 'box',
      noise: 0,
      seed: 0,
    });
    expect(again).toEqual(coarse);
  });
});
