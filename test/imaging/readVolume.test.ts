import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { AffineMatrix } from '#contract/records.ts';
import { BadScan } from '#imaging/badScan.ts';
import type { Datatype } from '#imaging/datatype.ts';
import { readVolume } from '#imaging/readVolume.ts';
import { determinant } from '#shared/volume/affine.ts';
import { orientationCode } from '#shared/volume/orientation.ts';
import { scanBytes, twoMillimetres, writeScan, type Fixture } from './scanFixture.ts';
import { temporaryFolder } from './temporaryFolder.ts';

const fixtures = join(import.meta.dirname, '..', 'fixtures', 'imaging');
/** Made by make_golden.py with nibabel. */
const golden = JSON.parse(readFileSync(join(fixtures, 'golden.json'), 'utf8')) as {
  quaternions: { bcd: number[]; offset: number[]; pixdim: number[]; affine: AffineMatrix }[];
  files: Record<string, { affine: AffineMatrix; size: [number, number, number]; sum: number; voxels: number[] }>;
};

const size = [8, 9, 10] as const;
const count = 720;
/** The smallest, the largest and some numbers between that single precision holds exactly. */
const extremes: Readonly<Record<Datatype, readonly number[]>> = {
  uint8: [0, 255],
  int8: [-128, 127],
  uint16: [0, 65535],
  int16: [-32768, 32767],
  uint32: [0, 2 ** 32 - 256],
  int32: [-(2 ** 31), 2 ** 31 - 128],
  uint64: [0, 2 ** 53],
  int64: [-(2 ** 53), 2 ** 53],
  float32: [-1.5, 3.25e7],
  float64: [-0.125, 1e-3],
};
const datatypes = Object.keys(extremes) as Datatype[];

function valuesFor(datatype: Datatype): number[] {
  return Array.from({ length: count }, (_, index) => extremes[datatype][index] ?? index % 100);
}

async function codeOf(path: string): Promise<string> {
  const thrown = await readVolume(path).then(
    () => null,
    (error: unknown) => error,
  );
  return thrown instanceof BadScan ? thrown.scanCode : String(thrown);
}

function expectAffine(found: AffineMatrix, expected: AffineMatrix): void {
  found.flat().forEach((value, at) => {
    expect(value).toBeCloseTo(expected.flat()[at] ?? NaN, 4);
  });
}

describe.each(['scan.nii', 'scan.nii.gz', 'scan.hdr'])('%s', (name) => {
  describe.each([1, 2] as const)('of NIfTI-%i', (version) => {
    it.each(datatypes.flatMap((datatype) => [true, false].map((littleEndian) => ({ datatype, littleEndian }))))(
      'is read with $datatype voxels, little-endian $littleEndian',
      async ({ datatype, littleEndian }) => {
        const values = valuesFor(datatype);
        const path = writeScan(join(temporaryFolder(), name), { version, littleEndian, datatype, size, values });
        const { volume, native } = await readVolume(path);
        expect([...volume.data]).toEqual(values.map(Math.fround));
        expect([...volume.size]).toEqual([...size]);
        expect(volume.affine).toEqual(twoMillimetres);
        expect(native).toMatchObject({
          format: `nifti${String(version)}`,
          datatype,
          affineSource: 'sform',
          spacingMm: [2, 2, 2],
        });
      },
    );
  });
});

describe('files written by nibabel', () => {
  it.each(Object.entries(golden.files))('%s is read as nibabel reads it', async (name, expected) => {
    const { volume } = await readVolume(join(fixtures, name));
    expect([...volume.size]).toEqual(expected.size);
    expectAffine(volume.affine, expected.affine);
    const [nx, ny] = volume.size;
    const found = (
      [
        [2, 3, 2],
        [6, 7, 8],
        [4, 5, 6],
        [3, 7, 2],
        [0, 0, 0],
      ] as const
    ).map(([i, j, k]) => volume.data[i + nx * (j + ny * k)]);
    found.forEach((value, at) => {
      expect(value).toBeCloseTo(expected.voxels[at] ?? NaN, 3);
    });
    expect(volume.data.reduce((sum, value) => sum + value, 0) / expected.sum).toBeCloseTo(1, 6);
  });

  it('are big-endian where their names say so', () => {
    for (const name of ['big-endian.nii.gz', 'nifti2-big-endian.nii.gz']) {
      expect(gunzipSync(readFileSync(join(fixtures, name)))[0]).toBe(0); // 348 or 540, largest byte first
    }
  });
});

describe('intensities', () => {
  const values = Array.from({ length: count }, (_, index) => index % 50);
  const read = async (fixture: Partial<Fixture>): Promise<{ first: number[]; slope: number; intercept: number }> => {
    const { volume, native } = await readVolume(
      writeScan(join(temporaryFolder(), 'scan.nii'), { size, values, ...fixture }),
    );
    return { first: [...volume.data.subarray(0, 3)], slope: native.valueSlope, intercept: native.valueIntercept };
  };

  it('are slope times stored number plus intercept', async () => {
    expect(await read({ slope: 0.5, intercept: -10 })).toEqual({ first: [-10, -9.5, -9], slope: 0.5, intercept: -10 });
  });

  it('are the stored numbers where the slope is 0 or no number', async () => {
    const plain = { first: [0, 1, 2], slope: 1, intercept: 0 };
    expect(await read({ slope: 0, intercept: 7 })).toEqual(plain);
    expect(await read({ slope: NaN, intercept: NaN })).toEqual(plain);
  });

  it('begin where the header says, past extensions of the header', async () => {
    expect(await read({ gap: 64 })).toMatchObject({ first: [0, 1, 2] });
  });
});

describe('placement', () => {
  const values = new Uint8Array(count).fill(1);
  const read = async (fixture: Partial<Fixture>): ReturnType<typeof readVolume> =>
    readVolume(writeScan(join(temporaryFolder(), 'scan.nii'), { size, values, ...fixture }));

  it.each(golden.quaternions)(
    'from a qform is the matrix nibabel finds (%#)',
    async ({ bcd, offset, pixdim, affine }) => {
      for (const version of [1, 2] as const) {
        const { volume, native } = await read({ version, sform: null, qform: { bcd, offset }, pixdim });
        expectAffine(volume.affine, affine);
        expect(native.affineSource).toBe('qform');
      }
    },
  );

  it('comes from the sform where there are both, whatever their codes', async () => {
    const { volume, native } = await read({ qform: { bcd: [0, 0, 0], offset: [1, 2, 3] } });
    expect(volume.affine).toEqual(twoMillimetres);
    expect(native.affineSource).toBe('sform');
  });

  it('warns where sform and qform mirror each other', async () => {
    const { warnings } = await read({ qform: { bcd: [0, 0, 0], offset: [-20, -30, -10] }, pixdim: [-1, 2, 2, 2] });
    expect(warnings.map(({ code }) => code)).toEqual(['forms-disagree']);
  });

  it('is guessed, with a warning, where the header has neither', async () => {
    const { volume, native, warnings } = await read({ sform: null });
    expect(orientationCode(volume.affine)).toBe('LAS');
    expect(native.affineSource).toBe('pixdim');
    expect(warnings.map(({ code }) => code)).toEqual(['orientation-guessed']);
  });

  it('is in millimetres whatever the unit of the header', async () => {
    const metres: AffineMatrix = [
      [0.002, 0, 0, 0],
      [0, 0.002, 0, 0],
      [0, 0, 0.002, 0],
      [0, 0, 0, 1],
    ];
    const { volume } = await read({ sform: metres, units: 1 });
    expect(determinant(volume.affine)).toBeCloseTo(8, 4);
  });
});

describe('a file that cannot be used', () => {
  const values = new Float32Array(count).fill(1);
  const write = (name: string, fixture: Partial<Fixture>): string =>
    writeScan(join(temporaryFolder(), name), { size, values, ...fixture });

  it.each([
    ['bad-dimensions', { size: [8, -9, 10] }],
    ['bad-dimensions', { size: [8, -9, 10], version: 2 as const, littleEndian: false }],
    ['four-dimensional', { size: [8, 9, 10, 4], values: new Float32Array(4 * count).fill(1) }],
    ['single-slice', { size: [8, 9] }],
    ['single-slice', { size: [8, 9, 1] }],
    ['too-small', { size: [8, 9, 3] }],
    ['huge', { size: [30000, 30000, 30000] }],
    ['truncated', { size: [80, 90, 100] }],
    ['colour', { datatypeCode: 128 }],
    ['unknown-datatype', { datatypeCode: 1536 }],
    ['bad-offset', { voxOffset: 1e6 }],
    ['bad-offset', { voxOffset: -4 }],
    [
      'singular-affine',
      {
        sform: [
          [0, 0, 0, 0],
          [0, 0, 0, 0],
          [0, 0, 0, 0],
          [0, 0, 0, 1],
        ] as AffineMatrix,
      },
    ],
    [
      'singular-affine',
      {
        sform: [
          [1, 1, 0, 0],
          [1, 1, 0, 0],
          [0, 0, 1, 0],
          [0, 0, 0, 1],
        ] as AffineMatrix,
      },
    ],
    ['singular-affine', { sform: null, pixdim: [1, 0, 2, 2] }],
    ['missing-pair', { magic: 'abc' }],
    ['missing-pair', { magic: 'ni1' }],
  ] as const)('is told by its code: %s', async (code, fixture) => {
    expect(await codeOf(write('scan.nii', fixture))).toBe(code);
  });

  it('is truncated when it ends early, packed or not, or within its header', async () => {
    for (const name of ['scan.nii', 'scan.nii.gz', 'scan.hdr']) {
      const path = write(name, { values: Float32Array.from({ length: count }, (_, index) => Math.sin(index) * 999) });
      const cut = path.replace('.hdr', '.img');
      truncateSync(cut, readFileSync(cut).length - 30);
      expect(await codeOf(path)).toBe('truncated');
    }
    const path = write('short.nii', {});
    truncateSync(path, 200);
    expect(await codeOf(path)).toBe('truncated');
  });

  it('is damaged when its checksum is wrong', async () => {
    const path = write('scan.nii.gz', {});
    const bytes = readFileSync(path);
    bytes[bytes.length - 6] = (bytes[bytes.length - 6] ?? 0) ^ 0xff;
    writeFileSync(path, bytes);
    expect(await codeOf(path)).toBe('damaged');
  });

  it('is unreadable when it is not there', async () => {
    expect(await codeOf(join(temporaryFolder(), 'none.nii'))).toBe('unreadable');
  });

  it('costs no memory for voxels that a header claims but the file cannot hold', async () => {
    const { header } = scanBytes({ size: [450, 450, 450], values: [] }); // 91 million voxels, allowed, not there
    const path = join(temporaryFolder(), 'claims.nii.gz');
    writeFileSync(path, gzipSync(header));
    const before = process.memoryUsage().rss;
    expect(await codeOf(path)).toBe('truncated');
    expect(process.memoryUsage().rss - before).toBeLessThan(50e6);
  });
});

it('a compressed file is told by its content, not by its name', async () => {
  const folder = temporaryFolder();
  const { header, voxels } = scanBytes({ size, values: new Uint8Array(count).fill(3) });
  writeFileSync(join(folder, 'packed.nii'), gzipSync(Buffer.concat([header, voxels])));
  writeFileSync(join(folder, 'plain.nii.gz'), Buffer.concat([header, voxels]));
  for (const name of ['packed.nii', 'plain.nii.gz'])
    expect((await readVolume(join(folder, name))).volume.data[0]).toBe(3);
});
