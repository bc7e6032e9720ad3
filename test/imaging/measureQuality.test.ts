/** Golden values: test/fixtures/imaging/make_scan_quality.py (numpy, scipy, scikit-learn). */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { asymmetryOf, depthTrendOf, entropyFocus, noiseOf } from '#imaging/quality/measureQuality.ts';
import { assessQuality, type MeasuredScan } from '#shared/quality/assessQuality.ts';
import { distancesToOthers } from '#shared/statistics/distancesToOthers.ts';
import { findClusters, kMeans, silhouetteOf } from '#shared/statistics/clusters.ts';
import { robustScores } from '#shared/statistics/robustScores.ts';
import { gridAffine } from '#shared/volume/affine.ts';

const golden = JSON.parse(readFileSync('test/fixtures/imaging/scanQuality.json', 'utf8')) as Record<
  'noise' | 'entropyFocus' | 'asymmetry' | 'depthTrend' | 'silhouette',
  number
> & { distances: number[] };

const size = [18, 16, 14] as const;
const places = Array.from({ length: size[0] * size[1] * size[2] }, (_, index) => ({
  index,
  x: index % size[0],
  y: Math.floor(index / size[0]) % size[1],
  z: Math.floor(index / size[0] / size[1]),
}));
const radius = places.map(({ x, y, z }) => ((x - 8.5) / 7.5) ** 2 + ((y - 7.5) / 6.5) ** 2 + ((z - 6.5) / 5.5) ** 2);
const mask = Uint8Array.from(radius, (r) => (r < 1 ? 1 : 0));
const data = Float32Array.from(places, ({ index, x }) => {
  const r = radius[index] ?? 0;
  return r < 1 ? 100 + 60 * (1 - r) + 3 * x + ((index * 7919) % 101) / 10 : 5 + (index % 7);
});
const affine = gridAffine(1, [0, 0, 0]);
const volume = { size, affine, data };
const onGrid = { size, affine, data: data.map((value, index) => (mask[index] === 1 ? value / 100 - 1.2 : -1)) };

const points = Array.from({ length: 24 }, (_, i) =>
  i % 3 === 0 ? [5 + Math.cos(i), 4 + Math.sin(i)] : [Math.cos(i), Math.sin(i) / 2],
);
const groups = points.map((_, i) => (i % 3 === 0 ? 1 : 0));

describe('the quality measures', () => {
  it('equal their formulas in numpy and scikit-learn', () => {
    expect(noiseOf(volume, mask)).toBeCloseTo(golden.noise, 4);
    expect(entropyFocus(data, 2)).toBeCloseTo(golden.entropyFocus, 6);
    expect(asymmetryOf(onGrid)).toBeCloseTo(golden.asymmetry, 5);
    expect(depthTrendOf(onGrid)).toBeCloseTo(golden.depthTrend, 5);
    const vectors = Array.from({ length: 5 }, (_, i) =>
      Float32Array.from({ length: 20 }, (__, k) => Math.sin(k * (i + 1)) + i),
    );
    distancesToOthers(vectors).forEach((distance, i) => expect(distance).toBeCloseTo(golden.distances[i] ?? NaN, 6));
    expect(silhouetteOf(points, groups)).toBeCloseTo(golden.silhouette, 6);
  });

  it('find the noise that was added, whatever the shading', () => {
    let state = 1;
    const uniform = (): number => (state = (state * 48271) % 2147483647) / 2147483647;
    const noisy = data.map((value) => value - (value % 1) + 4 * (uniform() + uniform() + uniform() + uniform() - 2) * Math.sqrt(3)); // prettier-ignore
    const found = noiseOf({ ...volume, data: noisy }, mask);
    expect(found).toBeGreaterThan(3.4);
    expect(found).toBeLessThan(7); // the pattern that `data` has of itself comes on top
  });

  it('a symmetric brain has no asymmetry, a constant volume the highest entropy', () => {
    const symmetric = onGrid.data.map((value, at) => (value > -1 ? -1 + 2 * (1 - (radius[at] ?? 0)) : -1));
    expect(asymmetryOf({ ...onGrid, data: symmetric })).toBeCloseTo(0, 5);
    expect(depthTrendOf({ ...onGrid, data: symmetric })).toBeGreaterThan(0.8);
    expect(entropyFocus(new Float32Array(100).fill(3), 0)).toBeCloseTo(1, 6);
  });
});

describe('groups and outliers', () => {
  it('finds groups that are there, and none where there are none', () => {
    const found = findClusters(points, { most: 4, least: 0.55, smallest: 2 });
    expect(found.count).toBe(2);
    expect(found.labels).toEqual(groups);
    const even = Array.from({ length: 25 }, (_, i) => [i % 5, Math.floor(i / 5)]);
    expect(findClusters(even, { most: 4, least: 0.55, smallest: 2 }).count).toBe(1);
    expect(kMeans([[1], [1], [1]], 2)).toEqual([0, 0, 0]);
  });

  it('scores by the median absolute deviation, which one outlier does not move', () => {
    expect(robustScores([1, 2, 3, 4, 5])).toEqual([-2, -1, 0, 1, 2].map((step) => step * 0.6745));
    expect(robustScores([1, 2, 3, 4, 500])[4]).toBeCloseTo(0.6745 * 497, 6);
    expect(robustScores([7, 7, 7])).toEqual([0, 0, 0]);
    expect(robustScores([7, 7, 7, 7.001], 1)[3]).toBeLessThan(0.01);
  });

  const scan = (id: number, traits: Partial<MeasuredScan['quality']> = {}): MeasuredScan => {
    const wobble = Math.sin(id * 12.9) / 100;
    const profile = [0.15, 0.3, 0.45, 0.53, 0.6, 0.67, 0.77, 0.84, 0.9].map((decile) => decile + wobble);
    return {
      id: String(id),
      spacingMm: [1, 1, 1],
      quality: {
        snr: 30 + 100 * wobble,
        cnr: 2.3 + wobble,
        entropyFocus: 0.55 + wobble,
        backgroundLevel: 0,
        brainMl: 1400 + 5000 * wobble, // prettier-ignore
        asymmetry: 0.2 + wobble,
        depthTrend: 0.6 + wobble,
        profile,
        distance: 0.08 + wobble,
        ...traits,
      },
    };
  };

  it('puts the oddest scan first and says by what; being better than the others is not odd', () => {
    const scans = [...Array.from({ length: 8 }, (_, id) => scan(id)), scan(8, { snr: 4, distance: 0.5 }), scan(9, { snr: 300 })]; // prettier-ignore
    const { scans: ranked, groups: found } = assessQuality(scans);
    expect(ranked[0]?.id).toBe('8');
    expect(ranked[0]?.odd.map(({ measure }) => measure).toSorted()).toEqual(['distance', 'snr']);
    expect(ranked.find(({ id }) => id === '9')?.odd).toEqual([]);
    expect(found).toHaveLength(1);
    expect(found[0]?.contrast).toBe('white-matter-bright');
  });

  it('tells two contrasts apart, and scans of two spacings', () => {
    const dark = { depthTrend: -0.5, profile: [0.07, 0.14, 0.24, 0.34, 0.43, 0.5, 0.64, 0.77, 0.86] };
    const mixed = [...Array.from({ length: 6 }, (_, id) => scan(id)), scan(6, dark), scan(7, dark), scan(8, dark)];
    expect(assessQuality(mixed).groups.map(({ scans, contrast }) => [scans, contrast])).toEqual([
      [6, 'white-matter-bright'],
      [3, 'white-matter-dark'],
    ]);
    const thick = [6, 7, 8].map((id) => ({ ...scan(id), spacingMm: [1, 1, 4] }));
    const spacings = assessQuality([...Array.from({ length: 6 }, (_, id) => scan(id)), ...thick]).groups;
    expect(spacings.map(({ spacingMm }) => spacingMm[2])).toEqual([1, 4]);
  });

  it('has no scores for fewer than five scans', () => {
    expect(assessQuality([scan(1), scan(2, { snr: 1 })]).scans.map(({ score }) => score)).toEqual([0, 0]);
    expect(assessQuality([])).toEqual({ scans: [], groups: [] });
  });
});
