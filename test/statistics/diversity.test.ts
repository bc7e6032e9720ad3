import { describe, expect, it } from 'vitest';
import { createRandom } from '#shared/random.ts';
import { diversityGap } from '#shared/statistics/diversity.ts';
import { meanPairwiseMsSsim, pairSimilarities } from '#shared/statistics/structuralSimilarity.ts';

const size = [12, 12, 12] as const;
const voxels = 12 ** 3;

/** `count` volumes that share a pattern and differ by noise of this strength. */
function volumes(count: number, noise: number, seed: number): readonly Float32Array[] {
  const random = createRandom(seed);
  const pattern = random.normals(voxels);
  return Array.from({ length: count }, () => random.normals(voxels).map((value, at) => noise * value + (pattern[at] ?? 0))); // prettier-ignore
}

const options = (seed: number): Parameters<typeof pairSimilarities>[1] => ({ size, dataRange: 4, pairs: 200, random: createRandom(seed) }); // prettier-ignore

describe('diversity of made scans against real ones', () => {
  const real = pairSimilarities(volumes(10, 1, 1), options(1));

  it('is the difference of the mean similarities', () => {
    const made = volumes(8, 0.3, 2);
    const pairs = pairSimilarities(made, options(1));
    const realMean = real.reduce((sum, { value }) => sum + value, 0) / real.length;
    const { gap } = diversityGap(pairs, real, { random: createRandom(1), resamples: 10 });
    expect(gap).toBeCloseTo(meanPairwiseMsSsim(made, options(1)).mean - realMean, 10);
  });

  it('tells a generator that repeats itself from one that does not', () => {
    const same = diversityGap(pairSimilarities(volumes(12, 1, 3), options(1)), real, { random: createRandom(1) });
    expect(same.low).toBeLessThan(0);
    expect(same.high).toBeGreaterThan(0);
    const narrow = diversityGap(pairSimilarities(volumes(12, 0.3, 3), options(1)), real, { random: createRandom(1) });
    expect(narrow.low).toBeGreaterThan(0);
    expect(narrow.low).toBeLessThan(narrow.gap);
    expect(narrow.high).toBeGreaterThan(narrow.gap);
  });

  it('is repeatable by seed', () => {
    const again = (): ReturnType<typeof diversityGap> =>
      diversityGap(real, real, { random: createRandom(5), resamples: 20 });
    expect(again()).toEqual(again());
    expect(again().gap).toBe(0);
  });
});
