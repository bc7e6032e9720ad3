import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { correctBias, estimateBiasField } from '#imaging/preprocess/biasField.ts';
import { correctInBrain } from '#imaging/preprocess/correctInBrain.ts';
import { createLatticeFit, emptyLattice, refineLattice } from '#imaging/preprocess/splineField.ts';
import { readVolume } from '#imaging/readVolume.ts';
import { pearson } from '#shared/statistics/pearson.ts';
import { createRandom } from '#shared/random.ts';
import { turnToRas } from '#shared/volume/orientation.ts';
import { describeShared } from '../sharedData.ts';
import { drawShadedVolume, variationIn } from './shadedVolume.ts';

interface Golden {
  readonly variation: { readonly before: number; readonly after: number };
  readonly correlation: number;
  readonly logField: readonly (readonly [number, number, number, number])[];
}
const golden = JSON.parse(readFileSync(join(import.meta.dirname, '../fixtures/imaging/n4.json'), 'utf8')) as Golden;

describe('a lattice of splines', () => {
  const axis = (count: number, spans: number): { count: number; start: number; step: number } => ({ count, start: 0, step: spans / (count - 1) }); // prettier-ignore

  it('stays the same field when it is refined', () => {
    const random = createRandom(3);
    const lattice = emptyLattice([1, 2, 3]);
    lattice.coefficients.set(random.normals(lattice.coefficients.length));
    const ones = new Float32Array(9 * 8 * 7).fill(1);
    const before = createLatticeFit([axis(9, 1), axis(8, 2), axis(7, 3)], [1, 2, 3], ones).evaluate(lattice);
    const fine = createLatticeFit([axis(9, 2), axis(8, 4), axis(7, 6)], [2, 4, 6], ones).evaluate(refineLattice(lattice)); // prettier-ignore
    expect(Math.max(...fine.map((value, index) => Math.abs(value - (before[index] ?? NaN))))).toBeLessThan(1e-12);
  });
});

describe('bias-field correction', () => {
  const { volume, mask, white, logField } = drawShadedVolume();

  it('finds the field that SimpleITK’s N4 finds', () => {
    const field = estimateBiasField(volume, mask);
    const plain = correctBias(volume, field);
    const [nx, ny] = volume.size;
    const [own, reference]: [number[], number[]] = [[], []];
    for (const [i, j, k, log] of golden.logField) {
      const at = i + nx * (j + ny * k);
      own.push(Math.log((volume.data[at] ?? 1) / (plain.data[at] ?? 1)));
      reference.push(log);
    }
    const shift = own.reduce((sum, value, at) => sum + value - (reference[at] ?? 0), 0) / own.length;
    expect(pearson(own, reference)).toBeGreaterThan(0.999);
    own.forEach((value, at) => {
      expect(Math.abs(value - shift - (reference[at] ?? NaN))).toBeLessThan(0.02);
    });
    expect(variationIn(volume.data, white)).toBeCloseTo(golden.variation.before, 5);
    expect(variationIn(plain.data, white) / golden.variation.after).toBeCloseTo(1, 1);
  });

  it('finds the true field up to a factor, keeps the mean and is the same each time', () => {
    const { volume: plain, record } = correctInBrain(volume, mask);
    const inside = [...mask.keys()].filter((index) => mask[index] === 1);
    const found = inside.map((index) => Math.log((volume.data[index] ?? 1) / (plain.data[index] ?? 1)));
    expect(pearson(found, inside.map((index) => logField[index] ?? 0))).toBeGreaterThan(golden.correlation - 0.01); // prettier-ignore
    const sum = (data: Float32Array): number => inside.reduce((total, index) => total + (data[index] ?? 0), 0);
    expect(sum(plain.data) / sum(volume.data)).toBeCloseTo(1, 5);
    expect(record.strength).toBeGreaterThan(0.05);
    expect(correctInBrain(volume, mask).volume.data).toEqual(plain.data);
  });

  it('is refused in words where there is nothing to estimate it from', () => {
    expect(() => estimateBiasField(volume, new Uint8Array(mask.length))).toThrow(/too few voxels/);
  });
});

describeShared('bias-field correction of the cohort', 'cohort', (folder) => {
  it('at least halves the variation of white matter', async () => {
    const [subject, strength] = ['17', 0.8] as const;
    const read = async (...names: string[]) => turnToRas((await readVolume(join(folder, ...names))).volume);
    const scan = await read(`sub-${subject}`, 'anat', `sub-${subject}_T1w.nii.gz`);
    const labels = await read('derivatives', 'labels', `sub-${subject}`, 'anat', `sub-${subject}_dseg.nii.gz`);
    const [nx, ny, nz] = scan.size;
    const logField = scan.data.map((_, index) => {
      const [x, y, z] = [(index % nx) / nx - 0.5, (Math.floor(index / nx) % ny) / ny - 0.5, Math.floor(index / (nx * ny)) / nz - 0.5]; // prettier-ignore
      return strength * (0.9 * x - 0.7 * y * z * 2 + 0.5 * z + 0.8 * (y * y - 0.1));
    });
    const biased = { ...scan, data: scan.data.map((value, index) => value * Math.exp(logField[index] ?? 0)) };
    const mask = Uint8Array.from(labels.data, (label) => (label > 0 ? 1 : 0));
    const white = Uint8Array.from(labels.data, (label) => (label === 2 || label === 41 ? 1 : 0));
    const plain = correctBias(biased, estimateBiasField(biased, mask));
    expect(variationIn(plain.data, white)).toBeLessThan(0.5 * variationIn(biased.data, white));
  });
});
