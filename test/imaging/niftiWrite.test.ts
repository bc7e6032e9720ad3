import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { NIFTI1 } from 'nifti-reader-js';
import { describe, expect, it } from 'vitest';
import type { AffineMatrix } from '#contract/records.ts';
import { sha256OfFile, writeFileAtomic } from '#imaging/atomicWrite.ts';
import { writeNifti, type NiftiOptions } from '#imaging/niftiWrite.ts';
import { readVolume } from '#imaging/readVolume.ts';
import { encodeNifti1Header } from '#shared/volume/niftiHeader.ts';
import type { Volume } from '#shared/volume/volume.ts';
import { parseNifti } from '#imaging/niftiHeader.ts';
import { temporaryFolder } from './temporaryFolder.ts';

const golden = JSON.parse(
  readFileSync(join(import.meta.dirname, '..', 'fixtures', 'imaging', 'golden.json'), 'utf8'),
) as { orientations: { affine: AffineMatrix }[] };

const affine: AffineMatrix = [
  [1.5, 0, 0, -12],
  [0, 1.5, 0, -20.25],
  [0, 0, 1.5, 7],
  [0, 0, 0, 1],
];
const volume: Volume = {
  size: [8, 9, 10],
  affine,
  data: Float32Array.from({ length: 720 }, (_, index) => Math.sin(index)),
};
const float32: NiftiOptions = { storage: { kind: 'float32' }, description: 'a test' };

describe('a written volume', () => {
  it.each(['v.nii', 'v.nii.gz'])('comes back from %s as it was', async (name) => {
    const path = join(temporaryFolder(), name);
    const { sha256, bytes } = await writeNifti(path, volume, float32);
    const back = await readVolume(path);
    expect(back.volume.data).toEqual(volume.data);
    expect(back.volume.affine).toEqual(affine);
    expect(sha256).toBe(await sha256OfFile(path));
    expect(bytes).toBe(readFileSync(path).length);
  });

  it('in 16 bits keeps intensities to half a step and cuts off what does not fit', async () => {
    const path = join(temporaryFolder(), 'v.nii.gz');
    const [slope, intercept] = [0.01, 30];
    const data = volume.data.map((value, index) => (index === 0 ? 1e6 : 100 * value));
    await writeNifti(path, { ...volume, data }, { storage: { kind: 'int16', slope, intercept }, description: '' });
    const back = (await readVolume(path)).volume.data;
    expect(back[0]).toBeCloseTo(32767 * slope + intercept, 2);
    back.subarray(1).forEach((value, index) => {
      expect(Math.abs(value - (data[index + 1] ?? NaN))).toBeLessThan(slope * 0.5001);
    });
  });

  it('in 8 bits keeps labels', async () => {
    const path = join(temporaryFolder(), 'v.nii');
    const data = volume.data.map((_, index) => index % 256);
    await writeNifti(path, { ...volume, data }, { storage: { kind: 'uint8' }, description: '' });
    expect((await readVolume(path)).volume.data).toEqual(data);
  });

  it('has the same bytes every time and no file name or time in them', async () => {
    const [first, second] = [join(temporaryFolder(), 'secret.nii.gz'), join(temporaryFolder(), 'other.nii.gz')];
    await writeNifti(first, volume, float32);
    await writeNifti(second, volume, float32);
    const bytes = readFileSync(first);
    expect(bytes.equals(readFileSync(second))).toBe(true);
    expect([...bytes.subarray(3, 10)]).toEqual([0, 0, 0, 0, 0, 0, 255]); // no name, no time, no system
  });

  it('carries its description and comment where another reader finds them', async () => {
    const path = join(temporaryFolder(), 'v.nii.gz');
    await writeNifti(path, volume, { ...float32, description: 'SYNTHETIC é', comment: '{"seed": 7, "name": "é"}' });
    const header = new NIFTI1();
    header.readHeader(Uint8Array.from(gunzipSync(readFileSync(path))).buffer);
    expect(header.description).toBe('SYNTHETIC ?');
    expect(header.extensionCode).toBe(6);
    const [extension] = header.extensions;
    expect(
      Buffer.from(extension?.edata ?? new ArrayBuffer())
        .toString('utf8')
        .replace(/\0+$/, ''),
    ).toBe('{"seed": 7, "name": "é"}');
    expect((await readVolume(path)).volume.data).toEqual(volume.data);
  });

  it('leaves nothing behind when it cannot be written', async () => {
    const folder = temporaryFolder();
    await expect(writeNifti(join(folder, 'none', 'v.nii'), volume, float32)).rejects.toThrow('ENOENT');
    await expect(writeFileAtomic(folder, 'a folder is in the way')).rejects.toThrow();
    expect(readdirSync(folder)).toEqual([]);
  });
});

it('sform and qform of a header say the same for every orientation', () => {
  for (const { affine: oblique } of golden.orientations) {
    const bytes = encodeNifti1Header({
      size: [8, 9, 10],
      affine: oblique,
      datatype: 'uint8',
      slope: 1,
      intercept: 0,
      description: '',
      comment: null,
    });
    const sform = parseNifti(bytes, 'v.nii');
    new DataView(bytes.buffer).setInt16(254, 0, true); // without its sform the qform speaks
    const qform = parseNifti(bytes, 'v.nii');
    expect(qform.affineSource).toBe('qform');
    qform.affine.flat().forEach((value, at) => {
      expect(value).toBeCloseTo(sform.affine.flat()[at] ?? NaN, 3);
    });
  }
});
