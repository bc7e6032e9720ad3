/** Reference values: test/fixtures/statistics/make_golden.py (scikit-image, scipy, numpy). */
import { describe, expect, it } from 'vitest';
import golden from '#test/fixtures/statistics/golden.json' with { type: 'json' };
import { createRandom } from '#shared/random.ts';
import type { Size3 } from '#shared/statistics/gaussianWindow.ts';
import { linearMmd } from '#shared/statistics/linearMmd.ts';
import { meanPairwiseMsSsim, msSsim, scalesFor, ssim } from '#shared/statistics/structuralSimilarity.ts';

const tolerance = 1e-5;

/** The formula of make_golden.py. */
function volume(size: Size3, number: number): Float32Array {
  const data = new Float32Array(size[0] * size[1] * size[2]);
  for (let z = 0, at = 0; z < size[2]; z++) {
    for (let y = 0; y < size[1]; y++) {
      for (let x = 0; x < size[0]; x++, at++) {
        const smooth =
          Math.sin(0.31 * x + 0.2 * number) * Math.cos(0.23 * y - 0.1 * number) +
          0.5 * Math.sin(0.41 * z + 0.07 * x * number);
        const rough = 0.3 * Math.sin(12.9898 * x + 78.233 * y + 37.719 * z + number);
        data[at] = Math.tanh(smooth + rough);
      }
    }
  }
  return data;
}

interface Case {
  readonly size: readonly number[];
  readonly against: string;
  readonly window: number;
  readonly value: number;
}

function evaluate(measure: typeof ssim, { size, against, window }: Case): number {
  const [x = 0, y = 0, z = 0] = size;
  const sides: Size3 = [x, y, z];
  const first = volume(sides, 1);
  const other = against === 'other' ? volume(sides, 2) : first.map((value) => value * 0.9 + 0.05);
  return measure(first, other, { size: sides, dataRange: 2, window: window === 7 ? 7 : 11 });
}

const cube: Size3 = [24, 24, 24];

describe('SSIM and MS-SSIM of volumes', () => {
  it.each(golden.ssim)('SSIM is that of scikit-image: $size, $against, window $window', (entry) => {
    expect(Math.abs(evaluate(ssim, entry) - entry.value)).toBeLessThan(tolerance);
  });

  it.each(golden.msSsim)('MS-SSIM is that of the written-out form: $size, $against, window $window', (entry) => {
    expect(Math.abs(evaluate(msSsim, entry) - entry.value)).toBeLessThan(tolerance);
  });

  it('is 1 for a volume and itself', () => {
    expect(ssim(volume(cube, 3), volume(cube, 3), { size: cube, dataRange: 2 })).toBeCloseTo(1, 6);
    expect(msSsim(volume(cube, 3), volume(cube, 3), { size: cube, dataRange: 2 })).toBeCloseTo(1, 6);
  });

  it('uses as many scales as fit and weights that sum to one', () => {
    expect(scalesFor({ size: [32, 32, 32] })).toMatchObject({ window: 7, scales: 3 });
    expect(scalesFor({ size: [64, 64, 64] })).toMatchObject({ window: 11, scales: 3 });
    expect(scalesFor({ size: [256, 256, 256] }).scales).toBe(5);
    expect(scalesFor({ size: [64, 64, 64] }).weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12);
    expect(() => scalesFor({ size: [6, 32, 32] })).toThrow(RangeError);
  });

  it('goes by no rounding beyond 1 where the volumes are equal', () => {
    for (let number = 1; number <= 8; number++) {
      const bright = volume(cube, number).map((value) => 100 + 40 * value);
      expect(ssim(bright, bright, { size: cube, dataRange: 80 })).toBeLessThanOrEqual(1);
      expect(msSsim(bright, bright, { size: cube, dataRange: 80 })).toBeLessThanOrEqual(1);
    }
  });

  it('averages over every pair, or over a seeded choice of them', () => {
    const volumes = [1, 2, 3, 4].map((number) => volume(cube, number));
    const all = meanPairwiseMsSsim(volumes, { size: cube, dataRange: 2, pairs: 100, random: createRandom(1) });
    expect(all.pairs).toBe(golden.meanPairwise.pairs);
    expect(Math.abs(all.mean - golden.meanPairwise.mean)).toBeLessThan(tolerance);
    expect(Math.abs(all.standardDeviation - golden.meanPairwise.standardDeviation)).toBeLessThan(tolerance);
    const some = (seed: number): number =>
      meanPairwiseMsSsim(volumes, { size: cube, dataRange: 2, pairs: 3, random: createRandom(seed) }).mean;
    expect(some(1)).toBe(some(1));
    expect([2, 3, 4, 5].map(some)).not.toEqual([some(1), some(1), some(1), some(1)]);
  });
});

describe('the linear-kernel MMD', () => {
  const volumes = Array.from({ length: 9 }, (_, index) => volume(cube, index + 1));

  it('is that of the kernel matrices', () => {
    const { biased, unbiased } = linearMmd(volumes.slice(0, 4), volumes.slice(4));
    expect(Math.abs(biased / golden.mmd.biased - 1)).toBeLessThan(tolerance);
    expect(Math.abs(unbiased / golden.mmd.unbiased - 1)).toBeLessThan(tolerance);
  });

  it('is zero between a set and itself in the published form', () => {
    expect(linearMmd(volumes, volumes).biased).toBeCloseTo(0, 6);
  });

  it('refuses sets it cannot compare', () => {
    expect(() => linearMmd(volumes.slice(0, 1), volumes)).toThrow(RangeError);
    expect(() => linearMmd(volumes, [new Float32Array(8), new Float32Array(8)])).toThrow(RangeError);
  });
});
