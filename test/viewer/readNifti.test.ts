import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { AffineMatrix } from '#contract/records.ts';
import { applyAffine, spacingOf } from '#shared/volume/affine.ts';
import { encodeNifti1Header } from '#shared/volume/niftiHeader.ts';
import { turnToRas } from '#shared/volume/orientation.ts';
import { lpsGeometry, turnLps } from '../../src-renderer/viewer/lps.ts';
import { readNifti } from '../../src-renderer/viewer/readNifti.ts';
import { valueAt } from '../../src-renderer/viewer/sample.ts';
import { describeShared } from '../sharedData.ts';

/** A file of 2 × 3 × 4 voxels, numbered, stored towards left, posterior and superior. */
const affine: AffineMatrix = [
  [-2, 0, 0, 10],
  [0, -1, 0, 20],
  [0, 0, 1.5, -5],
  [0, 0, 0, 1],
];
function exampleFile(changes: { slope?: number; intercept?: number } = {}): Buffer {
  const { slope = 1, intercept = 0 } = changes;
  const header = encodeNifti1Header({
    size: [2, 3, 4],
    affine,
    datatype: 'int16',
    slope,
    intercept,
    description: '',
    comment: null,
  });
  return Buffer.concat([header, Buffer.from(Int16Array.from({ length: 24 }, (_, index) => index).buffer)]);
}
const bytesOf = (file: Uint8Array): ArrayBuffer => Uint8Array.from(file).buffer;

describe('readNifti', () => {
  test('voxels, scale and placement', async () => {
    const { volume, frames, isOriented } = await readNifti(bytesOf(exampleFile({ slope: 2, intercept: -1 })));
    expect(volume.size).toEqual([2, 3, 4]);
    expect([...volume.data.slice(0, 3)]).toEqual([-1, 1, 3]);
    expect(volume.affine).toEqual(affine);
    expect({ frames, isOriented }).toEqual({ frames: 1, isOriented: true });
  });

  test('a packed file is read like a plain one', async () => {
    const plain = await readNifti(bytesOf(exampleFile()));
    expect(await readNifti(bytesOf(gzipSync(exampleFile())))).toEqual(plain);
  });

  test('qform where there is no sform', async () => {
    const file = exampleFile();
    file.writeInt16LE(0, 254);
    file.fill(0, 280, 328);
    const { volume } = await readNifti(bytesOf(file));
    for (const [row, expected] of affine.entries()) {
      for (const [column, value] of expected.entries())
        expect(volume.affine[row as 0][column as 0]).toBeCloseTo(value, 4);
    }
  });

  test('without any orientation the first axis runs to the left, and that is told', async () => {
    const file = exampleFile();
    file.writeInt16LE(0, 252);
    file.writeInt16LE(0, 254);
    const { volume, isOriented } = await readNifti(bytesOf(file));
    expect(isOriented).toBe(false);
    expect(volume.affine[0][0]).toBeLessThan(0);
    expect(spacingOf(volume.affine)).toEqual([2, 1, 1.5]);
  });

  test('NaN and infinities are shown as 0', async () => {
    const header = encodeNifti1Header({
      size: [3, 1, 1],
      affine,
      datatype: 'float32',
      slope: 1,
      intercept: 0,
      description: '',
      comment: null,
    });
    const voxels = Buffer.from(Float32Array.of(NaN, Infinity, 2).buffer);
    const { volume } = await readNifti(bytesOf(Buffer.concat([header, voxels])));
    expect([...volume.data]).toEqual([0, 0, 2]);
  });

  test.each([
    ['cut short', exampleFile().subarray(0, 380), /ends early/],
    ['no NIfTI at all', Buffer.alloc(1000, 'x'), /not a NIfTI file/],
    ['damaged packing', gzipSync(exampleFile()).subarray(0, 60), /damaged or cut short/],
  ])('a file that is %s says so', async (_, file, words) => {
    await expect(readNifti(bytesOf(file))).rejects.toThrow(words);
  });
});

test('geometry for cornerstone: the same places, in LPS', async () => {
  const { volume } = await readNifti(bytesOf(exampleFile()));
  const { origin, spacing, direction } = lpsGeometry(volume.affine);
  const [i, j, k] = [1, 2, 3];
  const place = [0, 1, 2].map(
    (axis) =>
      (origin[axis] ?? 0) +
      (direction[axis] ?? 0) * spacing[0] * i +
      (direction[3 + axis] ?? 0) * spacing[1] * j +
      (direction[6 + axis] ?? 0) * spacing[2] * k,
  );
  expect(place).toEqual(turnLps(applyAffine(volume.affine, [i, j, k])));
});

describeShared('one brain in all 48 axis orders', 'real/nifti_space', (folder) => {
  const files = readdirSync(folder).filter((name) => /\.nii(\.gz)?$/.test(name));
  const load = async (name: string) => turnToRas((await readNifti(bytesOf(readFileSync(join(folder, name))))).volume);

  test('every file has the same intensities at the same places, left and right included', async () => {
    const [first, ...rest] = await Promise.all(files.map(load));
    if (first === undefined) throw new Error('no files');
    const at = [0.25, 0.4, 0.6].map((share, axis) => Math.round(share * (first.size[axis] ?? 0)));
    const places = [
      applyAffine(first.affine, [at[0] ?? 0, at[1] ?? 0, at[2] ?? 0]),
      applyAffine(first.affine, [first.size[0] - 1 - (at[0] ?? 0), at[1] ?? 0, at[2] ?? 0]),
    ];
    expect(rest.length).toBeGreaterThan(40);
    for (const volume of rest) {
      for (const place of places) expect(valueAt(volume, place)).toBe(valueAt(first, place));
    }
  });
});
