import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { alignScan, createReference, placeScan, type Reference } from '#imaging/align/alignScan.ts';
import { prepareScan, type PreparedScan } from '#imaging/prepareScan.ts';
import { readVolume } from '#imaging/readVolume.ts';
import { resampleLabels, resampleToGrid } from '#imaging/resampleToGrid.ts';
import { restoreScan } from '#imaging/restoreScan.ts';
import type { AffineMatrix, Alignment } from '#contract/records.ts';
import { pearson } from '#shared/statistics/pearson.ts';
import { applyAffine, gridAffine, multiplyAffines, type Vector3 } from '#shared/volume/affine.ts';
import { describeShared } from '#test/sharedData.ts';

const settings = { transform: 'rigid', metric: 'mutual-information', seed: 1 } as const;
const identity = gridAffine(1, [0, 0, 0]);
const degrees = Math.PI / 180;

/** About x, then about z, by degrees; then shifted by mm. */
function rigid(aboutX: number, aboutZ: number, [x, y, z]: Vector3): AffineMatrix {
  const [a, c] = [aboutX * degrees, aboutZ * degrees];
  const [ca, sa, cc, sc] = [Math.cos(a), Math.sin(a), Math.cos(c), Math.sin(c)];
  return [
    [cc, -sc * ca, sc * sa, x],
    [sc, cc * ca, -cc * sa, y],
    [0, sa, ca, z],
    [0, 0, 0, 1],
  ];
}

/** Angle of a rotation in degrees. */
const angleOf = ([a, b, c]: AffineMatrix): number =>
  Math.acos(Math.min(1, Math.max(-1, (a[0] + b[1] + c[2] - 1) / 2))) / degrees;

const distance = (a: Vector3, b: Vector3): number => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);

const moved = (scan: PreparedScan, matrix: AffineMatrix, reference: Reference): PreparedScan => ({
  ...placeScan(scan, { matrix } as Alignment, reference),
  alignment: null,
  sourceSha256: 'of another file',
});

/** Mean Dice coefficient of white matter, cortex, ventricles and thalami of both sides. */
function dice(a: Float32Array, b: Float32Array): number {
  const labels = [2, 41, 3, 42, 4, 43, 10, 49];
  const each = labels.map((label) => {
    let [inA, inB, inBoth] = [0, 0, 0];
    a.forEach((value, index) => {
      if (value === label) inA++;
      if (b[index] === label) inB++;
      if (value === label && b[index] === label) inBoth++;
    });
    return (2 * inBoth) / (inA + inB);
  });
  return each.reduce((sum, value) => sum + value, 0) / labels.length;
}

describeShared('alignment to a reference', 'cohort', (cohort) => {
  const fileOf = (folder: string): string => {
    const name = readdirSync(folder).find((file) => file.endsWith('.nii.gz')) ?? '';
    return join(folder, name);
  };
  const scanOf = (subject: string): Promise<PreparedScan> => prepareScan(fileOf(join(cohort, subject, 'anat')));
  const labelsOf = async (subject: string, matrix: AffineMatrix, frame: AffineMatrix): Promise<Float32Array> => {
    const { volume } = await readVolume(fileOf(join(cohort, 'derivatives', 'labels', subject, 'anat')));
    return resampleLabels({ ...volume, affine: multiplyAffines(matrix, volume.affine) }, 64, frame).data;
  };

  it('recovers known shifts to far less than 1 mm and 1°, whichever the metric, the same each time', async () => {
    const scan = await scanOf('sub-07');
    const reference = createReference(scan);
    const away = [
      { matrix: rigid(15, -12, [20, -14, 8]), metric: 'mutual-information' },
      { matrix: rigid(-11, 14, [-9, 20, -17]), metric: 'correlation' },
    ] as const;
    for (const { matrix, metric } of away) {
      const shifted = moved(scan, matrix, reference);
      const found = await alignScan(shifted, reference, { ...settings, metric });
      const both = multiplyAffines(found.matrix, matrix);
      expect(angleOf(both)).toBeLessThan(0.3);
      expect(distance(applyAffine(both, reference.centreMm), reference.centreMm)).toBeLessThan(0.3);
      expect(found.overlap).toBeGreaterThan(0.97);
      if (metric === 'correlation') {
        expect((await alignScan(shifted, reference, { ...settings, metric })).matrix).toEqual(found.matrix);
      }
    }
  });

  it('lays the anatomy of one subject on that of another: label maps agree more, with 12 degrees of freedom too', async () => {
    const [fixed, moving] = [await scanOf('sub-07'), await scanOf('sub-08')];
    const reference = createReference(fixed);
    const frame = gridAffine(3, reference.centreMm.map((at) => at - 96) as [number, number, number]);
    const truth = await labelsOf('sub-07', identity, frame);
    const centring = gridAffine(1, [0, 1, 2].map((axis) => reference.centreMm[axis as 0] - moving.measures.centreMm[axis as 0]) as [number, number, number]); // prettier-ignore
    const centred = dice(truth, await labelsOf('sub-08', centring, frame));
    for (const transform of ['rigid', 'affine'] as const) {
      const found = await alignScan(moving, reference, { ...settings, metric: 'correlation', transform });
      expect(dice(truth, await labelsOf('sub-08', found.matrix, frame))).toBeGreaterThan(centred + 0.02);
    }
  });

  it('lays all scans on one grid, and export brings an aligned scan back to where its file has it', async () => {
    const [fixed, scan] = [await scanOf('sub-07'), await scanOf('sub-09')];
    const reference = createReference(fixed);
    const alignment = await alignScan(scan, reference, { ...settings, metric: 'correlation' });
    const grid = { grid: 96, spacingMm: 2 };
    const own = resampleToGrid(placeScan(fixed, { ...alignment, matrix: identity }, reference), grid);
    const { volume, transform } = resampleToGrid(placeScan(scan, alignment, reference), grid);
    expect(volume.affine).toEqual(own.volume.affine);
    expect(transform.alignment).toEqual(alignment);
    const restored = restoreScan(volume, transform);
    const unmoved = resampleToGrid(scan, grid);
    const direct = restoreScan(unmoved.volume, unmoved.transform);
    expect(restored.affine).toEqual(direct.affine);
    expect(pearson(restored.data, direct.data)).toBeGreaterThan(0.98);
  });
});

describe('alignment of what does not belong together', () => {
  it('is refused in words', async () => {
    const { volume, mask, ...rest } = brick([30, 30, 30]);
    const long = brick([70, 8, 8]);
    const reference = createReference({ ...rest, volume, mask });
    await expect(alignScan(long, reference, { ...settings, metric: 'correlation' })).rejects.toMatchObject({
      scanCode: 'not-aligned',
      message: expect.stringMatching(/reference/) as string,
    });
  });
});

/** A block of random intensities, all of it brain. */
function brick(size: Vector3): PreparedScan {
  const count = size[0] * size[1] * size[2];
  const data = Float32Array.from({ length: count }, (_, index) => 50 + ((index * 7919) % 50));
  return {
    native: {
      format: 'nifti1',
      size: [...size],
      spacingMm: [1, 1, 1],
      affine: identity,
      affineSource: 'sform',
      datatype: 'float32',
      valueSlope: 1,
      valueIntercept: 0, // prettier-ignore
    },
    volume: { size, affine: identity, data },
    mask: new Uint8Array(count).fill(1),
    measures: { centreMm: [(size[0] - 1) / 2, (size[1] - 1) / 2, (size[2] - 1) / 2], reachMm: [size[0] / 2, size[1] / 2, size[2] / 2], millilitres: count / 1000 }, // prettier-ignore
    intensity: { low: 50, high: 100, background: 0, lowPercentile: 0.5, highPercentile: 99.5 },
    maskThreshold: 25,
    isHead: false,
    warnings: [],
    voxelHash: '',
    sourceSha256: String(size),
    alignment: null,
    preprocessing: null,
    measure: null,
  };
}
