/** The classes of voxels drawn from a mixture that is known. */
import { describe, expect, it } from 'vitest';
import { createRandom } from '#shared/random.ts';
import { classify, countClasses, fitIntensityClasses, meanDice } from '#shared/statistics/intensityClasses.ts';

const groups = [
  { share: 0.15, mean: 100, deviation: 30 },
  { share: 0.5, mean: 300, deviation: 35 },
  { share: 0.35, mean: 460, deviation: 25 },
] as const;
const count = 200_000;

/** Voxels drawn from three normal distributions, and which each came from. */
function draw(seed: number): { data: Float32Array; labels: Uint8Array } {
  const random = createRandom(seed);
  const labels = Uint8Array.from({ length: count }, () => {
    const place = random.uniform();
    return place < groups[0].share ? 1 : place < groups[0].share + groups[1].share ? 2 : 3;
  });
  const data = Float32Array.from(labels, (label) => {
    const { mean, deviation } = groups[label - 1] ?? groups[0];
    return mean + deviation * random.normal();
  });
  return { data, labels };
}

describe('the intensity classes', () => {
  const { data, labels } = draw(3);
  const mask = new Uint8Array(count).fill(1);
  const classes = fitIntensityClasses(data, mask, { low: 0, high: 560 });

  it('finds the distributions that the voxels came from', () => {
    groups.forEach(({ mean }, index) => expect(Math.abs((classes.means[index] ?? NaN) - mean)).toBeLessThan(3));
    const found = countClasses(classify(data, mask, classes));
    found.forEach((voxels, index) => expect(voxels / count).toBeCloseTo(groups[index]?.share ?? NaN, 1.7));
    expect(meanDice(classify(data, mask, classes), labels)).toBeGreaterThan(0.98);
  });

  it('moves with the intensities: twice as bright, twice the limits', () => {
    const bright = fitIntensityClasses(data.map((value) => 2 * value), mask, { low: 0, high: 1120 }); // prettier-ignore
    bright.limits.forEach((limit, index) => expect(limit / 2).toBeCloseTo(classes.limits[index] ?? NaN, 1));
  });

  it('counts nothing outside the mask', () => {
    const half = mask.map((_, index) => (index % 2 === 0 ? 1 : 0));
    const marked = classify(data, half, classes);
    expect(countClasses(marked).reduce((sum, voxels) => sum + voxels, 0)).toBe(count / 2);
    expect(marked[1]).toBe(0);
  });

  it('overlaps wholly with itself, and not at all with another class', () => {
    expect(meanDice(labels, labels)).toBe(1);
    expect(meanDice(Uint8Array.of(1, 1, 2), Uint8Array.of(2, 2, 1))).toBeCloseTo(1 / 3); // neither has bright voxels
  });
});
