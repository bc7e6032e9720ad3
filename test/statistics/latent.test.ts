/** Reference values: test/fixtures/statistics/make_latent.py (scikit-learn, numpy). */
import { describe, expect, it } from 'vitest';
import golden from '#test/fixtures/statistics/latent.json' with { type: 'json' };
import { AppError } from '#contract/errors.ts';
import { columnsOf, targetOf } from '#shared/latent/column.ts';
import { createRandom } from '#shared/random.ts';
import { between, directionOf, moveAlong, scoreOf } from '#shared/statistics/codeDirection.ts';
import { fitColumn, type FitProblem } from '#shared/statistics/columnFit.ts';
import { fitAll, predictNested } from '#shared/statistics/nestedValidation.ts';
import { areaUnderCurve, balancedAccuracy, correlation, determination } from '#shared/statistics/predictionScores.ts';
import { drawSubjectFolds, permuteBySubject } from '#shared/statistics/subjectFolds.ts';

const rows = golden.rows.map((row) => Float32Array.from(row));
const cases = {
  ridge: { values: golden.numbers, expected: golden.ridge },
  logistic: { values: golden.kinds, expected: golden.logistic },
} as const;

const expectNear = (found: ArrayLike<number>, expected: readonly number[]): void => {
  expect(found.length).toBe(expected.length);
  expected.forEach((value, at) => {
    expect(Math.abs((found[at] ?? Number.NaN) - value)).toBeLessThan(1e-5 * Math.max(1, Math.abs(value)));
  });
};

describe.each(['ridge', 'logistic'] as const)('%s regression', (kind) => {
  const { values, expected } = cases[kind];

  it('predicts in nested cross-validation as scikit-learn does, with the penalties it chooses', () => {
    const { predicted, penalties } = predictNested({ kind, rows, values }, golden);
    expectNear(penalties, expected.penalties);
    expectNear(predicted, expected.predicted);
  });

  it('has the weights of scikit-learn, also in a feature that never varies, and a step along the pattern of numpy', () => {
    const fit = fitAll({ kind, rows, values }, rows[0]?.length ?? 0);
    expectNear(fit.weights, expected.weights);
    expectNear([fit.intercept], [expected.intercept]);
    const direction = directionOf(rows, fit);
    expectNear([direction?.sd ?? 0], [expected.sd]);
    expectNear(direction?.step ?? [], expected.step);
  });
});

it('scores are those of scikit-learn', () => {
  expectNear(
    [
      determination(golden.numbers, golden.ridge.predicted) ?? 0,
      correlation(golden.numbers, golden.ridge.predicted) ?? 0,
    ],
    [golden.r2, golden.r],
  );
  expectNear(
    [
      areaUnderCurve(golden.kinds, golden.logistic.predicted) ?? 0,
      balancedAccuracy(golden.kinds, golden.logistic.predicted) ?? 0,
    ],
    [golden.auc, golden.balancedAccuracy],
  );
  expect(determination([1, 1], [1, 2])).toBeNull();
  expect(balancedAccuracy([1, 1], [1, 2])).toBeNull();
});

describe('folds', () => {
  const subjects = Array.from({ length: 24 }, (_, at) => `s${String(Math.floor(at / 2))}`);

  it('hold all scans of a subject, and each its share of both kinds', () => {
    const values = subjects.map((_, at) => Number(at < 8));
    const foldOf = drawSubjectFolds({ subjects, values, areKinds: true, folds: 4, random: createRandom(1) });
    for (let at = 0; at < 24; at += 2) expect(foldOf[at]).toBe(foldOf[at + 1]);
    for (const fold of [0, 1, 2, 3]) {
      const own = values.filter((_, at) => foldOf[at] === fold);
      expect(own.length).toBe(6);
      expect(own.filter((value) => value === 1).length).toBe(2);
    }
  });

  it('part neighbours in order of value', () => {
    const single = subjects.map((_, at) => `t${String(at)}`);
    const values = single.map((_, at) => at);
    const foldOf = drawSubjectFolds({ subjects: single, values, areKinds: false, folds: 4, random: createRandom(1) });
    for (let first = 0; first < 24; first += 4) expect(new Set(foldOf.slice(first, first + 4)).size).toBe(4);
  });

  it('are permuted a subject at a time, among those with equally many scans', () => {
    const owners = ['a', 'a', 'b', 'b', 'c', 'd', 'e'];
    const values = [1, 2, 3, 4, 5, 6, 7];
    const random = createRandom(2);
    const seen = new Set(Array.from({ length: 40 }, () => permuteBySubject(owners, values, random).join()));
    expect(seen.size).toBeGreaterThan(6);
    for (const text of seen) {
      expect(['1,2,3,4', '3,4,1,2']).toContain(text.split(',').slice(0, 4).join());
      expect(text.split(',').slice(4).toSorted()).toEqual(['5', '6', '7']);
    }
  });
});

/** Codes in which a value is written, plus noise. */
function problemOf(signal: number, kind: FitProblem['kind']): FitProblem {
  const random = createRandom(5);
  const values = Array.from({ length: 30 }, () =>
    kind === 'ridge' ? random.normal() : Number(random.uniform() < 0.5),
  );
  const codes = values.map((value) =>
    Float32Array.from({ length: 50 }, (_, at) => random.normal() + (at < 5 ? signal * value : 0)),
  );
  const subjects = values.map((_, at) => `s${String(at)}`);
  return { kind, codes, values, subjects, permutations: 39, seed: 3, onPermutation: () => Promise.resolve() };
}

describe('a column fitted to codes', () => {
  it.each(['ridge', 'logistic'] as const)('%s: tells what is there, with the least p there can be', async (kind) => {
    const found = await fitColumn(problemOf(4, kind));
    expect(found.score.value).toBeGreaterThan(0.7);
    expect(found.score.p).toBe(1 / 40);
    expect(found.score.low).toBeLessThanOrEqual(found.score.value);
    expect(found.score.high).toBeGreaterThanOrEqual(found.score.value);
    expect(found.predicted.every(Number.isFinite)).toBe(true);
  });

  it('tells nothing where nothing is, and the same for the same seed', async () => {
    const [first, second] = [await fitColumn(problemOf(0, 'ridge')), await fitColumn(problemOf(0, 'ridge'))];
    expect(first.score.p).toBeGreaterThan(0.05);
    expect(second).toEqual(first);
  });

  it('a step of one moves the score by its standard deviation', async () => {
    const problem = problemOf(2, 'ridge');
    const { direction, line } = await fitColumn(problem);
    const [code = new Float32Array(), other = new Float32Array()] = problem.codes;
    const rise = scoreOf(direction, moveAlong(code, direction, 2)) - scoreOf(direction, code);
    expect(rise).toBeCloseTo(2 * line.sd, 4);
    expect(scoreOf(direction, direction.middle)).toBeCloseTo(line.mean, 5);
    expect(between(code, other, 0)).toEqual(code);
    expect(between(code, other, 1)).toEqual(other);
  });

  it('refuses too few subjects, and a kind that hardly occurs', async () => {
    const problem = problemOf(1, 'logistic');
    const rare = { ...problem, values: problem.values.map((_, at) => Number(at < 3)) };
    await expect(fitColumn(rare)).rejects.toThrow(/needs 4 of each/);
    const few = { ...problem, subjects: problem.subjects.map((_, at) => `s${String(at % 7)}`) };
    await expect(fitColumn(few)).rejects.toThrow(AppError);
  });
});

describe('columns', () => {
  const scans = [
    { attributes: { age: 31, sex: 'f', site: 'a', smokes: 0, id: 'q' } },
    { attributes: { age: 45, sex: 'm', site: 'b', smokes: 1, id: 'r' } },
    { attributes: { age: 52, sex: 'f', site: 'c', smokes: 0, id: 's' } },
    { attributes: { sex: 'f', site: 'a', smokes: 1, id: 't', hand: 'right' } },
    { attributes: { age: 60, sex: 'm', site: 'b', smokes: 1, id: 'u' } },
    { attributes: { age: 61, sex: 'm', site: 'c', smokes: 1, id: 'v' } },
  ];

  it('are numbers or kinds; neither one of a single value nor one with a word for each scan', () => {
    expect(columnsOf(scans)).toEqual([
      { name: 'age', kind: 'number', values: [], scans: 5 },
      { name: 'sex', kind: 'category', values: ['f', 'm'], scans: 6 },
      { name: 'site', kind: 'category', values: ['a', 'b', 'c'], scans: 6 },
      { name: 'smokes', kind: 'category', values: ['0', '1'], scans: 6 },
    ]);
  });

  it('give numbers, or ones for the kind that is told from the others', () => {
    expect(targetOf(scans, 'age', null)).toEqual({ kinds: null, values: [31, 45, 52, null, 60, 61] });
    expect(targetOf(scans, 'sex', null)).toEqual({
      kinds: { positive: 'm', negative: 'f' },
      values: [0, 1, 0, 0, 1, 1],
    });
    expect(targetOf(scans, 'site', 'b').kinds).toEqual({ positive: 'b', negative: 'a, c' });
  });

  it('say what they lack', () => {
    expect(() => targetOf(scans, 'site', null)).toThrow(/3 values \(a, b, c\)/);
    expect(() => targetOf(scans, 'weight', null)).toThrow(/There is: age, sex, site, smokes/);
    expect(() => targetOf(scans, 'hand', null)).toThrow(/nothing to tell apart/);
    expect(() => targetOf(scans, 'sex', 'x')).toThrow(/There is: f, m/);
  });
});
