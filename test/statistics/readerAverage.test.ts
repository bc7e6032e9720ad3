/**
 * ROC areas and their average over readers. Reference values: test/fixtures/statistics/make_reader_study.py, and what
 * the R packages MRMCaov and RJafroc print for the data of Van Dyke.
 */
import { describe, expect, it } from 'vitest';
import golden from '#test/fixtures/statistics/readerStudy.json' with { type: 'json' };
import vanDyke from '#test/fixtures/statistics/vanDyke.json' with { type: 'json' };
import {
  jackknifeAucs,
  jackknifeShares,
  readerAverage,
  type ReaderAverage,
} from '#shared/statistics/obuchowskiRockette.ts';
import { aucInterval, compareAucs, empiricalAuc, placements, rocPoints } from '#shared/statistics/rocCurve.ts';

const digits = 10;

describe('the area under the empirical ROC curve', () => {
  it.each(golden.auc)('$auc is that of scikit-learn, its error and interval DeLong’s', (reference) => {
    const found = empiricalAuc(reference);
    expect(found?.auc).toBeCloseTo(reference.auc, digits);
    expect(found?.se).toBeCloseTo(reference.se, digits);
    const interval = found === null ? null : aucInterval(found);
    expect(interval?.low).toBeCloseTo(reference.low, digits);
    expect(interval?.high).toBeCloseTo(reference.high, digits);
  });

  it('is the area under its points', () => {
    for (const scores of golden.auc) {
      const points = rocPoints(scores);
      const area = points.slice(1).reduce((sum, point, index) => {
        const before = points[index] ?? point;
        return sum + ((point.falsePositiveRate - before.falsePositiveRate) * (point.truePositiveRate + before.truePositiveRate)) / 2; // prettier-ignore
      }, 0);
      expect(area).toBeCloseTo(scores.auc, digits);
      expect(points.at(-1)).toMatchObject({ falsePositiveRate: 1, truePositiveRate: 1 });
    }
    expect(rocPoints({ negatives: [], positives: [1] })).toEqual([]);
  });

  it('says how often each side is beaten', () => {
    const { ofNegatives, ofPositives } = placements({ negatives: [1, 3], positives: [2, 3, 4] });
    expect(ofPositives).toEqual([0.5, 0.75, 1]);
    expect(ofNegatives).toEqual([1, 0.5]);
  });

  it('has no interval of a perfect reader, no error of a single case', () => {
    const perfect = empiricalAuc({ negatives: [1, 2], positives: [5, 6] });
    expect(perfect).toEqual({ auc: 1, se: 0 });
    expect(perfect === null ? undefined : aucInterval(perfect)).toBeNull();
    expect(empiricalAuc({ negatives: [1], positives: [5, 6] })).toBeNull();
  });

  it('is compared between readers as DeLong does', () => {
    const { first, second, ...reference } = golden.comparison;
    const found = compareAucs(first, second);
    for (const [name, value] of Object.entries(reference))
      expect(found?.[name as keyof typeof reference]).toBeCloseTo(value, digits);
    expect(compareAucs(first, first)).toBeNull();
    expect(() => compareAucs(first, { negatives: [], positives: [] })).toThrow(RangeError);
  });
});

const plain = ({ interval, ...rest }: ReaderAverage): Record<string, number | null> => ({ ...rest, ...interval });

describe('the average over readers', () => {
  it.each([0, 1])('of modality %i of Van Dyke is what MRMCaov prints', (modality) => {
    const { aucs, ...published } = golden.readerAverage.published[modality] ?? { aucs: [] };
    const jackknife = jackknifeAucs(vanDyke.modalities[modality] ?? []);
    aucs.forEach((auc, reader) => expect(jackknife.estimates[reader]).toBeCloseTo(auc, 8));
    const found = readerAverage(jackknife);
    for (const [name, value] of Object.entries(published)) {
      // Printed with seven digits.
      expect(found === null ? null : plain(found)[name]).toBeCloseTo(value, Math.floor(6 - Math.log10(value)));
    }
  });

  it.each([0, 1])('of modality %i of Van Dyke is that of leaving out each case in turn', (modality) => {
    const found = readerAverage(jackknifeAucs(vanDyke.modalities[modality] ?? []));
    for (const [name, value] of Object.entries(golden.readerAverage.vanDyke[modality] ?? {}))
      expect(found === null ? null : plain(found)[name]).toBeCloseTo(value, digits);
  });

  it('of shares is that of leaving out each case in turn', () => {
    const { isCorrect, ...reference } = golden.readerAverage.shares;
    const found = readerAverage(jackknifeShares(isCorrect));
    expect(found).toMatchObject({ readers: 4, cases: 24 });
    for (const [name, value] of Object.entries(reference))
      expect(found === null ? null : plain(found)[name]).toBeCloseTo(value, 9);
  });

  it('is not there for one reader, or where nothing varies', () => {
    expect(readerAverage(jackknifeShares([[1, 0, 1]]))).toBeNull();
    expect(readerAverage(jackknifeShares([[1, 1], [1, 1]]))).toBeNull(); // prettier-ignore
  });

  it('has no degrees of freedom where the readers are equal', () => {
    const found = readerAverage(jackknifeShares([[1, 0, 1, 1], [1, 0, 1, 1]])); // prettier-ignore
    expect(found?.df).toBeNull();
    expect(found?.se).toBeGreaterThan(0);
  });
});
