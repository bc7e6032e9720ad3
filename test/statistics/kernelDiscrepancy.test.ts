/** Reference values: test/fixtures/statistics/make_discrepancy.py (scikit-learn, scipy, numpy). */
import { describe, expect, it } from 'vitest';
import golden from '#test/fixtures/statistics/discrepancy.json' with { type: 'json' };
import { createRandom } from '#shared/random.ts';
import {
  discrepancy,
  discrepancyDifference,
  discrepancyInterval,
  gaussianKernel,
  gramOf,
  medianDistance,
  permutationP,
  type Sample,
} from '#shared/statistics/kernelDiscrepancy.ts';

const tolerance = 1e-5;
const sampleOf = (rows: readonly (readonly number[])[]): Sample => rows.map((row) => Float32Array.from(row));
const [first, second] = [sampleOf(golden.first), sampleOf(golden.second)];
const kernel = gaussianKernel(golden.bandwidth);
const gram = gramOf(first, second, kernel);

/** `count` rows of four normal numbers around `centre`. */
const normals = (count: number, centre: number, seed: number): Sample => {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => random.normals(4).map((value) => value + centre));
};

describe('maximum mean discrepancy', () => {
  it('has the median distance of the rows as its bandwidth', () => {
    expect(Math.abs(medianDistance([...first, ...second]) - golden.bandwidth)).toBeLessThan(tolerance);
  });

  it('is the written-out unbiased form with the kernel of scikit-learn', () => {
    expect(Math.abs(discrepancy(gram) - golden.discrepancy)).toBeLessThan(tolerance);
    expect(Math.abs(discrepancy(gramOf(second, first, kernel)) - golden.discrepancy)).toBeLessThan(tolerance);
  });

  it('has the p of all ways to part the rows, as far as drawing them shows it', () => {
    const p = permutationP(gram, { random: createRandom(1), permutations: 20_000 });
    expect(Math.abs(p - golden.p)).toBeLessThan(0.005);
  });

  it('is 0 on average between samples of one distribution', () => {
    const values = Array.from({ length: 200 }, (_, seed) =>
      discrepancy(gramOf(normals(4, 0, seed), normals(9, 0, seed + 1000), gaussianKernel(2))),
    );
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(Math.abs(mean)).toBeLessThan(0.01);
  });

  it('gives equal rows no distance from themselves that drawing them twice could add', () => {
    const same = Array.from({ length: 5 }, () => Float32Array.of(1, 2));
    const interval = discrepancyInterval(gramOf(same, same, kernel), { random: createRandom(1), resamples: 50 });
    expect(interval.low).toBeCloseTo(0, 12);
    expect(interval.high).toBeCloseTo(0, 12);
  });

  it('has intervals around it, repeatable by seed, that tell the nearer of two samples', () => {
    const [reals, near, far] = [normals(12, 0, 1), normals(20, 0.1, 2), normals(20, 2, 3)];
    const [toNear, toFar] = [gramOf(near, reals, gaussianKernel(2)), gramOf(far, reals, gaussianKernel(2))];
    const options = { resamples: 300 };
    const interval = discrepancyInterval(toFar, { ...options, random: createRandom(1) });
    expect(interval).toEqual(discrepancyInterval(toFar, { ...options, random: createRandom(1) }));
    expect(interval.low).toBeGreaterThan(0);
    expect(interval.low).toBeLessThan(discrepancy(toFar));
    expect(interval.high).toBeGreaterThan(discrepancy(toFar));
    expect(discrepancyDifference(toNear, toFar, { ...options, random: createRandom(1) }).high).toBeLessThan(0);
  });

  it('refuses samples it cannot compare', () => {
    expect(() => gramOf(first.slice(0, 1), second, kernel)).toThrow(RangeError);
    expect(() => gramOf(first, [new Float32Array(3), new Float32Array(3)], kernel)).toThrow(RangeError);
    const other = gramOf(first, second.slice(1), kernel);
    expect(() => discrepancyDifference(gram, other, { random: createRandom(1) })).toThrow(RangeError);
  });
});
