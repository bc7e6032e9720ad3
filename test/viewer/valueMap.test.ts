import { expect, test } from 'vitest';
import { gridAffine } from '#shared/volume/affine.ts';
import { paintMapSlice, valueMapOf } from '../../src-renderer/viewer/valueMap.ts';
import { viewOf } from '../../src-renderer/viewer/views.ts';

const row = (...values: number[]) => ({
  size: [values.length, 1, 1] as const,
  affine: gridAffine(1, [0, 0, 0]),
  data: Float32Array.from(values),
});
/** Looks at all of the row, a pixel a voxel, from the patient's left to the right. */
const place = {
  view: viewOf('axial', 'neurological'),
  frame: { centreMm: [1, 0, 0] as const, mmPerPixel: 1 },
  pane: { width: 3, height: 1 },
};

test('a map covers as much as it says, blue below nothing and orange above', () => {
  const pixels = new Uint8ClampedArray(12);
  const map = { volume: row(-4, 0, 1), bound: 2, isSigned: true };
  const [x, y, z] = [map.volume.affine[0][3], map.volume.affine[1][3], map.volume.affine[2][3]];
  paintMapSlice(pixels, map, { ...place, frame: { centreMm: [x + 1, y, z], mmPerPixel: 1 } });
  const [below, none, above] = [pixels.slice(0, 4), pixels.slice(4, 8), pixels.slice(8, 12)];
  expect([...below]).toEqual([89, 166, 255, 255]);
  expect(none[3]).toBe(0);
  expect([...above]).toEqual([255, 153, 51, 128]);
});

test('a map knows how far it goes and whether it has two sides', () => {
  expect(valueMapOf(row(0, 0.5, 1))).toMatchObject({ bound: 1, isSigned: false });
  expect(valueMapOf(row(-3, 0, 1)).isSigned).toBe(true);
});
