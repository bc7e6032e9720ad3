import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { AffineMatrix } from '#contract/records.ts';
import { BadScan } from '#imaging/badScan.ts';
import { candidateSource } from '#imaging/candidateSource.ts';
import { readVolume, type ReadScan } from '#imaging/readVolume.ts';
import { scanFolder, type Candidate } from '#imaging/scanFolder.ts';
import type { ReadingWishes } from '#imaging/scanSource.ts';
import { applyAffine, invertAffine } from '#shared/volume/affine.ts';
import { turnToRas } from '#shared/volume/orientation.ts';
import { describeShared } from '#test/sharedData.ts';
import { temporaryFolder } from './temporaryFolder.ts';

/** Made by make_dicom.py with pydicom: voxel (i, j, k) is 1 + i + 12 j + 120 k. */
const fixtures = join(import.meta.dirname, '..', 'fixtures', 'dicom');
const golden = JSON.parse(readFileSync(join(fixtures, 'dicom.json'), 'utf8')) as {
  size: [number, number, number];
  affine: AffineMatrix;
};
const asFound: ReadingWishes = { frame: null, acceptIncomplete: false, isNamed: false };

async function onlySeries(root: string): Promise<Candidate> {
  const { candidates } = await scanFolder(root);
  expect(candidates).toHaveLength(1);
  const [only] = candidates;
  if (only === undefined) throw new Error('no series');
  return only;
}

const read = async (root: string, wishes: Partial<ReadingWishes> = {}): Promise<ReadScan> =>
  candidateSource(root, await onlySeries(root), { ...asFound, ...wishes }).read();

async function refusal(root: string): Promise<{ code: string; message: string }> {
  const thrown: unknown = await read(root).then(
    () => null,
    (error: unknown) => error,
  );
  return thrown instanceof BadScan ? { code: thrown.scanCode, message: thrown.message } : { code: '', message: '' };
}

/** Every voxel of the phantom is found where it lies, in mm, with its own value times `scale`. */
function expectPhantom({ volume }: ReadScan, scale = 1): void {
  const [nx, ny, nz] = golden.size;
  expect(volume.data).toHaveLength(nx * ny * nz);
  const into = invertAffine(volume.affine);
  const wrong: string[] = [];
  for (let k = 0; k < nz; k++) {
    for (let j = 0; j < ny; j++) {
      for (let i = 0; i < nx; i++) {
        const place = applyAffine(into, applyAffine(golden.affine, [i, j, k]));
        const [x, y, z] = [Math.round(place[0]), Math.round(place[1]), Math.round(place[2])];
        const off = Math.hypot(place[0] - x, place[1] - y, place[2] - z);
        const value = volume.data[x + volume.size[0] * (y + volume.size[1] * z)];
        if (off > 1e-3 || value !== scale * (1 + i + nx * j + nx * ny * k)) wrong.push([i, j, k].join(' '));
      }
    }
  }
  expect(wrong.slice(0, 3)).toEqual([]);
}

/** A copy of a fixture, without the files that `leaves` says no to. */
function copyOf(name: string, leaves: (file: string) => boolean = () => true): string {
  const root = temporaryFolder();
  cpSync(join(fixtures, name), join(root, 'PATIENT', 'scans'), { recursive: true });
  for (const file of readdirSync(join(root, 'PATIENT', 'scans')))
    if (!leaves(file)) rmSync(join(root, 'PATIENT', 'scans', file));
  return root;
}

describe('a DICOM series', () => {
  it.each(['implicit', 'big-endian', 'rle', 'jpeg', 'jpegls', 'jpeg2000', 'enhanced'])(
    'is read voxel for voxel and in space: %s',
    async (name) => {
      expectPhantom(await read(join(fixtures, name)));
    },
  );

  it('has Philips’ precise intensities, not those for display', async () => {
    expectPhantom(await read(join(fixtures, 'philips')), 0.5);
  });

  it('of several volumes is refused until one is chosen, or the mean', async () => {
    const root = join(fixtures, 'dynamic');
    expect((await onlySeries(root)).series?.stack?.frames).toBe(2);
    expect(await refusal(root)).toMatchObject({ code: 'four-dimensional' });
    expectPhantom(await read(root, { frame: 1 }));
    const mean = await read(root, { frame: 'mean' });
    expectPhantom({ ...mean, volume: { ...mean.volume, data: mean.volume.data.map((value) => value - 500) } });
  });

  it.each([
    { name: 'tilted', degrees: 15, stepMm: 2.5 },
    { name: 'tilted-back', degrees: -20, stepMm: -2.5 },
  ])('of a tilted gantry is made upright, where it lay, and says so: $name', async ({ name, degrees, stepMm }) => {
    const { volume, warnings } = await read(join(fixtures, name));
    expect(warnings.map(({ code }) => code)).toContain('tilted');
    const axes = [0, 1, 2].map((axis) => volume.affine.slice(0, 3).map((row) => row[axis] ?? 0));
    const dot = (a: number, b: number): number =>
      (axes[a] ?? []).reduce((sum, value, at) => sum + value * (axes[b]?.[at] ?? 0), 0);
    for (const [a, b] of [[0, 1], [0, 2], [1, 2]] as const) expect(Math.abs(dot(a, b))).toBeLessThan(1e-3);
    // The phantom's values rise evenly in space, sheared as its slices are: straight again, they do so still.
    const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
    const into = invertAffine([[-1.5, 0, 0, 9], [0, -2 * cos, 0, 11], [0, 2 * sin, stepMm, -13], [0, 0, 0, 1]]);
    const [nx, ny, nz] = golden.size;
    let compared = 0;
    volume.data.forEach((value, at) => {
      const [width, height] = volume.size;
      const place = [at % width, Math.floor(at / width) % height, Math.floor(at / (width * height))] as const;
      const [i, j, k] = applyAffine(into, applyAffine(volume.affine, place));
      if (Math.min(i, j, k) < -1e-3 || i > nx - 0.999 || j > ny - 0.999 || k > nz - 0.999) return;
      compared++;
      expect(Math.abs(value - (1 + i + nx * j + nx * ny * k))).toBeLessThan(1.01); // stored as whole numbers
    });
    expect(compared).toBeGreaterThan(0.8 * nx * (ny - 1) * nz);
  }); // prettier-ignore

  it('with a missing slice is refused, says which, and is filled in where that is accepted', async () => {
    const root = copyOf('implicit', (file) => file !== 'I03');
    expect(await refusal(root)).toMatchObject({
      code: 'incomplete',
      message: expect.stringMatching(/^Slice 4 is missing of 9,/) as string,
    });
    const filled = await read(root, { acceptIncomplete: true });
    expect(filled.warnings.map(({ code }) => code)).toContain('interpolated-slices');
    expectPhantom(filled); // the phantom rises evenly from slice to slice
  });

  it('with slices that are there twice leaves the copies out', async () => {
    const root = copyOf('implicit');
    cpSync(join(root, 'PATIENT', 'scans', 'I02'), join(root, 'again'));
    const scan = await read(root);
    expect(scan.warnings.map(({ code }) => code)).toContain('duplicate-slices');
    expectPhantom(scan);
  });

  it('with a file that is cut off misses that slice', async () => {
    const root = copyOf('implicit');
    const path = join(root, 'PATIENT', 'scans', 'I05');
    writeFileSync(path, readFileSync(path).subarray(0, -20));
    const { outcomes } = await scanFolder(root);
    expect(outcomes).toMatchObject([{ path: 'DICOM files', code: 'truncated' }]);
    expect((await refusal(root)).message).toContain('Slice 6 is missing of 9');
  });

  it('is found among other files, whatever files are called, under a name that is nobody’s', async () => {
    const root = copyOf('implicit');
    writeFileSync(join(root, 'PATIENT', 'report.txt'), 'text');
    mkdirSync(join(root, 'CD'));
    cpSync(join(fixtures, 'rle'), join(root, 'CD', 'A.B.1234'), { recursive: true });
    const { candidates } = await scanFolder(root);
    expect(candidates.map(({ path, subject }) => [path, subject])).toEqual([
      ['sub-0001/series-1_t1_mprage', 'sub-0001'],
      ['sub-0001/series-1_t1_mprage_2', 'sub-0001'],
    ]);
  });

  it('keeps of its header an allow-list, and no word of a person', async () => {
    const { series } = await onlySeries(join(fixtures, 'implicit'));
    expect(series?.attributes).toEqual({
      age: 90,
      sex: 'F',
      Modality: 'MR',
      Manufacturer: 'Siemens',
      ManufacturersModelName: 'Prisma',
      MagneticFieldStrength: 3,
      RepetitionTime: 2.3,
      EchoTime: 0.00298,
      FlipAngle: 9,
    });
    expect(JSON.stringify(series)).not.toMatch(/canary|1930/i);
  });
});

describeShared('the DICOM study of the shared data', 'real/dicom-study', (root) => {
  it('holds one T1 series, equal to the reference voxel for voxel and in space; the others stay aside', async () => {
    const { candidates } = await scanFolder(root);
    expect(candidates.map(({ path, series }) => [path, series?.aside?.code ?? null])).toEqual([
      ['sub-0001/series-1_localizer', 'localizer'],
      ['sub-0001/series-2_t1_mprage_sag', null],
      ['sub-0001/series-3_t1_incomplete', 'incomplete'],
    ]);
    expect(candidates[2]?.series?.aside?.reason).toMatch(/^Slice 18 is missing of 40/);
    const t1 = candidates[1];
    if (t1 === undefined) throw new Error('no T1 series');
    const found = turnToRas((await candidateSource(root, t1, asFound).read()).volume);
    const { volume: reference } = await readVolume(join(root, '..', 'dicom-study-t1.nii.gz'));
    expect(found.size).toEqual(reference.size);
    expect(found.data).toEqual(reference.data);
    found.affine.flat().forEach((value, at) => {
      expect(value).toBeCloseTo(reference.affine.flat()[at] ?? NaN, 5);
    });
  });
});

describeShared('single DICOM files of the shared data', 'real/dicom', (root) => {
  it('are refused in words that tell nobody', async () => {
    const { candidates } = await scanFolder(root);
    expect(candidates.map(({ path, series }) => [path, series?.aside?.code])).toEqual([
      ['sub-0001/series-2_t1_mpr_tra', 'too-small'],
      ['sub-0002/series-6_sms', 'too-small'],
    ]);
  });
});
