/** Reference values: test/fixtures/statistics/make_reader_study.py (scipy, statsmodels, scikit-learn, krippendorff). */
import { describe, expect, it } from 'vitest';
import golden from '#test/fixtures/statistics/readerStudy.json' with { type: 'json' };
import { createRandom } from '#shared/random.ts';
import { calibration } from '#shared/statistics/calibration.ts';
import { cohenKappa, type KappaWeights } from '#shared/statistics/cohenKappa.ts';
import { crossedInterval } from '#shared/statistics/crossedBootstrap.ts';
import { estimatedEquivalence, exactEquivalence } from '#shared/statistics/equivalence.ts';
import { fleissKappa } from '#shared/statistics/fleissKappa.ts';
import { krippendorffAlpha } from '#shared/statistics/krippendorffAlpha.ts';
import {
  criticalCount,
  decisionsAgainstChance,
  decisionsForEquivalence,
  designEffect,
  equivalenceAcceptance,
  powerAgainstChance,
  powerOfEquivalence,
} from '#shared/statistics/power.ts';
import { wilsonInterval } from '#shared/statistics/proportion.ts';
import { detectionSensitivity } from '#shared/statistics/signalDetection.ts';
import { spearman } from '#shared/statistics/spearman.ts';
import { studentMean } from '#shared/statistics/studentMean.ts';

const digits = 10;

describe('a share', () => {
  it.each(golden.wilson)('Wilson’s interval of $successes in $n is that of statsmodels', (reference) => {
    const found = wilsonInterval(reference.successes, reference.n);
    expect(found?.low).toBeCloseTo(reference.low, digits);
    expect(found?.high).toBeCloseTo(reference.high, digits);
  });

  it('has no interval without trials', () => expect(wilsonInterval(0, 0)).toBeNull());

  it.each(golden.equivalence)('$correct of $n right: the exact one-sided tests within $margin', (reference) => {
    const found = exactEquivalence(reference.correct, reference.n, reference.margin);
    expect(found.pLower).toBeCloseTo(reference.pLower, digits);
    expect(found.pUpper).toBeCloseTo(reference.pUpper, digits);
    expect(found.equivalent).toBe(reference.pLower < 0.05 && reference.pUpper < 0.05);
  });

  it('is equivalent by an estimate where the 90 % interval lies within the margin', () => {
    const at = (estimate: number, df: number | null): boolean =>
      estimatedEquivalence({ estimate, se: 0.03, df }, 0.1).equivalent;
    expect([at(0.5, 4), at(0.55, 4), at(0.55, null), at(0.45, null), at(0.551, null)]).toEqual([
      true, false, true, true, false,
    ]); // prettier-ignore
  });

  it('knows no equivalence without a margin or decisions', () => {
    for (const margin of [0, 0.5, NaN]) expect(() => exactEquivalence(5, 10, margin)).toThrow(RangeError);
    expect(() => exactEquivalence(0, 0, 0.1)).toThrow(RangeError);
  });
});

describe('the number of decisions', () => {
  it('for 80 % power is that of the specification, to the digit', () => {
    expect([0.6, 0.65, 0.7, 0.75].map((accuracy) => decisionsAgainstChance(accuracy)?.robust)).toEqual([203, 92, 51, 35]); // prettier-ignore
    expect([0.1, 0.15, 0.2].map((margin) => decisionsForEquivalence(margin)?.fewest)).toEqual([214, 96, 53]);
    expect(equivalenceAcceptance(214, 0.1)).toEqual({ from: 98, to: 116 });
    expect([20, 40, 60, 100, 200, 300].map(criticalCount)).toEqual([15, 27, 39, 61, 115, 168]);
  });

  it.each(golden.power)('to tell $accuracy from chance is that of scipy', ({ accuracy, power100, ...decisions }) => {
    expect(decisionsAgainstChance(accuracy)).toEqual(decisions);
    expect(powerAgainstChance(accuracy, 100)).toBeCloseTo(power100, digits);
  });

  it.each(golden.powerOfEquivalence)('to show equivalence within $margin is that of scipy', (reference) => {
    const { margin, accepted, firstPossible, ...decisions } = reference;
    expect(decisionsForEquivalence(margin)).toEqual(decisions);
    expect(equivalenceAcceptance(decisions.fewest, margin)).toEqual({ from: accepted[0], to: accepted[1] });
    expect(equivalenceAcceptance(firstPossible - 1, margin)).toBeNull();
    expect(powerOfEquivalence(margin, firstPossible - 1)).toBe(0);
  });

  it.each(golden.critical)('that must be right of $n', ({ n, count }) => expect(criticalCount(n)).toBe(count));

  it('is never enough where five decisions are all there are, or the truth is next to chance', () => {
    expect(criticalCount(5)).toBeNull();
    expect(powerAgainstChance(0.9, 5)).toBe(0);
    expect(decisionsAgainstChance(0.501)).toBeNull();
  });

  it('grows with readers who share cases', () => expect(designEffect(4, 0.2)).toBeCloseTo(1.6, digits));
});

describe('signal detection', () => {
  it.each(golden.sensitivity)('d′ $dPrime and criterion $criterion', ({ dPrime, criterion, ...counts }) => {
    const found = detectionSensitivity(counts);
    expect(found?.dPrime).toBeCloseTo(dPrime, digits);
    expect(found?.criterion).toBeCloseTo(criterion, digits);
  });

  it('says nothing where a kind is missing', () => {
    expect(detectionSensitivity({ signals: 0, hits: 0, noises: 5, falseAlarms: 1 })).toBeNull();
  });
});

describe('agreement', () => {
  it.each(golden.kappa)('Cohen’s κ of $categories categories is that of scikit-learn', (reference) => {
    const { first, second, categories } = reference;
    const table = new Float64Array(categories ** 2);
    first.forEach((rating, index) => {
      const cell = rating * categories + (second[index] ?? 0);
      table[cell] = (table[cell] ?? 0) + 1;
    });
    for (const [weights, kappa] of Object.entries(reference.kappa)) {
      const found = cohenKappa(table, categories, weights as KappaWeights);
      expect(found).toMatchObject({ n: first.length, agreement: reference.agreement });
      expect(found?.kappa).toBeCloseTo(kappa, digits);
      expect(found?.pabak).toBeCloseTo(reference.pabak, digits);
    }
  });

  it.each(golden.fleiss)('Fleiss’ κ $kappa is that of statsmodels', ({ counts, kappa }) =>
    expect(fleissKappa(counts)?.kappa).toBeCloseTo(kappa, digits),
  );

  it.each(golden.alpha)('Krippendorff’s α $nominal and $ordinal are those of krippendorff', (reference) => {
    expect(krippendorffAlpha(reference.counts, 'nominal')).toBeCloseTo(reference.nominal, digits);
    expect(krippendorffAlpha(reference.counts, 'ordinal')).toBeCloseTo(reference.ordinal, digits);
  });

  it('is not defined where all give one answer, or one reader is alone', () => {
    expect([cohenKappa([0, 0, 0, 2], 2), cohenKappa([0, 0, 0, 0], 2)]).toEqual([null, null]);
    expect([fleissKappa([[3, 0], [3, 0]]), fleissKappa([[1, 0]]), fleissKappa([])]).toEqual([null, null, null]); // prettier-ignore
    expect([krippendorffAlpha([[3, 0]], 'nominal'), krippendorffAlpha([[1, 0], [0, 1]], 'ordinal'), krippendorffAlpha([], 'nominal')]).toEqual([null, null, null]); // prettier-ignore
    expect(() => fleissKappa([[2, 1], [2, 0]])).toThrow(RangeError); // prettier-ignore
  });
});

describe('other measures', () => {
  it.each(golden.spearman)('Spearman’s ρ $rho and its p are those of scipy', ({ x, y, rho, p }) => {
    const found = spearman(x, y);
    expect(found?.rho).toBeCloseTo(rho, digits);
    expect(found?.p).toBeCloseTo(p, digits);
  });

  it('Spearman’s ρ needs three pairs that vary', () => {
    expect([spearman([1, 2], [1, 2]), spearman([1, 1, 1], [1, 2, 3])]).toEqual([null, null]);
    expect(spearman([1, 2, 3, 4], [2, 4, 6, 8])).toEqual({ n: 4, rho: 1, p: 0 });
  });

  it('a mean, its interval and test are those of scipy', () => {
    const { values, ...reference } = golden.studentMean;
    const found = studentMean(values);
    expect(found?.mean).toBeCloseTo(reference.mean, digits);
    expect(found?.se).toBeCloseTo(reference.se, digits);
    expect(found?.interval.low).toBeCloseTo(reference.low, digits);
    expect(found?.interval.high).toBeCloseTo(reference.high, digits);
    expect(found?.p).toBeCloseTo(reference.p, digits);
    expect([studentMean([1]), studentMean([2, 2])]).toEqual([null, null]);
  });

  it('Brier’s score is that of scikit-learn, the calibration error that of its definition', () => {
    const { probabilities, outcomes, brier, calibrationError } = golden.calibration;
    const found = calibration(
      probabilities.map((probability, index) => ({ probability, happened: outcomes[index] === 1 })),
    );
    expect(found?.brier).toBeCloseTo(brier, digits);
    expect(found?.calibrationError).toBeCloseTo(calibrationError, digits);
    expect(found?.bins.reduce((sum, { n }) => sum + n, 0)).toBe(probabilities.length);
    expect(calibration([])).toBeNull();
  });

  it('the crossed bootstrap is wider than the one over cases, the same for the same seed, and fills no gaps', () => {
    const random = createRandom(3);
    const rows = Array.from({ length: 40 }, () => [0.2, 0.5, 0.8].map((p) => Number(random.uniform() < p)));
    const both = crossedInterval([rows.slice(0, 20), rows.slice(20)], { random: createRandom(1) });
    const cases = crossedInterval([rows.map((row) => [row.reduce((sum, value) => sum + value, 0) / 3])], {
      random: createRandom(1),
    });
    expect((both?.high ?? 0) - (both?.low ?? 0)).toBeGreaterThan(2 * ((cases?.high ?? 0) - (cases?.low ?? 0)));
    expect(crossedInterval([rows.slice(0, 20), rows.slice(20)], { random: createRandom(1) })).toEqual(both);
    expect(crossedInterval([[[1, null]], [[null, 1]]], { random: createRandom(1) })).toEqual({ low: 1, high: 1 });
    expect(crossedInterval([[], []], { random: createRandom(1) })).toBeNull();
  });
});
