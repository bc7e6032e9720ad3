import { expect, test } from 'vitest';
import { gridAffine } from '#shared/volume/affine.ts';
import { actions } from '#viewer/keys.ts';
import { isOnSlice, markAt, slicesAt, toolFor } from '#viewer/looking.ts';

const scan = {
  fileAffine: gridAffine(2, [-15, -15, -15]),
  fileSize: [16, 16, 16] as const,
} as unknown as Parameters<typeof markAt>[0];

test('a mark is the voxel of the file under the crosshair, and nothing beside the scan', () => {
  expect(markAt(scan, 1, [0.4, -14, 15])).toEqual({ scan: 1, voxel: [8, 1, 15], atMm: [1, -13, 15] });
  expect(markAt(scan, 0, [0, 0, 40])).toBeNull();
});

test('a mark is seen in its own slices and those next to them', () => {
  const mark = { scan: 0, voxel: [8, 1, 15] as const, atMm: [1, -13, 15] as const };
  expect(isOnSlice(mark, [1, 0, 0], 'sagittal', 2)).toBe(true);
  expect(isOnSlice(mark, [3.9, 0, 0], 'sagittal', 2)).toBe(true);
  expect(isOnSlice(mark, [5, 0, 0], 'sagittal', 2)).toBe(false);
  expect(isOnSlice(mark, [0, 0, 15], 'axial', 2)).toBe(true);
});

test('each position of the crosshair shows three slices, and small steps show the same ones', () => {
  const seen = new Set([...slicesAt([0, 0, 0], 2), ...slicesAt([0.2, 0, 0], 2), ...slicesAt([2, 0, 0], 2)]);
  expect([...seen].sort()).toEqual(['axial 0', 'coronal 0', 'sagittal 0', 'sagittal 1']);
});

test('a reader has no keys for labels, comparing, screenshots or help', () => {
  const none = actions.filter((action) => toolFor(action) === undefined);
  expect(none).toEqual(['help', 'labels', 'labelsMore', 'labelsLess', 'compareSide', 'compareSplit', 'compareFlicker', 'compareDifference', 'compareSwap', 'screenshot']); // prettier-ignore
  expect([toolFor('sliceNext'), toolFor('windowAuto'), toolFor('panLeft'), toolFor('paneNext')]).toEqual(['scroll', 'window', 'zoom', null]); // prettier-ignore
});
