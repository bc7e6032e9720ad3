import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { AffineMatrix } from '#contract/records.ts';
import { sha256Of } from '#imaging/atomicWrite.ts';
import { chooseSpacing } from '#imaging/chooseSpacing.ts';
import { prepareScan, type PreparedScan } from '#imaging/prepareScan.ts';
import { readVolume } from '#imaging/readVolume.ts';
import { smoothingSigmaMm } from '#imaging/frame.ts';
import { resampleLabels, resampleToGrid, type GridScan } from '#imaging/resampleToGrid.ts';
import { restoreScan } from '#imaging/restoreScan.ts';
import { pearson } from '#shared/statistics/pearson.ts';
import { applyAffine, invertAffine, multiplyAffines } from '#shared/volume/affine.ts';
import type { Volume } from '#shared/volume/volume.ts';
import { describeShared } from '#test/sharedData.ts';
import { brainValues, twoMillimetres, writeScan, type Fixture } from './scanFixture.ts';
import { temporaryFolder } from './temporaryFolder.ts';

const size = [40, 44, 36] as const;
const brain = brainValues(size);

async function prepare(fixture: Partial<Fixture> = {}): Promise<PreparedScan> {
  const path = writeScan(join(temporaryFolder(), 'scan.nii'), { size, values: brain, datatype: 'float32', ...fixture });
  return prepareScan(path);
}

/** Centre in mm of the voxels above a value. */
function centreAbove({ size: [nx, ny], affine, data }: Volume, limit: number): [number, number, number] {
  const sum = [0, 0, 0];
  let count = 0;
  data.forEach((value, at) => {
    if (value <= limit) return;
    count++;
    [at % nx, Math.floor(at / nx) % ny, Math.floor(at / nx / ny)].forEach((index, axis) => {
      sum[axis] = (sum[axis] ?? 0) + index;
    });
  });
  return applyAffine(affine, [(sum[0] ?? 0) / count, (sum[1] ?? 0) / count, (sum[2] ?? 0) / count]);
}

const fits = (scan: PreparedScan, grid: number): GridScan =>
  resampleToGrid(scan, { grid, spacingMm: chooseSpacing([scan.measures.reachMm], grid) });

const gridPlace = (at: number, grid: number): [number, number, number] => [
  at % grid,
  Math.floor(at / grid) % grid,
  Math.floor(at / grid / grid),
];

describe('a scan on the grid', () => {
  it('is finite, in [-1, 1], exactly −1 outside the brain, and reaches both ends inside', async () => {
    const { volume } = fits(await prepare(), 32);
    expect(volume.data.every((value) => value >= -1 && value <= 1)).toBe(true);
    expect(Math.max(...volume.data)).toBeGreaterThan(0.9);
    for (const corner of [0, 31, 32 ** 3 - 1]) expect(volume.data[corner]).toBe(-1);
  });

  it('keeps the brain’s volume and centres it on its centre of mass', async () => {
    const scan = await prepare();
    const { volume, transform } = fits(scan, 32);
    const spacing = volume.affine[0][0];
    const millilitres = (volume.data.filter((value) => value > -1).length * spacing ** 3) / 1000;
    expect(Math.abs(millilitres / transform.brainMl - 1)).toBeLessThan(0.03);
    const middle = applyAffine(volume.affine, [15.5, 15.5, 15.5]);
    centreAbove(volume, -1).forEach((value, world) => {
      expect(Math.abs(value - (middle[world] ?? NaN))).toBeLessThan(0.3 * spacing);
      expect(middle[world]).toBeCloseTo(transform.centreOfMassMm[world] ?? NaN, 9);
    });
  });

  it('has an affine that single precision holds exactly', async () => {
    const { volume } = fits(await prepare(), 32);
    expect(volume.affine.flat().map(Math.fround)).toEqual(volume.affine.flat());
  });

  it('clips at the percentiles of the brain', async () => {
    const { transform } = fits(await prepare(), 32);
    const sorted = brain.filter((value) => value > 0).toSorted();
    expect(transform.intensity.low).toBeCloseTo(sorted[Math.round(0.005 * sorted.length)] ?? NaN, 0);
    expect(transform.intensity.high).toBeCloseTo(sorted[Math.round(0.995 * sorted.length)] ?? NaN, 0);
    expect(transform.intensity).toMatchObject({ background: 0, lowPercentile: 0.5, highPercentile: 99.5 });
  });
});

describe('the spacing', () => {
  it('is the smallest at which the farthest brain keeps the margin', () => {
    const spacing = chooseSpacing(
      [
        [50, 60, 70],
        [40, 90, 50],
      ],
      64,
    );
    expect(spacing).toBeGreaterThanOrEqual(90 / 30);
    expect(spacing).toBeLessThan(90 / 30 + 0.002);
  });

  it('leaves free voxels around the brain, and a smaller one crops with a warning', async () => {
    const scan = await prepare();
    const grid = 32;
    const { volume, warnings } = fits(scan, grid);
    expect(warnings).toEqual([]);
    volume.data.forEach((value, at) => {
      if (gridPlace(at, grid).some((index) => index === 0 || index === grid - 1)) expect(value).toBe(-1);
    });
    const cropped = resampleToGrid(scan, { grid, spacingMm: 1 });
    expect(cropped.warnings.map(({ code }) => code)).toEqual(['cropped']);
    expect(cropped.volume.data.every(Number.isFinite)).toBe(true);
  });
});

describe('left and right', () => {
  /** The bright ball sits right and in front of the middle. */
  const ball = (affine: AffineMatrix): [number, number, number] => centreAbove({ size, affine, data: brain }, 180);

  it.each([
    ['RAS', twoMillimetres],
    [
      'LAS',
      [
        [-2, 0, 0, 60],
        [0, 2, 0, -30],
        [0, 0, 2, -10],
        [0, 0, 0, 1],
      ],
    ],
    [
      'PSR',
      [
        [0, 0, 2, -20],
        [-2, 0, 0, 50],
        [0, 2, 0, -10],
        [0, 0, 0, 1],
      ],
    ],
    [
      'ILA',
      [
        [0, -2, 0, 50],
        [0, 0, 2, -30],
        [-2, 0, 0, 40],
        [0, 0, 0, 1],
      ],
    ],
    [
      'oblique',
      [
        [1.9, 0.3, 0.1, -20],
        [-0.28, 1.9, 0.4, -30],
        [-0.1, -0.38, 2, -10],
        [0, 0, 0, 1],
      ],
    ],
  ] as [string, AffineMatrix][])(
    'stay where they are, in millimetres, from %s to the grid and back',
    async (_, affine) => {
      const scan = await prepare({ sform: affine });
      const { volume, transform } = fits(scan, 32);
      const expected = ball(affine);
      centreAbove(volume, 0.95).forEach((value, world) => {
        expect(Math.abs(value - (expected[world] ?? NaN))).toBeLessThan(1.5);
      });
      const restored = restoreScan(volume, transform);
      expect([...restored.size]).toEqual([...size]);
      centreAbove(restored, 180).forEach((value, world) => {
        expect(Math.abs(value - (expected[world] ?? NaN))).toBeLessThan(1.5);
      });
    },
  );
});

describe('the way back', () => {
  it('returns the scan where the grid is as fine as the scan', async () => {
    const scan = await prepare();
    const { volume, transform } = resampleToGrid(scan, { grid: 48, spacingMm: 1.96 });
    const restored = restoreScan(volume, transform);
    expect(transform.smoothingSigmaMm).toEqual([0, 0, 0]);
    expect(pearson(restored.data, brain)).toBeGreaterThan(0.99);
    const { low, high } = transform.intensity;
    let [inside, near] = [0, 0];
    brain.forEach((value, at) => {
      if (value <= low || value >= high || (restored.data[at] ?? 0) === 0) return;
      inside++;
      if (Math.abs((restored.data[at] ?? 0) - value) < 0.05 * (high - low)) near++;
    });
    expect(near / inside).toBeGreaterThan(0.85); // the rest lies at edges, which two interpolations soften
  });

  it('returns every voxel unchanged where the scan was on the grid’s voxels already', async () => {
    const scan = await prepare();
    const { volume, transform } = resampleToGrid(scan, { grid: 48, spacingMm: 2 });
    const middle = applyAffine(volume.affine, [23.5, 23.5, 23.5]);
    transform.centreOfMassMm.forEach((centre, world) => {
      expect(Math.abs((middle[world] ?? NaN) - centre)).toBeLessThanOrEqual(1);
    });
    const { low, high } = transform.intensity;
    const restored = restoreScan(volume, transform);
    let compared = 0;
    brain.forEach((value, at) => {
      if (value <= low || value >= high) return;
      compared++;
      expect(Math.abs((restored.data[at] ?? NaN) - value)).toBeLessThan(1e-4 * (high - low));
    });
    expect(compared).toBeGreaterThan(5000);
  });

  it('and the way there are inverse maps of places', async () => {
    const { volume, transform } = fits(
      await prepare({
        sform: [
          [1.9, 0.3, 0.1, -20],
          [-0.28, 1.9, 0.4, -30],
          [-0.1, -0.38, 2, -10],
          [0, 0, 0, 1],
        ],
      }),
      32,
    );
    const toNative = multiplyAffines(invertAffine(transform.native.affine), volume.affine);
    const toGrid = multiplyAffines(invertAffine(volume.affine), transform.native.affine);
    applyAffine(toGrid, applyAffine(toNative, [3, 20, 11])).forEach((value, axis) => {
      expect(value).toBeCloseTo([3, 20, 11][axis] ?? NaN, 9);
    });
  });
});

describe('the low-pass', () => {
  it('takes away what the grid cannot show and keeps what it can', async () => {
    const shape = [48, 48, 48] as const;
    const pattern = (period: number): Float32Array =>
      Float32Array.from({ length: 48 ** 3 }, (_, at) => {
        const [x, y, z] = gridPlace(at, 48);
        const isInside = Math.hypot(x - 23.5, y - 23.5, z - 23.5) < 20;
        return isInside ? 100 + 40 * Math.sin((2 * Math.PI * (x + 0.5)) / period) : 0;
      });
    const swing = async (period: number): Promise<number> => {
      const scan = await prepare({
        size: shape,
        values: pattern(period),
        sform: [
          [1, 0, 0, 0],
          [0, 1, 0, 0],
          [0, 0, 1, 0],
          [0, 0, 0, 1],
        ],
      });
      const { volume, transform } = resampleToGrid(scan, { grid: 16, spacingMm: 3 });
      expect(transform.smoothingSigmaMm[0]).toBeCloseTo(Math.sqrt(8) / 2, 9);
      const middle = volume.data.filter((_, at) => gridPlace(at, 16).every((index) => index >= 5 && index <= 10));
      return Math.max(...middle) - Math.min(...middle);
    };
    expect(await swing(2.2)).toBeLessThan(0.1); // beyond the grid's limit of one wave in 6 mm
    expect(await swing(24)).toBeGreaterThan(1);
  });

  it('does nothing where the grid is finer', () => {
    expect(smoothingSigmaMm(2, 1.5)).toBe(0);
    expect(smoothingSigmaMm(1, 2)).toBeCloseTo(Math.sqrt(3) / 2, 12);
  });
});

it('labels keep their values and their place', () => {
  const labels = brain.map((value) => (value > 180 ? 17 : value > 0 ? 3 : 0));
  const affine: AffineMatrix = [
    [3, 0, 0, -20],
    [0, 3, 0, -30],
    [0, 0, 3, -10],
    [0, 0, 0, 1],
  ];
  const onGrid = resampleLabels({ size, affine: twoMillimetres, data: labels }, 30, affine);
  expect([...new Set(onGrid.data)].sort((a, b) => a - b)).toEqual([0, 3, 17]);
  const expected = centreAbove({ size, affine: twoMillimetres, data: brain }, 180);
  centreAbove(onGrid, 16).forEach((value, world) => {
    expect(Math.abs(value - (expected[world] ?? NaN))).toBeLessThan(0.6);
  });
});

describeShared('one brain in 48 axis orders', 'real/nifti_space', (folder) => {
  it('gives the same grid volume, bit for bit, and the same affine every time', async () => {
    const results = new Set<string>();
    const hashes = new Set<string>();
    const names = readdirSync(folder).filter((name) => name.endsWith('.nii.gz'));
    expect(names.length).toBe(48);
    for (const name of names) {
      const scan = await prepareScan(join(folder, name));
      const { volume } = fits(scan, 32);
      hashes.add(scan.voxelHash);
      results.add(`${JSON.stringify(volume.affine)} ${sha256Of(new Uint8Array(volume.data.buffer))}`);
    }
    expect(hashes.size).toBe(1);
    expect(results.size).toBe(1);
  });
});

describeShared('other formats as found', 'real/formats', (folder) => {
  it('are read: MGZ in another axis order, a pair, a slanted mean image', async () => {
    for (const name of ['norm.mgz', 'ras.hdr', 'mean_func.nii.gz']) {
      const scan = await prepareScan(join(folder, name));
      const { volume } = fits(scan, 32);
      expect(volume.data.every(Number.isFinite)).toBe(true);
      expect(volume.data.filter((value) => value > -1).length).toBeGreaterThan(1000);
    }
    expect((await readVolume(join(folder, 'norm.mgz'))).native).toMatchObject({ format: 'mgh', datatype: 'uint8' });
  });
});
