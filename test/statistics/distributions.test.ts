/** Reference values: test/fixtures/statistics/make_distributions.py (scipy). */
import { describe, expect, it } from 'vitest';
import golden from '#test/fixtures/statistics/distributions.json' with { type: 'json' };
import { binomialCdf, binomialTest, binomialUpper } from '#shared/statistics/binomial.ts';
import { normalQuantile } from '#shared/statistics/normal.ts';
import { studentCdf, studentQuantile, studentTest } from '#shared/statistics/student.ts';

/** Relative, so that small tails are tested too. */
function expectEqual(found: number, reference: number): void {
  expect(Math.abs(found - reference)).toBeLessThanOrEqual(1e-9 * Math.abs(reference) + 1e-300);
}

describe('the normal distribution', () => {
  it.each(golden.normalQuantile)('has the quantile $z at $p', ({ p, z }) => expectEqual(normalQuantile(p), z));

  it('ends at 0 and 1, and knows no other probability', () => {
    expect([normalQuantile(0), normalQuantile(1)]).toEqual([-Infinity, Infinity]);
    for (const wrong of [-0.1, 1.1, NaN]) expect(() => normalQuantile(wrong)).toThrow(RangeError);
  });
});

describe('Student’s distribution', () => {
  it.each(golden.studentCdf)('P(T ≤ $t), $freedom degrees', ({ t, freedom, p }) =>
    expectEqual(studentCdf(t, freedom), p),
  );
  it.each(golden.studentQuantile)('quantile at $p, $freedom degrees', ({ p, freedom, t }) =>
    expectEqual(studentQuantile(p, freedom), t),
  );
  it.each(golden.studentTest)('two-sided p of $t, $freedom degrees', ({ t, freedom, p }) =>
    expectEqual(studentTest(t, freedom), p),
  );
});

describe('the binomial distribution', () => {
  it.each(golden.binomialTest)('two-sided p of $successes in $n against $p0', ({ successes, n, p0, p }) =>
    expectEqual(binomialTest(successes, n, p0), p),
  );
  it.each(golden.binomialTails)('tails at $k of $n with $p', ({ k, n, p, lower, upper }) => {
    expectEqual(binomialCdf(k, n, p), lower);
    expectEqual(binomialUpper(k, n, p), upper);
  });
  it('is tested with trials only', () => expect(() => binomialTest(0, 0)).toThrow(RangeError));
});
