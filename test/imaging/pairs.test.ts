/** Real pairs: matched by name, laid on one grid in world space, refused where they cannot be a pair. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { AffineMatrix } from '#contract/records.ts';
import { degrade } from '#imaging/degrade.ts';
import { writeNifti } from '#imaging/niftiWrite.ts';
import { matchPairs } from '#imaging/pairNames.ts';
import { lowOnGrid, type LowOfPair } from '#imaging/pairScans.ts';
import { prepareScan } from '#imaging/prepareScan.ts';
import { resampleToGrid } from '#imaging/resampleToGrid.ts';
import { ownersOf } from '#imaging/scanFolder.ts';
import { applyAffine, multiplyAffines, shiftOrigin, type Vector3 } from '#shared/volume/affine.ts';
import { coarseAffine, type Factor } from '#shared/volume/factor.ts';
import { permuteAxes, turnFromRas } from '#shared/volume/orientation.ts';
import type { Volume } from '#shared/volume/volume.ts';
import { brainValues, twoMillimetres } from './scanFixture.ts';
import { temporaryFolder } from './temporaryFolder.ts';

describe('scans are matched', () => {
  const paired = (high: readonly string[], low: readonly string[]): Record<string, string> =>
    Object.fromEntries(
      [...matchPairs(ownersOf(high), ownersOf(low)).lowOf].map(([path, { path: other }]) => [path, other]),
    );

  it('by subject and session of BIDS names and folders', () => {
    const high = ['/h/sub-01/ses-1/anat/sub-01_ses-1_T1w.nii', '/h/sub-01/ses-2/anat/sub-01_ses-2_T1w.nii', '/h/sub-02/ses-1/anat/sub-02_ses-1_T1w.nii']; // prettier-ignore
    const low = ['/l/sub-02_ses-1_acq-thick_T1w.nii', '/l/sub-01_ses-2_acq-thick_T1w.nii'];
    expect(paired(high, low)).toEqual({ [high[1] ?? '']: low[1], [high[2] ?? '']: low[0] });
    expect(matchPairs(ownersOf(high), ownersOf(low)).high).toEqual([
      { path: high[0], reason: 'There is no low-resolution scan of "01, ses-1".' },
    ]);
  });

  it('by names that end in words of their folder, and by a folder a patient', () => {
    expect(paired(['h/case01_hr.nii', 'h/case02_hr.nii'], ['l/Case02_thick_lr.nii', 'l/Case01_thick_lr.nii'])).toEqual({
      'h/case01_hr.nii': 'l/Case01_thick_lr.nii',
      'h/case02_hr.nii': 'l/Case02_thick_lr.nii',
    });
    expect(paired(['h/p1/T1.nii', 'h/p2/T1.nii'], ['l/p1/thick.nii', 'l/p2/thick.nii'])).toEqual({
      'h/p1/T1.nii': 'l/p1/thick.nii',
      'h/p2/T1.nii': 'l/p2/thick.nii',
    });
  });

  it('where there is one of each, whatever they are called', () => {
    expect(paired(['a.nii'], ['b.nii'])).toEqual({ 'a.nii': 'b.nii' });
  });

  it('never by guessing among several', () => {
    const { lowOf, high, low } = matchPairs(ownersOf(['h/a.nii', 'h/b.nii']), ownersOf(['x/a/1.nii', 'x/a/2.nii', 'x/c/1.nii'])); // prettier-ignore
    expect(lowOf.size).toBe(0);
    expect(high.map(({ path }) => path)).toEqual(['h/a.nii', 'h/b.nii']);
    expect(low).toHaveLength(3);
  });
});

const size = [40, 44, 40] as const;
const fine: Volume = { size, affine: twoMillimetres, data: brainValues(size) };

async function written(volume: Volume): Promise<string> {
  const path = join(temporaryFolder(), 'scan.nii.gz');
  await writeNifti(path, volume, { storage: { kind: 'float32' }, description: '' });
  return path;
}

/** The grid volume of the brain, and a low-resolution file of it beside that. */
async function pairOf(low: Volume, factor: Factor): Promise<LowOfPair & { grid: Volume }> {
  const grid = resampleToGrid(await prepareScan(await written(fine)), { grid: 48, spacingMm: 2 }).volume;
  return { ...lowOnGrid(await prepareScan(await written(low)), grid, factor), grid };
}

const model = (factor: Factor) => ({ factor, profile: 'gaussian', noise: 0, seed: 0 }) as const;
/** Another scanner: gain and offset. */
const louder = (volume: Volume): Volume => ({ ...volume, data: volume.data.map((value) => 3.7 * value + 20) });

/** Where the bright ball lies, in mm: the mean place of the brightest voxels. */
function brightestMm({ size: [nx, ny], affine, data }: Volume): Vector3 {
  const sum: [number, number, number] = [0, 0, 0];
  let count = 0;
  data.forEach((value, index) => {
    if (value < 0.6) return;
    const place = applyAffine(affine, [index % nx, Math.floor(index / nx) % ny, Math.floor(index / nx / ny)]);
    place.forEach((at, world) => (sum[world as 0] += at));
    count++;
  });
  return [sum[0] / count, sum[1] / count, sum[2] / count];
}

function meanDifference(a: Volume, b: Volume): number {
  let [sum, count] = [0, 0];
  a.data.forEach((value, index) => {
    if (value === -1) return;
    sum += Math.abs(value - (b.data[index] ?? NaN));
    count++;
  });
  return sum / count;
}

describe('the low-resolution scan of a pair', () => {
  const factor: Factor = [1, 1, 2];
  const low = louder(degrade(fine, model(factor)));
  const leftPosteriorInferior: AffineMatrix = [[0, 0, -4, 0], [-2, 0, 0, 0], [0, -2, 0, 0], [0, 0, 0, 1]]; // prettier-ignore

  it.each([
    ['as it is', low],
    ['in another axis order', turnFromRas(low, leftPosteriorInferior)],
    ['cut to a part, whose corner lies elsewhere', crop(low, [2, 3, 1])],
  ])('lies on the blocks of the grid, at its place in mm and in its intensities: %s', async (_name, stored) => {
    const { volume, grid, correlation, warnings } = await pairOf(stored, factor);
    expect(volume.size).toEqual([48, 48, 24]);
    expect(volume.affine).toEqual(coarseAffine(grid.affine, factor));
    expect(correlation).toBeGreaterThan(0.97);
    expect(warnings).toEqual([]);
    const expected = degrade(grid, model(factor));
    expect(meanDifference(volume, expected)).toBeLessThan(0.05); // of [-1, 1], the brain's rim included
    const [found, truth] = [brightestMm(volume), brightestMm(expected)];
    found.forEach((at, world) => {
      expect(Math.abs(at - (truth[world] ?? NaN))).toBeLessThan(0.3); // mm; voxels are 2 × 2 × 4
    });
    expect(volume.data[0]).toBe(-1);
  });

  it('of another factor is refused with both voxel sizes', async () => {
    await expect(pairOf(degrade(fine, model([1, 1, 4])), factor)).rejects.toMatchObject({
      scanCode: 'wrong-factor',
      message: expect.stringMatching(/2 × 2 × 8 mm.*1 × 1 × 4 times.*not 1x1x2/) as string,
    });
  });

  it('that lies elsewhere in space is refused', async () => {
    const far = { ...low, affine: multiplyAffines([[1, 0, 0, 60], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]], low.affine) }; // prettier-ignore
    await expect(pairOf(far, factor)).rejects.toMatchObject({ scanCode: 'pair-elsewhere' });
    const swapped = { ...permuteAxes(low, [1, 0, 2]), affine: low.affine };
    await expect(pairOf({ ...swapped, data: swapped.data.map((value) => 900 - value) }, factor)).rejects.toThrow(/elsewhere|brain/); // prettier-ignore
  });
});

/** Without the first voxels of each axis, every other one where it was. */
function crop({ size: [nx, ny, nz], affine, data }: Volume, [x, y, z]: Vector3): Volume {
  const kept = [nx - x, ny - y, nz - z] as const;
  const values = new Float32Array(kept[0] * kept[1] * kept[2]);
  let at = 0;
  for (let k = z; k < nz; k++) for (let j = y; j < ny; j++) for (let i = x; i < nx; i++) values[at++] = data[i + nx * (j + ny * k)] ?? NaN; // prettier-ignore
  return { size: kept, affine: shiftOrigin(affine, [x, y, z]), data: values };
}
