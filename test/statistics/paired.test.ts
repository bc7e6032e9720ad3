/** Reference values: test/fixtures/statistics/make_paired.py (scipy, statsmodels, pingouin). */
import { describe, expect, it } from 'vitest';
import golden from '#test/fixtures/statistics/paired.json' with { type: 'json' };
import { createRandom } from '#shared/random.ts';
import { blandAltman } from '#shared/statistics/blandAltman.ts';
import { bootstrapInterval } from '#shared/statistics/bootstrap.ts';
import { fisherQuantile } from '#shared/statistics/fisher.ts';
import { holm } from '#shared/statistics/holm.ts';
import { intraclassCorrelation } from '#shared/statistics/intraclassCorrelation.ts';
import { normalCdf } from '#shared/statistics/normal.ts';
import { median } from '#shared/statistics/quantile.ts';
import { signedRankTest } from '#shared/statistics/wilcoxon.ts';

const digits = 9;

describe('the signed-rank test', () => {
  it.each(golden.signedRank)('of $differences.length pairs is that of scipy ($method)', (reference) => {
    const found = signedRankTest(reference.differences);
    expect(found).toMatchObject({
      method: reference.method,
      positive: reference.positive,
      negative: reference.negative,
      n: reference.differences.length,
      differing: reference.differences.filter((value) => value !== 0).length,
    });
    expect(found.p).toBeCloseTo(reference.p, digits);
    expect(found.rankBiserial).toBeCloseTo(reference.rankBiserial, digits);
    if (reference.cohenDz !== null) expect(found.cohenDz).toBeCloseTo(reference.cohenDz, digits);
    else expect(found.cohenDz).toBeNull();
  });

  it('finds nothing where no pair differs, and refuses no pairs', () => {
    expect(signedRankTest([0, 0])).toMatchObject({ p: 1, rankBiserial: 0, cohenDz: null, differing: 0 });
    expect(() => signedRankTest([])).toThrow(RangeError);
  });
});

it.each(golden.holm)('Holm’s correction of $p is that of statsmodels', ({ p, adjusted }) => {
  holm(p).forEach((value, index) => expect(value).toBeCloseTo(adjusted[index] ?? NaN, 12));
});

describe('agreement', () => {
  it.each(golden.blandAltman)('limits of agreement of $n cases are those of Bland and Altman', (reference) => {
    const { differences, biasInterval, lowerInterval, upperInterval, ...plain } = reference;
    const found = blandAltman(differences);
    for (const [name, value] of Object.entries(plain))
      expect(found?.[name as keyof typeof plain]).toBeCloseTo(value, digits);
    expect(found?.biasInterval.low).toBeCloseTo(biasInterval.low, digits);
    expect(found?.biasInterval.high).toBeCloseTo(biasInterval.high, digits);
    expect(found?.lowerInterval.low).toBeCloseTo(lowerInterval.low, digits);
    expect(found?.upperInterval.high).toBeCloseTo(upperInterval.high, digits);
  });

  it.each(golden.icc)('ICC(A,1) $icc and its interval are those of pingouin', ({ table, icc, low, high }) => {
    const found = intraclassCorrelation(table);
    expect(found?.icc).toBeCloseTo(icc, digits);
    expect(found?.interval.low).toBeCloseTo(low, digits);
    expect(found?.interval.high).toBeCloseTo(high, digits);
  });

  it('says nothing of two cases or of a constant', () => {
    expect(blandAltman([1, 2])).toBeNull();
    expect(intraclassCorrelation([[1, 2], [3, 4]])).toBeNull(); // prettier-ignore
    expect(intraclassCorrelation([[1, 1], [1, 1], [1, 1]])).toBeNull(); // prettier-ignore
    expect(intraclassCorrelation([[1, 1], [2, 2], [5, 5]])).toMatchObject({ icc: 1, interval: { low: 1, high: 1 } }); // prettier-ignore
    expect(() => intraclassCorrelation([[1, 1], [2], [5, 5]])).toThrow(RangeError); // prettier-ignore
  });
});

it('the bootstrap draws with the seeded generator: the interval of the median is numpy’s of the same draws', () => {
  const { sample, seed, resamples, low, high } = golden.bootstrap;
  const found = bootstrapInterval(sample, median, { random: createRandom(seed), resamples });
  expect(found.low).toBeCloseTo(low, digits);
  expect(found.high).toBeCloseTo(high, digits);
});

it.each(golden.normalCdf)('Φ($z) is that of scipy', ({ z, p }) => {
  expect(Math.abs(normalCdf(z) / p - 1)).toBeLessThan(1e-12);
});

it.each(golden.fisherQuantile)('the $probability quantile of F($between, $within) is that of scipy', (reference) => {
  const found = fisherQuantile(reference.probability, reference.between, reference.within);
  expect(Math.abs(found / reference.value - 1)).toBeLessThan(1e-9);
});
