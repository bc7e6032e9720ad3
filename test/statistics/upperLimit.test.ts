/** Reference values: test/fixtures/statistics/make_privacy.py (scipy, scikit-learn). */
import { expect, test } from 'vitest';
import golden from '#test/fixtures/statistics/privacy.json' with { type: 'json' };
import { membershipAuc } from '#shared/evidence/privacyFigures.ts';
import { createRandom } from '#shared/random.ts';
import { orderOfLimit, toleranceFactor, upperLimit } from '#shared/statistics/upperLimit.ts';

const level = { share: 0.05, confidence: 0.95 };

test('the factor of a normal tolerance limit is the noncentral t quantile over √n', () => {
  for (const { n, k, ...at } of golden.factors) expect(Math.abs(toleranceFactor(n, at) - k)).toBeLessThan(1e-5);
});

test('the highest values that make a limit by themselves are as many as the binomial distribution says', () => {
  for (const { n, order, ...at } of golden.orders) expect(orderOfLimit(n, at)).toBe(order);
});

test('too few values give no limit, few a normal one that none of them exceeds, many one of themselves', () => {
  expect(upperLimit([1, 2, 3, 4], level)).toBeNull();
  const few = upperLimit([0, 0, 0, 0, 10], level);
  expect(few).toMatchObject({ method: 'normal', n: 5 });
  expect(few?.limit).toBeGreaterThanOrEqual(10);
  const many = Array.from({ length: 100 }, (_, at) => at);
  expect(upperLimit(many, level)).toEqual({ ...level, limit: 98, method: 'order', n: 100 });
});

test('a limit from 20 normal values is too low as rarely as it says', () => {
  const random = createRandom(3);
  const k = toleranceFactor(20, level);
  const repeats = 2000;
  const beyond = 1.6448536; // the 95th percentile of the population
  let tooLow = 0;
  for (let repeat = 0; repeat < repeats; repeat++) {
    const values = [...random.normals(20)];
    const mean = values.reduce((sum, value) => sum + value, 0) / 20;
    const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 19);
    if (mean + k * deviation < beyond) tooLow++;
  }
  expect(Math.abs(tooLow / repeats - 0.05)).toBeLessThan(0.015); // three standard errors
});

test('the area under the curve of a membership attack is that of scikit-learn, with an interval around it', () => {
  for (const { training, heldOut, auc } of golden.aucs) {
    const found = membershipAuc({ training, heldOut }, 10);
    expect(Math.abs((found.value ?? 0) - auc)).toBeLessThan(1e-5);
    expect(found.low).toBeLessThan(auc);
    expect(found.high).toBeGreaterThan(auc);
    expect(found.n).toEqual({ real: training.length + heldOut.length, synthetic: 10 });
  }
});

test('a perfect attack has an interval too, and one that cannot be measured has no value', () => {
  expect(membershipAuc({ training: [5, 6, 7], heldOut: [1, 2] }, 4)).toMatchObject({ value: 1, high: 1 });
  expect(membershipAuc({ training: [5, 6, 7], heldOut: [1, 2] }, 4).low).toBeLessThan(0.5);
  expect(membershipAuc({ training: [5, 6, 7], heldOut: [1] }, 4).value).toBeNull();
});
