import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { AffineMatrix } from '#contract/records.ts';
import { createRandom } from '#shared/random.ts';
import {
  applyAffine,
  determinant,
  invertAffine,
  multiplyAffines,
  snap,
  snapAffine,
  spacingOf,
} from '#shared/volume/affine.ts';
import { orientationCode, turnFromRas, turnToRas } from '#shared/volume/orientation.ts';

interface GoldenOrientation {
  readonly affine: AffineMatrix;
  readonly size: [number, number, number];
  readonly code: string;
  readonly canonicalAffine: AffineMatrix;
  readonly canonicalSize: [number, number, number];
  readonly canonicalVoxels: number[];
}

/** Made by test/fixtures/imaging/make_golden.py with nibabel. */
const golden = JSON.parse(
  readFileSync(join(import.meta.dirname, '..', 'fixtures', 'imaging', 'golden.json'), 'utf8'),
) as { orientations: GoldenOrientation[] };

function largestDifference(a: AffineMatrix, b: AffineMatrix): number {
  return Math.max(...a.flatMap((row, r) => row.map((value, c) => Math.abs(value - (b[r]?.[c] ?? NaN)))));
}

const identity: AffineMatrix = [
  [1, 0, 0, 0],
  [0, 1, 0, 0],
  [0, 0, 1, 0],
  [0, 0, 0, 1],
];

describe('affines', () => {
  it('times its inverse is the identity, and mapping there and back returns the point', () => {
    for (const { affine } of golden.orientations) {
      expect(largestDifference(multiplyAffines(affine, invertAffine(affine)), identity)).toBeLessThan(1e-12);
      const back = applyAffine(invertAffine(affine), applyAffine(affine, [3, -4, 7.5]));
      expect(back[0]).toBeCloseTo(3, 10);
      expect(back[1]).toBeCloseTo(-4, 10);
      expect(back[2]).toBeCloseTo(7.5, 10);
    }
  });

  it('applies the right factor of a product first', () => {
    const [first, second] = golden.orientations.map(({ affine }) => affine);
    if (first === undefined || second === undefined) throw new Error('the golden file has two affines');
    const product = applyAffine(multiplyAffines(first, second), [1, 2, 3]);
    applyAffine(first, applyAffine(second, [1, 2, 3])).forEach((value, at) => {
      expect(product[at]).toBeCloseTo(value, 9);
    });
  });

  it('has a volume that is the product of its voxel sizes where axes are at right angles', () => {
    for (const { affine } of golden.orientations) {
      const [a, b, c] = spacingOf(affine);
      expect(Math.abs(determinant(affine))).toBeCloseTo(a * b * c, 9);
    }
  });

  it('refuses to invert a singular affine', () => {
    expect(() =>
      invertAffine([
        [1, 2, 0, 0],
        [2, 4, 0, 0],
        [0, 0, 1, 0],
        [0, 0, 0, 1],
      ]),
    ).toThrow(RangeError);
  });

  it('snapped, forgets the rounding of single precision and moves no voxel by a hundredth of its size', () => {
    const random = createRandom(3);
    for (const { affine } of golden.orientations) {
      const snapped = snapAffine(affine);
      const voxel = Math.min(...spacingOf(affine));
      const far = [511 * random.uniform(), 511 * random.uniform(), 511 * random.uniform()] as const;
      applyAffine(snapped, far).forEach((value, at) => {
        expect(Math.abs(value - (applyAffine(affine, far)[at] ?? NaN))).toBeLessThan(voxel / 100);
      });
      expect(snapAffine(snapped)).toEqual(snapped);
    }
    expect(Object.is(snap(-1e-9, 0.001), 0)).toBe(true);
  });
});

describe('orientation', () => {
  it.each(golden.orientations)('agrees with nibabel on $code', ({ affine, code }) => {
    expect(orientationCode(affine)).toBe(code);
  });

  it.each(golden.orientations)('turns $code to RAS as nibabel does, voxel for voxel', (example) => {
    const count = example.size[0] * example.size[1] * example.size[2];
    const data = Float32Array.from({ length: count }, (_, index) => index);
    const turned = turnToRas({ size: example.size, affine: example.affine, data });
    expect([...turned.size]).toEqual(example.canonicalSize);
    expect(largestDifference(turned.affine, example.canonicalAffine)).toBeLessThan(1e-4);
    expect([...turned.data.subarray(0, example.canonicalVoxels.length)]).toEqual(example.canonicalVoxels);
    expect(orientationCode(turned.affine)).toBe('RAS');
  });

  it('keeps every voxel at its place in millimetres', () => {
    for (const { affine, size } of golden.orientations) {
      const count = size[0] * size[1] * size[2];
      const turned = turnToRas({ size, affine, data: Float32Array.from({ length: count }, (_, index) => index) });
      for (const at of [0, 5, count - 1]) {
        const before = turned.data[at] ?? NaN;
        const place = (index: number, [nx, ny]: readonly [number, number, number]): [number, number, number] => [
          index % nx,
          Math.floor(index / nx) % ny,
          Math.floor(index / nx / ny),
        ];
        const expected = applyAffine(affine, place(before, size));
        applyAffine(turned.affine, place(at, turned.size)).forEach((value, world) => {
          expect(value).toBeCloseTo(expected[world] ?? NaN, 9);
        });
      }
    }
  });

  it('goes back from RAS to the stored order, voxel for voxel', () => {
    for (const { affine, size } of golden.orientations) {
      const data = Float32Array.from({ length: size[0] * size[1] * size[2] }, (_, index) => index);
      const back = turnFromRas(turnToRas({ size, affine, data }), affine);
      expect(back.size).toEqual(size);
      expect(back.data).toEqual(data);
      expect(largestDifference(back.affine, affine)).toBeLessThan(1e-9);
    }
  });
});
