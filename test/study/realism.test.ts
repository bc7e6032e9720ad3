import { expect, it } from 'vitest';
import { describeRealism, type RatedAnswer } from '#shared/study/realism.ts';

const said = (caseId: string, realism: number | null, repeat = 0): RatedAnswer => ({
  caseId,
  repeat,
  answer: { realism },
  truth: [{ isSynthetic: caseId.startsWith('s') }],
});

it('realism is averaged over readers, then over scans; repeats and answers without it take no part', () => {
  const answers = [said('s1', 1), said('s1', 3), said('s2', 4), said('s3', 3), said('s3', 5, 1), said('r1', 5), said('r2', null)]; // prettier-ignore
  const [real, synthetic] = describeRealism(answers);
  expect(real).toEqual({ isSynthetic: false, cases: 1, answers: 1, mean: 5, ci95: null });
  expect(synthetic).toMatchObject({ isSynthetic: true, cases: 3, answers: 4, mean: 3 });
  // Means 2, 4, 3: 3 ± t(0.975; 2) · 1/√3, with t = 4.30265273 from scipy.stats.t.ppf.
  expect(synthetic?.ci95?.[0]).toBeCloseTo(3 - 4.30265273 / Math.sqrt(3), 6);
  expect(synthetic?.ci95?.[1]).toBeCloseTo(3 + 4.30265273 / Math.sqrt(3), 6);
});

it('pairs have no realism of their own', () => {
  const pair = { ...said('s1+r1', 4), truth: [{ isSynthetic: true }, { isSynthetic: false }] };
  expect(describeRealism([pair])).toEqual([]);
});
