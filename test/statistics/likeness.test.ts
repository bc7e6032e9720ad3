/** Reference values: test/fixtures/statistics/make_likeness.py (scipy, scikit-learn, numpy). */
import { describe, expect, it } from 'vitest';
import golden from '#test/fixtures/statistics/likeness.json' with { type: 'json' };
import { createRandom } from '#shared/random.ts';
import { distributionDistance } from '#shared/statistics/distributionDistance.ts';
import {
  extrapolateFrechet,
  firstRows,
  frechetDistance,
  frechetPoints,
  secondRows,
} from '#shared/statistics/frechetDistance.ts';
import {
  cubicKernel,
  discrepancy,
  gaussianKernel,
  gramOf,
  innerProduct,
  type Sample,
} from '#shared/statistics/kernelDiscrepancy.ts';
import { neighbourhoods } from '#shared/statistics/neighbourhoods.ts';
import { empiricalAuc } from '#shared/statistics/rocCurve.ts';
import { drawFolds, leftOutScores } from '#shared/statistics/twoSampleClassifier.ts';
import { cosineKernel, vendiScore } from '#shared/statistics/vendiScore.ts';

const sampleOf = (rows: readonly (readonly number[])[]): Sample => rows.map((row) => Float32Array.from(row));
const [real, made] = [sampleOf(golden.real), sampleOf(golden.made)];
const [wideReal, wideMade] = [sampleOf(golden.wideReal), sampleOf(golden.wideMade)];

const expectNear = (found: number, expected: number): void => {
  expect(Math.abs(found - expected)).toBeLessThan(1e-5);
};

describe('Fréchet distance', () => {
  it('is that of scipy, also with fewer rows than features', () => {
    expectNear(frechetDistance(real, made), golden.frechet);
    expectNear(frechetDistance(made, real), golden.frechet);
    expectNear(frechetDistance(wideReal, wideMade), golden.wideFrechet);
    expectNear(frechetDistance(real, real), 0);
  });

  it('is carried on to endless samples by the line of numpy', () => {
    const points = golden.points.map(([count = 0, distance = 0]) => ({ count, distance }));
    expectNear(extrapolateFrechet(points), golden.atInfinity);
    const gram = gramOf(made, real, innerProduct);
    const drawn = frechetPoints(gram, firstRows(gram), secondRows(gram), { random: createRandom(1) });
    expect(drawn.map(({ count }) => count)).toEqual([5, 5, 6, 6, 7, 7, 8, 8, 8, 9, 9, 10, 10, 11, 11]);
    expectNear(drawn.at(-1)?.distance ?? Number.NaN, golden.frechet);
    expect(extrapolateFrechet(drawn)).toBeLessThan(golden.frechet);
  });

  it('refuses what has no covariance, and a line through one count', () => {
    expect(() => frechetDistance(real.slice(0, 1), made)).toThrow(RangeError);
    expect(() => extrapolateFrechet([{ count: 4, distance: 1 }])).toThrow(RangeError);
  });
});

describe('likeness of two samples', () => {
  it('KID is the unbiased form with the polynomial kernel of scikit-learn', () => {
    expectNear(discrepancy(gramOf(real, made, cubicKernel)), golden.kid);
  });

  it('precision, recall, density and coverage are the written-out ones', () => {
    const found = neighbourhoods(real, made);
    for (const [name, value] of Object.entries(golden.neighbourhoods)) {
      expectNear(found[name as keyof typeof found], value);
    }
    expect(() => neighbourhoods(real.slice(0, 5), made)).toThrow(RangeError);
  });

  it('Vendi score is that of the eigenvalues of numpy, 1 for equal rows and n for rows that share nothing', () => {
    expectNear(vendiScore(real, cosineKernel), golden.vendiCosine);
    expectNear(vendiScore(real, gaussianKernel(2)), golden.vendiGaussian);
    const [row] = real as readonly [Float32Array];
    expectNear(vendiScore([row, row, row], cosineKernel), 1);
    expectNear(vendiScore(sampleOf([[1, 0, 0], [0, 1, 0], [0, 0, 1]]), cosineKernel), 3); // prettier-ignore
    expect(() => vendiScore([], cosineKernel)).toThrow(RangeError);
  });

  it.each([
    ['more rows than features', real, made, golden.classifier],
    ['fewer rows than features', wideReal, wideMade, golden.wideClassifier],
  ] as const)('the classifier is the ridge regression of scikit-learn: %s', (_, x, y, expected) => {
    const scores = leftOutScores(x, y, expected);
    [...scores.negatives, ...scores.positives].forEach((score, at) => {
      expectNear(score, expected.scores[at] ?? Number.NaN);
    });
    expectNear(empiricalAuc(scores)?.auc ?? Number.NaN, expected.auc);
  });

  it('folds hold real and made rows in equal shares, repeatable by seed', () => {
    const draw = (): number[] => drawFolds({ real: 10, made: 20 }, { folds: 5, random: createRandom(3) });
    expect(draw()).toEqual(draw());
    for (let fold = 0; fold < 5; fold++) {
      expect(
        draw()
          .slice(0, 10)
          .filter((at) => at === fold).length,
      ).toBe(2);
      expect(
        draw()
          .slice(10)
          .filter((at) => at === fold).length,
      ).toBe(4);
    }
  });

  it('distances of distributions are those of scipy', () => {
    const found = distributionDistance(Float32Array.from(golden.first), Float32Array.from(golden.second));
    expectNear(found.wasserstein, golden.wasserstein);
    expectNear(found.kolmogorov, golden.kolmogorov);
    expect(distributionDistance(Float32Array.of(1, 2), Float32Array.of(1, 2))).toEqual({
      wasserstein: 0,
      kolmogorov: 0,
    });
    expect(() => distributionDistance(new Float32Array(), Float32Array.of(1))).toThrow(RangeError);
  });
});
