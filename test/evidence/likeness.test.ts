import { describe, expect, it } from 'vitest';
import type { LikenessMeasure, LikenessMeasureName } from '#contract/evidence/likeness.ts';
import { effectiveCases } from '#shared/evidence/likeness/featureMeasures.ts';
import { likenessVerdict } from '#shared/evidence/likeness/verdict.ts';
import { binnedDistance, intensityDistance, intensityProfile } from '#shared/evidence/likeness/voxelMeasures.ts';
import type { EvidenceScan } from '#shared/evidence/scans.ts';
import { createRandom } from '#shared/random.ts';
import { normalInterval } from '#shared/statistics/bootstrap.ts';
import { classicalScaling } from '#shared/statistics/classicalScaling.ts';
import { chooseSets } from '#worker/evidence/likenessSets.ts';

const scan = (value: number, at: number): EvidenceScan => ({
  id: String(at),
  role: 'synthetic',
  voxels: Float32Array.of(-1, value, -value),
  labels: null,
});
const scans = (values: readonly number[]): readonly EvidenceScan[] => values.map(scan);
const grid = { side: 1, spacingMm: 1 };

describe('baselines', () => {
  const real = scans([0.1, 0.2, 0.3, 0.4]);
  it('come from training scans, and are judged by all real ones', () => {
    const training = scans([0.6, 0.8]);
    const { sets, baselines } = chooseSets({ ...grid, real, synthetic: real, training }, createRandom(1));
    expect(sets.reference).toHaveLength(4);
    expect(sets.meanBrain[0]?.[1]).toBeCloseTo(0.7, 6);
    expect(baselines).toContain('2 training scans');
  });

  it('for want of them come from one half of the real scans and are judged by the other', () => {
    const { sets, baselines } = chooseSets({ ...grid, real, synthetic: real, training: [] }, createRandom(1));
    const judges = sets.reference.map((voxels) => voxels[1] ?? 0);
    expect(judges).toHaveLength(2);
    const others = [0.1, 0.2, 0.3, 0.4].filter((value) => !judges.some((judge) => Math.abs(judge - value) < 1e-6));
    expect(sets.meanBrain[0]?.[1]).toBeCloseTo(((others[0] ?? 0) + (others[1] ?? 0)) / 2, 6);
    expect(baselines).toContain('measured against the other half');
  });
});

describe('distances of intensities', () => {
  it('are the same by bins as by voxels, to within a bin', () => {
    const random = createRandom(5);
    const drawn = (shift: number): Float32Array => Float32Array.from({ length: 3000 }, () => Math.tanh(0.3 * random.normal() + shift)); // prettier-ignore
    const [made, real] = [[intensityProfile(drawn(0.1))], [intensityProfile(drawn(0))]];
    const exact = intensityDistance(made, real);
    const bins = [made, real].map((set) => set.map(({ histogram }) => histogram)) as [Float32Array[], Float32Array[]];
    expect(Math.abs(binnedDistance.wasserstein(...bins) - (exact?.wasserstein ?? NaN))).toBeLessThan(1 / 256);
    expect(Math.abs(binnedDistance.kolmogorov(...bins) - (exact?.kolmogorov ?? NaN))).toBeLessThan(0.02);
    expect(intensityDistance([intensityProfile(Float32Array.of(-1, -1))], real)).toBeNull();
  });
});

describe('statistics of likeness', () => {
  it('classical scaling gives points of a plane back, up to a turn', () => {
    const points = [[0, 0], [3, 0], [0, 1], [-2, -2], [1, 4]] as const; // prettier-ignore
    const placed = points.map(([x, y]) => Float32Array.of(x, 7, y, x + y));
    const scaled = classicalScaling(placed);
    expect(scaled.explained).toBeCloseTo(1, 9);
    placed.forEach((a, i) => {
      placed.forEach((b, j) => {
        const [p, q] = [scaled.points[i] ?? [0, 0], scaled.points[j] ?? [0, 0]];
        const distance = Math.hypot(...a.map((value, at) => value - (b[at] ?? 0)));
        expect(Math.hypot(p[0] - q[0], p[1] - q[1])).toBeCloseTo(distance, 5);
      });
    });
    expect(() => classicalScaling(placed.slice(0, 2))).toThrow(RangeError);
  });

  it('an interval by the spread of resamples holds the estimate wherever they lie', () => {
    const { low, high } = normalInterval(1, [3, 4, 5], { least: 0 });
    expect(low).toBe(0);
    expect(high).toBeCloseTo(1 + 1.959964, 5);
  });

  it('counts one scan again and again as one, and different ones as many', () => {
    const row = Float32Array.of(1, 2);
    const options = { count: 4, bandwidth: 0.1, random: createRandom(1) };
    expect(effectiveCases([row, row, row, row], options).value).toBeCloseTo(1, 9);
    const far = [0, 10, 20, 30].map((value) => Float32Array.of(value, 0));
    expect(effectiveCases(far, options).value).toBeCloseTo(4, 6);
  });
});

describe('the verdict', () => {
  const figure = (value: number, low = value - 0.01, high = value + 0.01, n = 20) => ({ value, low, high, n: { real: n, synthetic: n } }); // prettier-ignore
  const measure = (name: LikenessMeasureName, of: Partial<LikenessMeasure>): LikenessMeasure => ({
    name, extractor: 'e', split: '', seed: 1, synthetic: figure(0), floor: null, real: null, meanBrain: null, pcaGaussian: null, p: null, ...of,
  }); // prettier-ignore
  const table = (mmd: number, auc: number, gap: number, n = 20): LikenessMeasure[] => [
    measure('mmdRbf', { synthetic: figure(mmd, mmd - 0.01, mmd + 0.01, n), floor: figure(0, -0.05, 0.05), meanBrain: figure(0.3), pcaGaussian: figure(0.2) }),
    measure('c2stAuc', { synthetic: figure(auc) }),
    measure('msSsimGap', { extractor: null, synthetic: figure(gap) }),
  ]; // prettier-ignore

  it('says what the numbers come to', () => {
    expect(likenessVerdict(table(0.01, 0.55, 0), 'e').tone).toBe('good');
    const mixed = likenessVerdict(table(0.1, 0.9, 0), 'e');
    expect([mixed.tone, mixed.words.includes('AUC 0.90')]).toEqual(['mixed', true]);
    expect(likenessVerdict(table(0.4, 1, 0), 'e').tone).toBe('bad');
    const repeating = likenessVerdict(table(0.01, 0.55, 0.2), 'e');
    expect([repeating.tone, repeating.words.includes('repeats itself')]).toEqual(['bad', true]);
    expect(likenessVerdict(table(0.01, 0.55, 0, 5), 'e').tone).toBe('unknown');
  });
});
