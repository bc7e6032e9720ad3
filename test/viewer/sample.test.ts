import { describe, expect, test } from 'vitest';
import { gridAffine } from '#shared/volume/affine.ts';
import type { Volume } from '#shared/volume/volume.ts';
import { differenceOf, isSameGrid, valueAt } from '../../src-renderer/viewer/sample.ts';

const volume = (values: readonly number[], origin: number): Volume => ({
  size: [values.length, 1, 1],
  affine: gridAffine(1, [origin, 0, 0]),
  data: Float32Array.from(values),
});

test('the nearest voxel is read, and nothing outside', () => {
  const scan = volume([5, 6, 7], 10);
  expect(valueAt(scan, [11.4, 0.3, -0.4])).toBe(6);
  expect(valueAt(scan, [12.6, 0, 0])).toBeNull();
});

describe('differenceOf', () => {
  test('voxel by voxel on the same grid', () => {
    const { volume: made, isResampled, coverage } = differenceOf(volume([1, 2], 0), volume([4, 1], 0), null);
    expect([...made.data]).toEqual([3, -1]);
    expect({ isResampled, coverage }).toEqual({ isResampled: false, coverage: 1 });
  });

  test('in world space where the grids differ, 0 where there is nothing', () => {
    const [base, other] = [volume([1, 2, 3, 4], 0), volume([10, 20], 1)];
    expect(isSameGrid(base, other)).toBe(false);
    const made = differenceOf(base, other, null);
    expect([...made.volume.data]).toEqual([0, 8, 17, 0]);
    expect({ isResampled: made.isResampled, coverage: made.coverage }).toEqual({ isResampled: true, coverage: 0.5 });
  });

  test('on a common scale when the units differ', () => {
    const windows = { base: { low: 0, high: 10 }, other: { low: 0, high: 1000 } };
    const { volume: made } = differenceOf(volume([0, 5, 10], 0), volume([0, 500, 500], 0), windows);
    expect([...made.data]).toEqual([0, 0, -0.5]);
  });
});
