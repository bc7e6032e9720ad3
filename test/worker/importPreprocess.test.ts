import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { PreprocessRequest } from '#contract/preprocess.ts';
import { writeNifti } from '#imaging/niftiWrite.ts';
import { readVolume } from '#imaging/readVolume.ts';
import { restoreScan } from '#imaging/restoreScan.ts';
import { median } from '#shared/statistics/quantile.ts';
import { drawShadedVolume, variationIn } from '#test/imaging/shadedVolume.ts';
import { temporaryFolder } from '#test/imaging/temporaryFolder.ts';
import { runImport, type Imported } from './runImport.ts';

const { volume, mask, white } = drawShadedVolume();
/** Each scanner has its own units; they are not in proportion. */
const scanners = [
  (value: number) => value,
  (value: number) => 3 * value + 40,
  (value: number) => value ** 1.2 / 2,
] as const;

async function importAll(preprocess: PreprocessRequest): Promise<Imported> {
  const folder = temporaryFolder();
  for (const [at, scanner] of scanners.entries()) {
    const data = volume.data.map((value, index) => (mask[index] === 1 ? scanner(value) : 0));
    await writeNifti(join(folder, `sub-${String(at + 1)}_T1w.nii`), { ...volume, data }, { storage: { kind: 'float32' }, description: '' }); // prettier-ignore
  }
  return runImport(folder, { grid: 56, spacingMm: 4, holdout: 0, preprocess });
}

const insideOf = (data: Float32Array): number[] => [...data].filter((value) => value > -1);

it('histogram matching makes scans of different scanners alike, after shading, and export brings back their units', async () => {
  const { volumes, projectDir } = await importAll({
    biasField: true,
    brainMask: null,
    normalise: 'histogram',
    align: null,
  });
  expect(volumes).toHaveLength(3);
  const grids = await Promise.all(volumes.map(async ({ path }) => (await readVolume(join(projectDir, path))).volume));
  const medians = grids.map(({ data }) => median(insideOf(data)));
  expect(Math.max(...medians) - Math.min(...medians)).toBeLessThan(0.02);

  for (const [at, { transform }] of volumes.entries()) {
    const done = transform.preprocessing;
    expect(done).toMatchObject({ normalise: 'histogram', brainMask: null });
    expect(done?.biasField?.strength).toBeGreaterThan(0.03);
    expect(done?.biasField?.iterations).toHaveLength(4);
    const [grid, scanner] = [grids[at], scanners[at]];
    if (grid === undefined || scanner === undefined) throw new Error('a volume is missing');
    const restored = restoreScan(grid, transform);
    const whiteOf = (data: Float32Array): number => median([...data].filter((_, index) => white[index] === 1));
    expect(whiteOf(restored.data) / scanner(110)).toBeGreaterThan(0.9);
    expect(whiteOf(restored.data) / scanner(110)).toBeLessThan(1.1);
  }
  const [first] = grids;
  if (first === undefined) throw new Error('a volume is missing');
  const [before, after] = [variationIn(volume.data, white), volumes[0] === undefined ? NaN : variationIn(restoreScan(first, volumes[0].transform).data, white)]; // prettier-ignore
  expect(after).toBeLessThan(0.5 * before);
});

it('a z-score takes the same part of every scan to [-1, 1], within the mask that was asked for', async () => {
  const { volumes } = await importAll({
    biasField: false,
    brainMask: { from: { method: 'threshold', low: 1, high: null }, steps: [{ do: 'erode', mm: 4 }] },
    normalise: 'zscore',
    align: null,
  });
  const [proportional, shifted] = volumes.map(({ transform }) => transform);
  if (proportional === undefined || shifted === undefined) throw new Error('a volume is missing');
  expect(shifted.intensity.low).toBeCloseTo(3 * proportional.intensity.low + 40, 1);
  expect(shifted.intensity.high).toBeCloseTo(3 * proportional.intensity.high + 40, 1);
  const millilitres = mask.reduce((sum, mark) => sum + mark, 0) * 0.064;
  for (const { preprocessing } of [proportional, shifted]) {
    expect(preprocessing?.brainMask).toMatchObject({ method: 'threshold', steps: [{ do: 'erode', mm: 4 }] });
    expect(preprocessing?.brainMask?.millilitres).toBeLessThan(0.9 * millilitres);
  }
});
