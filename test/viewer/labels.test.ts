import { expect, test } from 'vitest';
import { gridAffine } from '#shared/volume/affine.ts';
import { labelMapOf } from '../../src-renderer/viewer/labels.ts';

const volume = (...values: number[]) => ({
  size: [values.length, 1, 1] as const,
  affine: gridAffine(1, [0, 0, 0]),
  data: Float32Array.from(values),
});

test('structures of both hemispheres have FreeSurfer’s names', () => {
  const map = labelMapOf(volume(0, 3, 42, 42, 17, 53, 2, 41));
  expect(map?.labels.map(({ value, name, voxels }) => [value, name, voxels])).toEqual([
    [2, 'Left cerebral white matter', 1],
    [3, 'Left cerebral cortex', 1],
    [17, 'Left hippocampus', 1],
    [41, 'Right cerebral white matter', 1],
    [42, 'Right cerebral cortex', 2],
    [53, 'Right hippocampus', 1],
  ]);
  expect([...(map?.volume.data ?? [])]).toEqual([0, 2, 5, 5, 3, 6, 1, 4]);
});

test('tissue classes and atlases of another numbering keep their numbers', () => {
  expect(labelMapOf(volume(0, 1, 2, 3))?.labels.every(({ name }) => name === null)).toBe(true);
  const atlas = labelMapOf(volume(...Array.from({ length: 101 }, (_, index) => index)));
  expect(atlas?.labels.every(({ name }) => name === null)).toBe(true);
  expect(new Set(atlas?.labels.map(({ colour }) => colour.join()))).toHaveProperty('size', 100);
});

test('intensities are no labels', () => {
  expect(labelMapOf(volume(0, 0.5))).toBeNull();
  expect(labelMapOf(volume(-1, 2))).toBeNull();
  expect(labelMapOf(volume(...Array.from({ length: 300 }, (_, index) => index)))).toBeNull();
});
