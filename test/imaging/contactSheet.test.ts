import { decode } from 'fast-png';
import { describe, expect, it } from 'vitest';
import type { AffineMatrix } from '#contract/records.ts';
import { drawContactSheet } from '#imaging/contactSheet.ts';
import type { Volume } from '#shared/volume/volume.ts';

const side = 12;
const margin = 6;

/** A cube with one bright block at the right, anterior, superior end of all three middle slices' quarter. */
function blockAtRightAnteriorSuperior(): Float32Array {
  const data = new Float32Array(side ** 3);
  for (let z = 0; z < side; z++) {
    for (let y = 0; y < side; y++) {
      for (let x = 0; x < side; x++) {
        const isBright = x >= side / 2 && y >= side / 2 && z >= side / 2;
        if (isBright) data[x + side * (y + side * z)] = 1;
      }
    }
  }
  return data;
}

const ras: AffineMatrix = [
  [1, 0, 0, 0],
  [0, 1, 0, 0],
  [0, 0, 1, 0],
  [0, 0, 0, 1],
];

/** The same anatomy stored with axes permuted and flipped: voxel axis a runs along anatomical axis `order[a]`, `flip[a]` reversed. */
function stored(order: readonly [number, number, number], flip: readonly [boolean, boolean, boolean]): Volume {
  const source = blockAtRightAnteriorSuperior();
  const data = new Float32Array(source.length);
  const affine: number[][] = [0, 1, 2].map(() => [0, 0, 0, 0]);
  order.forEach((anatomical, axis) => {
    const row = affine[anatomical];
    if (row === undefined) return;
    row[axis] = flip[axis] === true ? -1 : 1;
    row[3] = flip[axis] === true ? side - 1 : 0;
  });
  for (let k = 0; k < side; k++) {
    for (let j = 0; j < side; j++) {
      for (let i = 0; i < side; i++) {
        const anatomical = [0, 0, 0];
        [i, j, k].forEach((voxel, axis) => {
          anatomical[order[axis] ?? 0] = flip[axis] === true ? side - 1 - voxel : voxel;
        });
        const [x = 0, y = 0, z = 0] = anatomical;
        data[i + side * (j + side * k)] = source[x + side * (y + side * z)] ?? 0;
      }
    }
  }
  return { size: [side, side, side], affine: [...affine, [0, 0, 0, 1]] as unknown as AffineMatrix, data };
}

function greyAt(png: Uint8Array, x: number, y: number): number {
  const picture = decode(png);
  return picture.data[y * picture.width + x] ?? Number.NaN;
}

describe('a contact sheet', () => {
  const volume: Volume = { size: [side, side, side], affine: ras, data: blockAtRightAnteriorSuperior() };

  it('shows left on the left, anterior up, superior up, and anterior right in the sagittal slice', () => {
    const png = drawContactSheet([{ volume, low: 0, high: 1 }], { columns: 1, scale: 2 });
    const low = margin + 5;
    const high = margin + 2 * side - 6;
    for (let plane = 0; plane < 3; plane++) {
      const left = plane * (2 * side + 1);
      expect(greyAt(png, left + high, low)).toBe(255); // right (or anterior), up
      expect(greyAt(png, left + low, low)).toBe(0);
      expect(greyAt(png, left + high, high)).toBe(0);
      expect(greyAt(png, left + low, high)).toBe(0);
    }
  });

  it('draws the same anatomy alike in whatever order the voxels are stored', () => {
    const reference = drawContactSheet([{ volume, low: 0, high: 1 }], { columns: 1, scale: 2 });
    for (const order of [
      [0, 1, 2],
      [2, 0, 1],
      [1, 2, 0],
      [0, 2, 1],
    ] as const) {
      for (const flip of [
        [false, false, false],
        [true, false, true],
        [true, true, true],
      ] as const) {
        const sheet = drawContactSheet([{ volume: stored(order, flip), low: 0, high: 1 }], { columns: 1, scale: 2 });
        expect(sheet).toEqual(reference);
      }
    }
  });

  it('keeps the proportions of voxels that are not cubes', () => {
    const thick: Volume = {
      size: [10, 10, 5],
      affine: [
        [1, 0, 0, 0],
        [0, 1, 0, 0],
        [0, 0, 3, 0],
        [0, 0, 0, 1],
      ],
      data: new Float32Array(500),
    };
    const picture = decode(drawContactSheet([{ volume: thick, low: 0, high: 1 }], { columns: 1, scale: 2 }));
    expect(picture.height).toBe(2 * margin + 2 * 15);
    expect(picture.width).toBe(2 * margin + 3 * 20 + 2);
  });

  it('sets scans in rows and adds room for captions', () => {
    const scans = Array.from({ length: 5 }, () => ({ volume, low: 0, high: 1 }));
    const plain = decode(drawContactSheet(scans, { columns: 2, scale: 1 }));
    expect(plain.height).toBe(2 * margin + 3 * side + 2 * 6);
    const captioned = decode(
      drawContactSheet(
        scans.map((scan) => ({ ...scan, caption: 'sub-01' })),
        { columns: 2, scale: 1 },
      ),
    );
    expect(captioned.height).toBeGreaterThan(plain.height);
    expect(captioned.width).toBe(plain.width);
  });

  it('shows what is not a number as black and survives an empty intensity range', () => {
    const broken: Volume = { ...volume, data: new Float32Array(side ** 3).fill(Number.NaN) };
    expect(
      greyAt(drawContactSheet([{ volume: broken, low: 0, high: 1 }], { columns: 1, scale: 1 }), margin + 3, margin + 3),
    ).toBe(0);
    expect(() => drawContactSheet([{ volume, low: 1, high: 1 }], { columns: 1 })).not.toThrow();
    expect(() => drawContactSheet([], { columns: 4 })).not.toThrow();
  });
});
