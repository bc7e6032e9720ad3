/** Reference values: test/fixtures/statistics/make_mixed_logit.py. */
import { describe, expect, it } from 'vitest';
import golden from '#test/fixtures/statistics/mixedLogit.json' with { type: 'json' };
import { fitMixedLogit } from '#shared/statistics/mixedLogit.ts';
import { averageArea, averageShare, type DesignAverage } from '#shared/statistics/uStatistics.ts';

const digits = 6;

describe('logistic regression with crossed random effects', () => {
  it.each(golden.mixed)('is what dense maximisation of Laplace’s likelihood finds', ({ coefficients, sds, logLikelihood, ...data }) => {
    const found = fitMixedLogit(data);
    coefficients.forEach(({ estimate, se }, index) => {
      expect(found?.coefficients[index]?.estimate).toBeCloseTo(estimate, digits);
      expect(found?.coefficients[index]?.se).toBeCloseTo(se, digits);
    });
    expect(found?.readerSd).toBeCloseTo(sds[0] ?? NaN, digits);
    expect(found?.caseSd).toBeCloseTo(sds[1] ?? NaN, digits);
    expect(found?.logLikelihood).toBeCloseTo(logLikelihood, digits);
  }); // prettier-ignore

  it('is none where all outcomes are alike, or a predictor separates them', () => {
    const [readers, cases] = [[0, 0, 0, 0, 1, 1, 1, 1], [0, 1, 2, 3, 0, 1, 2, 3]]; // prettier-ignore
    const predictors = cases.map((index) => [1, index % 2]);
    expect(fitMixedLogit({ outcomes: cases.map(() => 1), predictors, readers, cases })).toBeNull();
    expect(fitMixedLogit({ outcomes: cases.map((index) => index % 2), predictors, readers, cases })).toBeNull();
  });
});

describe('U-statistics of designs with gaps', () => {
  const check = (found: DesignAverage | null, reference: { estimate: number; se: number; df: number }): void => {
    for (const name of ['estimate', 'se', 'df'] as const) expect(found?.[name]).toBeCloseTo(reference[name], 9);
  };

  it.each(golden.designs)('are those of going through all pairs of comparisons', (design) => {
    check(averageArea(design.negatives, design.positives), design.area);
    check(averageShare(design.isCorrect), design.share);
  });

  it('say nothing of one reader, or of readers who differ in nothing', () => {
    expect(averageShare([[1, 0, 1, null]])).toBeNull();
    expect(averageShare([[1, 1, null], [null, 1, 1]])).toBeNull(); // prettier-ignore
    expect(averageArea([[1, 2]], [[3, 4]])).toBeNull();
  });
});
