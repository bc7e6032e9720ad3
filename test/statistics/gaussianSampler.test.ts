import { describe, expect, it } from 'vitest';
import { createRandom } from '#shared/random.ts';
import { drawGaussian, meanOf } from '#shared/statistics/gaussianSampler.ts';

const sample = [
  [1, 0, 2],
  [3, 1, 2],
  [2, 5, 2],
  [6, 2, 2],
].map((row) => Float32Array.from(row));

const covarianceOf = (rows: readonly Float32Array[]): number[] => {
  const mean = meanOf(rows);
  return [0, 1, 2].flatMap((i) =>
    [0, 1, 2].map(
      (j) =>
        rows.reduce((sum, row) => sum + ((row[i] ?? 0) - (mean[i] ?? 0)) * ((row[j] ?? 0) - (mean[j] ?? 0)), 0) /
        (rows.length - 1),
    ),
  );
};

describe('the Gaussian of a sample', () => {
  const drawn = drawGaussian(sample, { count: 20_000, random: createRandom(1) });

  it('has the mean and covariance of the sample', () => {
    expect([...meanOf(sample)]).toEqual([3, 2, 2]);
    meanOf(drawn).forEach((value, at) => {
      expect(Math.abs(value - (meanOf(sample)[at] ?? 0))).toBeLessThan(0.05);
    });
    const expected = covarianceOf(sample);
    covarianceOf(drawn).forEach((value, at) => {
      expect(Math.abs(value - (expected[at] ?? 0))).toBeLessThan(0.15);
    });
  });

  it('never varies what the sample does not', () => {
    expect(drawn.every((row) => row[2] === 2)).toBe(true);
  });

  it('is repeatable by seed and refuses a sample that has no covariance', () => {
    const again = drawGaussian(sample, { count: 3, random: createRandom(1) });
    expect(again).toEqual(drawn.slice(0, 3));
    expect(() => drawGaussian(sample.slice(0, 1), { count: 1, random: createRandom(1) })).toThrow(RangeError);
    expect(() => meanOf([])).toThrow(RangeError);
  });
});
