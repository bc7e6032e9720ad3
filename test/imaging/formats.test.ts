import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { BadScan } from '#imaging/badScan.ts';
import { readVolume, type ReadScan } from '#imaging/readVolume.ts';
import { checkSides } from '#imaging/sides/checkSides.ts';
import { applyAffine } from '#shared/volume/affine.ts';
import { orientationCode } from '#shared/volume/orientation.ts';
import { describeShared } from '#test/sharedData.ts';
import { writeScan } from './scanFixture.ts';
import { temporaryFolder } from './temporaryFolder.ts';

const size = [8, 9, 10] as const;
const count = 720;
const ramp = Int16Array.from({ length: count }, (_, index) => index - 300);
const bytes = Buffer.from(ramp.buffer);

function written(files: Readonly<Record<string, Buffer | string>>): (name: string) => string {
  const folder = temporaryFolder();
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return (name) => join(folder, name);
}

async function codeOf(reading: Promise<ReadScan>): Promise<string> {
  const thrown: unknown = await reading.then(
    () => null,
    (error: unknown) => error,
  );
  return thrown instanceof BadScan ? thrown.scanCode : String(thrown);
}

const nrrd = (changes: Readonly<Record<string, string>> = {}, left: readonly string[] = []): string => {
  const fields: Record<string, string> = {
    type: 'short',
    dimension: '3',
    space: 'left-posterior-superior',
    sizes: '8 9 10',
    'space directions': '(2,0,0) (0,0,-3) (0,4,0)',
    'space origin': '(10,20,30)',
    encoding: 'raw',
    endian: 'little',
    ...changes,
  };
  const lines = Object.entries(fields).filter(([name]) => !left.includes(name));
  return `NRRD0005\n# a comment\n${lines.map(([name, value]) => `${name}: ${value}`).join('\n')}\nkey:=value\n\n`;
};

describe('NRRD', () => {
  const read = (header: string, data: Buffer, extra: Readonly<Record<string, Buffer>> = {}): Promise<ReadScan> =>
    readVolume(written({ 'scan.nrrd': Buffer.concat([Buffer.from(header), data]), ...extra })('scan.nrrd'));

  it.each([
    ['raw', bytes],
    ['gzip', gzipSync(bytes)],
    ['ascii', Buffer.from(Array.from(ramp).join(' '))],
  ])('is read with encoding %s, placed by its directions', async (encoding, data) => {
    const { volume, native } = await read(nrrd({ encoding }), data);
    expect(Array.from(volume.data)).toEqual(Array.from(ramp));
    expect(native).toMatchObject({ format: 'nrrd', datatype: 'int16', spacingMm: [2, 3, 4] });
    expect(applyAffine(volume.affine, [0, 0, 0])).toEqual([-10, -20, 30]);
    expect(orientationCode(volume.affine)).toBe('LIP');
  });

  it('is read from a file beside its header, and from no other folder', async () => {
    const header = nrrd({ 'data file': 'scan.raw', 'byte skip': '-1' });
    const path = written({ 'a.nhdr': header, 'scan.raw': Buffer.concat([Buffer.alloc(7), bytes]) })('a.nhdr');
    expect(Array.from((await readVolume(path)).volume.data)).toEqual(Array.from(ramp));
    for (const file of ['../scan.raw', '/etc/hosts', 'gone.raw'])
      expect(await codeOf(readVolume(written({ 'a.nhdr': nrrd({ 'data file': file }) })('a.nhdr')))).toBe(
        'missing-pair',
      );
  });

  it('with a list of volumes, before or after the axes of space, gives one of them or the mean', async () => {
    const after = nrrd({ dimension: '4', sizes: '8 9 10 2', 'space directions': '(2,0,0) (0,3,0) (0,0,4) none', kinds: 'space space space list' });
    const twice = Buffer.concat([bytes, Buffer.from(ramp.map((value) => value + 10).buffer)]);
    const before = nrrd({ dimension: '4', sizes: '2 8 9 10', 'space directions': 'none (2,0,0) (0,3,0) (0,0,4)', kinds: 'list space space space' });
    const mixed = Buffer.from(Int16Array.from({ length: 2 * count }, (_, at) => (ramp[at >> 1] ?? 0) + 10 * (at % 2)).buffer);
    for (const [header, data] of [[after, twice], [before, mixed]] as const) {
      const path = written({ 'a.nrrd': Buffer.concat([Buffer.from(header), data]) })('a.nrrd');
      expect(await codeOf(readVolume(path))).toBe('four-dimensional');
      expect(await codeOf(readVolume(path, 3))).toBe('four-dimensional');
      expect((await readVolume(path, 2)).volume.data[5]).toBe(-285);
      expect((await readVolume(path, 'mean')).volume.data[5]).toBe(-290);
    }
  }); // prettier-ignore

  it.each([
    ['colour', { dimension: '4', sizes: '3 8 9 10', 'space directions': 'none (2,0,0) (0,3,0) (0,0,4)', kinds: 'RGB-color space space space' }],
    ['vectors', { dimension: '4', sizes: '3 8 9 10', 'space directions': 'none (2,0,0) (0,3,0) (0,0,4)', kinds: 'vector space space space' }],
    ['bad-dimensions', { sizes: '8 9' }],
    ['damaged', { 'space origin': '(1,2,x)' }],
    ['singular-affine', { 'space directions': '(2,0,0) (2,0,0) (0,0,4)' }],
    ['unsupported-format', { encoding: 'bzip2' }],
    ['unsupported-format', { 'data file': 'slice%03d.raw 1 10 1' }],
    ['unknown-datatype', { type: 'block' }],
    ['truncated', { sizes: '8 9 11' }],
  ] as const)('is told by its code where it is not read: %s', async (code, changes) => {
    expect(await codeOf(read(nrrd(changes), bytes))).toBe(code);
  }); // prettier-ignore

  it('warns where it does not say which side is left', async () => {
    const { warnings, volume } = await read(nrrd({}, ['space', 'space origin']), bytes);
    expect(warnings.map(({ code }) => code)).toEqual(['orientation-guessed']);
    expect(orientationCode(volume.affine)).toBe('LIP');
  });
});

describe('MetaImage', () => {
  const header = (changes: Readonly<Record<string, string>> = {}): string =>
    Object.entries({
      ObjectType: 'Image',
      NDims: '3',
      BinaryData: 'True',
      BinaryDataByteOrderMSB: 'False',
      TransformMatrix: '1 0 0 0 0 -1 0 1 0',
      Offset: '10 20 30',
      ElementSpacing: '2 3 4',
      DimSize: size.join(' '),
      ElementType: 'MET_SHORT',
      ...changes,
      ElementDataFile: changes['ElementDataFile'] ?? 'LOCAL',
    }).map(([name, value]) => `${name} = ${value}\n`).join(''); // prettier-ignore
  const read = (text: string, data: Buffer): Promise<ReadScan> =>
    readVolume(written({ 'a.mha': Buffer.concat([Buffer.from(text), data]), 'a.raw': bytes })('a.mha'));

  it.each([
    ['plain', {}, bytes],
    ['packed', { CompressedData: 'True' }, deflateSync(bytes)],
    ['in text', { BinaryData: 'False' }, Buffer.from(Array.from(ramp).join('\n'))],
    ['the other way round', { BinaryDataByteOrderMSB: 'True' }, Buffer.from(bytes).swap16()],
    ['beside it', { ElementDataFile: 'a.raw' }, Buffer.alloc(0)],
  ])('is read with its voxels %s', async (_, changes, data) => {
    const { volume, native } = await read(header(changes), data);
    expect(Array.from(volume.data)).toEqual(Array.from(ramp));
    expect(native).toMatchObject({ format: 'metaimage', spacingMm: [2, 3, 4] });
    expect(applyAffine(volume.affine, [0, 0, 0])).toEqual([-10, -20, 30]);
    expect(orientationCode(volume.affine)).toBe('LIP');
  });

  it.each([
    ['colour', { ElementType: 'MET_UCHAR', ElementNumberOfChannels: '3' }],
    ['vectors', { ElementNumberOfChannels: '2' }],
    ['bad-dimensions', { DimSize: '8 9' }],
    ['unknown-datatype', { ElementType: 'MET_STRING' }],
    ['unsupported-format', { ElementDataFile: 'LIST' }],
    ['truncated', { DimSize: '8 9 11' }],
    ['single-slice', { DimSize: '8 9 1' }],
  ] as const)('is told by its code where it is not read: %s', async (code, changes) => {
    expect(await codeOf(read(header(changes), bytes))).toBe(code);
  });
});

describe('NIfTI', () => {
  it('of complex numbers gives their magnitude, and says so', async () => {
    const values = Float32Array.from({ length: 2 * count }, (_, at) => (at % 2 === 0 ? 3 : -4));
    const path = writeScan(join(temporaryFolder(), 'a.nii.gz'), {
      datatype: 'float32',
      datatypeCode: 32,
      size,
      values,
    });
    const { volume, warnings } = await readVolume(path);
    expect(new Set(volume.data)).toEqual(new Set([5]));
    expect(warnings.map(({ code }) => code)).toEqual(['magnitude']);
  });

  it('of several volumes gives the chosen one, or their mean', async () => {
    const values = Int16Array.from({ length: 3 * count }, (_, at) => 10 * Math.floor(at / count));
    const path = writeScan(join(temporaryFolder(), 'a.nii.gz'), { size: [...size, 3], values });
    for (const [frame, value] of [[1, 0], [3, 20], ['mean', 10]] as const) {
      const { volume, warnings } = await readVolume(path, frame);
      expect(new Set(volume.data)).toEqual(new Set([value]));
      expect(warnings.map(({ code }) => code)).toEqual(['frame-chosen']);
    }
    expect(await codeOf(readVolume(path))).toBe('four-dimensional');
  }); // prettier-ignore
});

it('Analyze is read as the format prescribes, with a warning; other slices than plain axial ones are refused', async () => {
  const path = writeScan(join(temporaryFolder(), 'a.hdr'), { size, values: ramp, pixdim: [0, 2, 3, 4] });
  const header = readFileSync(path);
  header.fill(0, 252);
  writeFileSync(path, header);
  const { volume, native, warnings } = await readVolume(path);
  expect(native).toMatchObject({ format: 'analyze', spacingMm: [2, 3, 4] });
  expect(orientationCode(volume.affine)).toBe('LAS');
  expect(Array.from(volume.data)).toEqual(Array.from(ramp));
  expect(warnings.map(({ code }) => code)).toEqual(['orientation-guessed']);
  header[252] = 2;
  writeFileSync(path, header);
  expect(await codeOf(readVolume(path))).toBe('no-orientation');
});

it('left and right stay what they are from file to export, in every format', async () => {
  const folder = temporaryFolder();
  const { faults, chains } = await checkSides(folder);
  expect(faults).toEqual([]);
  expect(chains).toBe(25);
  rmSync(folder, { recursive: true });
});

describeShared('formats of the shared data', 'real/formats', (folder) => {
  /** Sums by nibabel (MGH, NIfTI) and @itk-wasm/image-io 1.6.1 (NRRD, MetaImage). */
  it.each([
    ['FLAIR.nrrd', [124, 160, 140], 115231646, 'RAS'],
    ['mha.mha', [64, 64, 37], 79944614, 'LAS'],
    ['norm.mgz', [256, 256, 256], 98284320, 'LIA'],
    ['ras.hdr', [62, 41, 34], 15024169, 'RAS'],
  ] as const)('are read: %s', async (name, shape, sum, orientation) => {
    const { volume } = await readVolume(join(folder, name));
    expect(volume.size).toEqual(shape);
    expect(volume.data.reduce((total, value) => total + value, 0)).toBe(sum);
    expect(orientationCode(volume.affine)).toBe(orientation);
  });

  it('are refused where they are too small', async () => {
    expect(await codeOf(readVolume(join(folder, 'low_res.nii.gz')))).toBe('too-small');
  });
});
