/**
 * Dice coefficients and surface distances of two label maps. Reference: `test/fixtures/imaging/make_segmentation.py`, the
 * definitions of medpy on scipy.
 */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { surfaceDistances } from '#imaging/segmentation/surfaceDistances.ts';
import { classDice } from '#shared/statistics/overlap.ts';

const golden = JSON.parse(readFileSync(new URL('../fixtures/imaging/segmentation.json', import.meta.url), 'utf8')) as {
  readonly voxels: readonly [number, number];
  readonly classes: readonly {
    readonly dice: number | null;
    readonly hd95: number | null;
    readonly assd: number | null;
  }[];
};

const size = [19, 17, 14] as const;
const spacingMm = [1.25, 0.8, 2] as const;

function labels(shift: number): Uint8Array {
  const map = new Uint8Array(size[0] * size[1] * size[2]);
  const fill = (centre: readonly [number, number, number], radius: number, label: number): void => {
    map.forEach((_, index) => {
      const [x, y, z] = [
        index % size[0],
        Math.floor(index / size[0]) % size[1],
        Math.floor(index / (size[0] * size[1])),
      ];
      const far = (x - centre[0] - shift) ** 2 / 1.5 + (y - centre[1]) ** 2 + 2 * (z - centre[2] + shift / 2) ** 2;
      if (far < radius ** 2) map[index] = label;
    });
  };
  fill([7, 8, 6], 7, 1);
  fill([8, 8, 6], 4, 2);
  fill([16, 2, 1], 4, 3);
  if (shift > 0) fill([3, 14, 11], 2, 4);
  return map;
}

test('overlap and distance of surfaces equal the reference, also at the faces of the volume', () => {
  const [a, b] = [labels(0), labels(1)];
  expect([a, b].map((map) => map.filter((label) => label > 0).length)).toEqual(golden.voxels);
  const dice = classDice(a, b, 5);
  golden.classes.forEach((expected, at) => {
    const found = surfaceDistances(a, b, at + 1, { size, spacingMm });
    if (expected.dice === null) expect(dice[at]).toBeNull();
    else expect(dice[at]).toBeCloseTo(expected.dice, 10);
    if (expected.hd95 === null || expected.assd === null) expect(found).toBeNull();
    else {
      expect(found?.hd95).toBeCloseTo(expected.hd95, 5);
      expect(found?.assd).toBeCloseTo(expected.assd, 5);
    }
  });
});

test('equal maps overlap wholly and lie nowhere apart', () => {
  const map = labels(0);
  expect(classDice(map, map, 3)).toEqual([1, 1, 1]);
  expect(surfaceDistances(map, map, 2, { size, spacingMm })).toEqual({ hd95: 0, assd: 0 });
});
