import { describe, expect, it } from 'vitest';
import { anatomyResult } from '#contract/evidence/anatomy.ts';
import { checkLabels } from '#shared/evidence/anatomy/labelCheck.ts';
import { compareAnatomy, type AnatomyOfSets } from '#shared/evidence/anatomy/compareAnatomy.ts';
import { anatomyValues, type AnatomyValues } from '#shared/evidence/anatomy/measures.ts';
import type { MeasuredScan } from '#shared/evidence/anatomy/outliers.ts';
import { createRandom, type Random } from '#shared/random.ts';

function brain(random: Random, ventricles = 1): AnatomyValues {
  const brainMl = 1350 + 110 * random.normal();
  const share = (mean: number, spread: number): number => brainMl * (mean + spread * random.normal());
  const ventriclesMl = ventricles * 25 * Math.exp(0.5 * random.normal());
  const tissues = { greyMl: share(0.45, 0.015), whiteMl: share(0.34, 0.012), fluidMl: share(0.21, 0.02), ventriclesMl };
  return anatomyValues({ brainMl, asymmetry: 0.3 + 0.03 * random.normal(), tissues });
}

function brains(name: string, count: number, ventricles = 1): readonly MeasuredScan[] {
  const random = createRandom(11).fork(name);
  return Array.from({ length: count }, (_, at) => ({ id: `${name}-${String(at)}`, values: brain(random, ventricles) }));
}

const compare = (real: readonly MeasuredScan[], synthetic: readonly MeasuredScan[], seed = 1): ReturnType<typeof compareAnatomy> =>
  compareAnatomy({ real, synthetic, seed, split: 'held-out scans', volumesFrom: 'segmentation', labelCheck: null, notes: [] } satisfies AnatomyOfSets); // prettier-ignore

describe('the anatomy of two sets', () => {
  const real = brains('real', 40);

  it('of one population do not differ, and a few stand out at most', () => {
    const result = compare(real, brains('other', 40));
    expect(anatomyResult.parse(result)).toEqual(result);
    expect(result.verdict.tone).toBe('good');
    expect(result.outlierShare.value).toBeLessThan(0.1);
    const { value, floor, cases } = result.distance;
    expect(cases).toBe(20);
    expect(value.value).toBeLessThan(1.15 * (floor.value ?? 0));
    for (const { hedgesG } of result.measures) {
      expect(hedgesG.low).toBeLessThan(hedgesG.value ?? NaN);
      expect(hedgesG.high).toBeGreaterThan(hedgesG.value ?? NaN);
    }
  });

  it('differ by the ventricles where those are doubled, and nothing else is named', () => {
    const result = compare(real, brains('wide', 40, 2));
    expect(result.verdict.tone).toBe('bad');
    expect(result.verdict.words).toContain('lateral ventricles');
    expect(result.verdict.words).not.toContain('grey matter');
    const ventricles = result.measures.find(({ name }) => name === 'ventriclesMl');
    expect(ventricles?.hedgesG.low).toBeGreaterThan(0.5);
    expect(ventricles?.wasserstein.value).toBeGreaterThan(ventricles?.floor?.high ?? Infinity);
    expect(ventricles?.pHolm).toBeLessThan(0.01);
    expect(result.distance.value.value).toBeGreaterThan(result.distance.floor.value ?? Infinity);
  });

  it('name the scans that stand out, the worst first, and say why', () => {
    const [first, ...others] = brains('odd', 20);
    if (first === undefined) throw new Error('There are scans.');
    const swollen = { id: 'swollen', values: { ...first.values, ventriclesMl: 320, ventriclePercent: 24 } };
    const grey = { id: 'grey', values: anatomyValues({ brainMl: 1350, asymmetry: 0.3, tissues: null }) };
    const { outliers, t1Like } = compare(real, [...others, swollen, grey]);
    expect(outliers.slice(0, 2).map(({ id }) => id)).toEqual(['grey', 'swollen']);
    expect(outliers[0]?.why).toContain('cannot be told apart');
    expect(outliers[1]?.why).toMatch(
      /ventricles 320\.0 ml, .*larger than in the real scans \(median \d+\.\d ml; robust z \d+\.\d\)/,
    );
    expect(t1Like).toEqual({ real: 40, synthetic: 20 });
  });

  it('give the same numbers for the same seed, and others for another', () => {
    const [few, synthetic] = [real.slice(0, 12), brains('other', 10)];
    const once = compare(few, synthetic);
    expect(compare(few, synthetic)).toEqual(once);
    expect(compare(few, synthetic, 2).distance.value).not.toEqual(once.distance.value);
  });

  it('are not judged where they are small', () => {
    expect(compare(real.slice(0, 6), brains('other', 6)).verdict.tone).toBe('unknown');
    const alone = compare(real.slice(0, 1), brains('other', 1));
    expect(anatomyResult.parse(alone)).toEqual(alone);
    expect(alone.verdict.tone).toBe('unknown');
    expect(alone.outlierShare.value).toBeNull();
  });
});

describe('the check by label maps', () => {
  it('tells correlation and bias of each tissue, and nothing without label maps', () => {
    const pairs = brains('real', 12).map(({ values }) => ({
      labelled: values,
      segmented: { ...values, greyMl: 1.1 * (values.greyMl ?? 0) },
    }));
    const check = checkLabels(pairs);
    expect(check?.scans).toBe(12);
    const grey = check?.measures.find(({ name }) => name === 'greyMl');
    expect(grey?.biasPercent).toBeCloseTo(10, 6);
    expect(grey?.correlation).toBeCloseTo(1, 6);
    expect(checkLabels([])).toBeNull();
  });
});
