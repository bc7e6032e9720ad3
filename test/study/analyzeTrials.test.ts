/** Reference values: test/fixtures/study/make_study.py, an analysis of the same table with pandas and scipy. */
import { describe, expect, it } from 'vitest';
import golden from '#test/fixtures/study/analysis.json' with { type: 'json' };
import { analyzeTrials, type StudyAnalysis } from '#shared/study/analyzeTrials.ts';
import { methodsParagraph } from '#shared/study/methodsParagraph.ts';
import { recordedTrials, writeTrials } from './exampleTrials.ts';

const options = { margin: 0.1, seed: 1, resamples: 200 };
const digits = 9;

/** Every number of `reference` (also inside lists and objects) is that of `found` under the same name. */
function expectAll(found: unknown, reference: unknown, path = ''): void {
  if (typeof reference === 'number') expect(found, path).toBeCloseTo(reference, digits);
  else if (typeof reference === 'object' && reference !== null)
    for (const [name, value] of Object.entries(reference))
      expectAll((found as Record<string, unknown> | null | undefined)?.[name], value, `${path}.${name}`);
  else expect(found, path).toEqual(reference);
}

describe('the recorded study', () => {
  const analysis = analyzeTrials(recordedTrials(), options);

  it('has the readers of the reference', () => {
    const flat = analysis.readers.map((reader) => ({
      ...reader,
      sensitivity: reader.sensitivity?.value,
      specificity: reader.specificity?.value,
      positivePredictiveValue: reader.positivePredictiveValue?.value,
      negativePredictiveValue: reader.negativePredictiveValue?.value,
    }));
    expectAll(flat, golden.readers);
    expectAll(analysis.readers.map(({ binomialPHolm }) => binomialPHolm), golden.holm); // prettier-ignore
  });

  it('has the averages over readers and the equivalence of the reference', () => {
    expectAll(analysis.pooled, golden.pooled);
    expectAll(analysis.pooled.randomEffects, golden.accuracy);
    const { estimate, ...rest } = golden.mrmc;
    expectAll(analysis.mrmc, { ...rest, auc: estimate });
    expectAll(analysis.tost, golden.tost);
    for (const [index, { term, estimate, se }] of golden.mixedModel.terms.entries()) {
      expect(analysis.mixedModel?.terms[index]?.term).toBe(term);
      expect(analysis.mixedModel?.terms[index]?.estimate).toBeCloseTo(estimate, 6);
      expect(analysis.mixedModel?.terms[index]?.se).toBeCloseTo(se, 6);
    }
    expect(analysis.mixedModel?.caseSd).toBeCloseTo(golden.mixedModel.caseSd, 6);
    expect(analysis.mixedModel?.readerSd).toBeCloseTo(golden.mixedModel.readerSd, 6);
  });

  it('has the agreement of the reference, between and within readers', () => {
    expect(analysis.fleissKappa).toBeCloseTo(golden.fleissKappa, digits);
    expect(analysis.krippendorffAlpha).toBeCloseTo(golden.krippendorffAlpha, digits);
    expect(analysis.agreement.krippendorffAlphaNominal).toBeCloseTo(golden.krippendorffAlphaNominal, digits);
    expectAll(analysis.agreement.pairs, golden.pairs);
    expectAll(analysis.repeats?.[0], golden.repeats);
    for (const { kappa, kappaCi95 } of analysis.agreement.pairs) {
      expect(kappaCi95?.[0]).toBeLessThan(kappa ?? NaN);
      expect(kappaCi95?.[1]).toBeGreaterThan(kappa ?? NaN);
    }
  });

  it('has the times, trends and calibration of the reference', () => {
    expectAll(analysis.reactionTimes?.wrongToCorrect, golden.wrongToCorrect);
    expectAll(analysis.course?.slice(1).map(({ accuracyTrend }) => accuracyTrend), golden.trends); // prettier-ignore
    expectAll(analysis.course?.[0]?.accuracyTrend, golden.meanTrend);
    expect(analysis.confidence.probability?.brier).toBeCloseTo(golden.brier, digits);
    expect(analysis.confidence.probability?.calibrationError).toBeCloseTo(golden.calibrationError, digits);
  });

  it('has the models and deceived readers of the reference', () => {
    const flat = analysis.models?.map((model) => ({ ...model, detected: model.detected?.value }));
    expectAll(flat, golden.models);
    expect(analysis.cases.fooled.map(({ cases }) => cases?.count)).toEqual(golden.fooled);
  });

  it('counts its answers where it draws them', () => {
    const { design, plots, confidence, cases } = analysis;
    const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
    expect(total(plots.scores.map(({ real, synthetic }) => real + synthetic))).toBe(design.trials);
    expect(total(confidence.levels.map(({ accuracy }) => accuracy?.n ?? 0))).toBe(design.trials);
    expect(cases.hardestFirst).toHaveLength(design.realCases + design.syntheticCases);
    expect(plots.forest.map(({ reader }) => reader)).toEqual(['Dr. Ünal', 'b', 'c', 'd', null]);
    expect(plots.agreement.kappa.map((row, index) => row[index])).toEqual([1, 1, 1, 1]);
    expect(plots.agreement.kappa[0]?.[2]).toBe(plots.agreement.kappa[2]?.[0]);
    expect(plots.roc.map(({ points }) => points.at(-1)?.truePositiveRate)).toEqual([1, 1, 1, 1]);
  });

  it('is the same for the same seed, whatever the order of the rows of a case', () => {
    expect(analyzeTrials(recordedTrials(), options)).toEqual(analysis);
    expect(analyzeTrials(recordedTrials(), { ...options, seed: 2 }).pooled.bootstrap95).not.toEqual(
      analysis.pooled.bootstrap95,
    );
  });

  it('has a paragraph on its methods with its numbers', () => {
    const text = methodsParagraph(analysis);
    for (const words of [
      '4 readers rated 20 real scans and 20 synthetic scans', '157 first readings', '(20 real and 20 synthetic scans)',
      'at a margin of 10 %', 'Fleiss’ κ for the 37 scans', '40 repeated readings', '200 resamples', 'seed 1', 'U-statistics after Gallas',
    ]) expect(text).toContain(words); // prettier-ignore
    const crossed = analyzeTrials(writeTrials({ a: '1245|3566', b: '2325|6543' }), options);
    expect(methodsParagraph(crossed)).toContain('Obuchowski and Rockette');
  });
});

/** Paths of everything that is no finite number where a number stands. */
function brokenNumbers(value: unknown, path = ''): readonly string[] {
  if (typeof value === 'number') return Number.isFinite(value) ? [] : [path];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => brokenNumbers(inner, `${path}.${name}`));
}

const reasonsOf = ({ absent }: StudyAnalysis): readonly string[] => absent.map(({ statistic }) => statistic);

describe('a study that says little', () => {
  const studies = {
    'one reader': { a: '12345|23456' },
    'one reader, one case': { a: '1|' },
    'two readers, one case': { a: '|6', b: '|1' },
    'all the same answer': { a: '1111|1111', b: '1111|1111' },
    'perfect readers': { a: '1111|6666', b: '1111|6666' },
    'a perfect reader beside another': { a: '1111|6666', b: '1414|6363' },
    'no case in common': { a: '1234|', b: '|1234' },
    'readers who do not differ': { a: '141414|363636', b: '141414|363636' },
  };

  it.each(Object.entries(studies))('%s: no NaN, and a reason for what is missing', (_, study) => {
    const analysis = analyzeTrials(writeTrials(study), options);
    expect(brokenNumbers(analysis)).toEqual([]);
    const text = JSON.stringify(analysis);
    expect(text).not.toContain('NaN');
    for (const name of ['mrmc', 'fleissKappa', 'krippendorffAlpha', 'repeats', 'reactionTimes', 'course', 'models'] as const)
      expect(analysis[name] === null).toBe(reasonsOf(analysis).includes(name)); // prettier-ignore
    expect(methodsParagraph(analysis)).toContain('Holm');
  });

  it('has no interval of a perfect reader', () => {
    const analysis = analyzeTrials(writeTrials(studies['perfect readers']), options);
    expect(analysis.readers[0]).toMatchObject({ auc: 1, aucCi95: null, accuracy: 1 });
    expect(analysis.readers[0]?.dPrime).toBeGreaterThan(2);
    expect(analysis.mrmc).toBeNull();
    expect(reasonsOf(analysis)).toContain('readers.aucCi95');
  });

  it('needs a first answer', () => expect(() => analyzeTrials([], options)).toThrow(RangeError));
});

describe('the verdict on equivalence', () => {
  const verdictOf = (study: Readonly<Record<string, string>>, margin = 0.1): StudyAnalysis['tost'] =>
    analyzeTrials(writeTrials(study), { ...options, margin }).tost;
  const half = (pairs: number): string => `${'16'.repeat(pairs)}|${'16'.repeat(pairs)}`;

  it('is equivalence where both analyses show it', () => {
    const shifted = (pairs: number): string => `${'61'.repeat(pairs)}|${'61'.repeat(pairs)}`;
    const found = verdictOf({ a: half(60), b: shifted(60), c: `${'16'.repeat(57)}111111|${'16'.repeat(60)}` });
    expect(found).toMatchObject({ equivalent: true, randomEffects: { equivalent: true } });
    expect(found.verdict).toMatch(/^Equivalence is shown/);
  });

  it('is of these readers alone where there is one', () => {
    expect(verdictOf({ a: half(60) }).verdict).toMatch(/^Equivalence is shown for these readers alone/);
  });

  it('is none where independent answers would show it but readers differ', () => {
    const good = `${'1'.repeat(90)}${'6'.repeat(30)}|${'6'.repeat(90)}${'1'.repeat(30)}`;
    const bad = `${'6'.repeat(90)}${'1'.repeat(30)}|${'1'.repeat(90)}${'6'.repeat(30)}`;
    const found = verdictOf({ a: good, b: bad });
    expect(found).toMatchObject({ equivalent: true, randomEffects: { equivalent: false } });
    expect(found.verdict).toMatch(/^Equivalence is not shown: .* readers and cases vary too much/);
  });

  it('never takes a difference that was not found for none', () => {
    const found = verdictOf({ a: '11161|66616', b: '16161|61616' });
    expect(found.equivalent).toBe(false);
    expect(found.verdict).toContain('does not mean that there is none');
    expect(found.verdict).not.toContain('indistinguishable');
  });

  it('says so where readers can tell, also the wrong way round', () => {
    const right = '1111111116|6666666661';
    expect(verdictOf({ a: right, b: right.replaceAll('6', '5'), c: '1111111611|6666616666' }).verdict).toContain(
      'readers tell synthetic from real scans',
    );
    expect(verdictOf({ a: '6666666666|1111111111' }).verdict).toContain('the wrong way round');
  });
});

it('d′ of pairs is that of single scans over √2, and the methods speak of pairs', () => {
  const trials = writeTrials({ a: '112345|456661', b: '121431|254666' });
  const [single, pair] = [analyzeTrials(trials, options), analyzeTrials(trials, { ...options, protocol: 'pair' })];
  for (const [index, { dPrime, criterion }] of single.readers.entries()) {
    expect(pair.readers[index]?.dPrime).toBeCloseTo((dPrime ?? NaN) / Math.SQRT2, digits);
    expect(pair.readers[index]?.criterion).toBe(criterion);
  }
  expect(methodsParagraph(single)).not.toContain('pair of');
  expect(methodsParagraph(pair)).toContain('12 pairs of a real and a synthetic scan');
});
