/** Golden values: test/fixtures/statistics/make_two_groups.py (numpy, scipy). */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createRandom } from '#shared/random.ts';
import { distributionDistance } from '#shared/statistics/distributionDistance.ts';
import { effectSize, twoGroupDraws } from '#shared/statistics/effectSize.ts';
import { kolmogorovP } from '#shared/statistics/kolmogorovP.ts';
import { matchingDistance } from '#shared/statistics/matchingDistance.ts';
import { quantile } from '#shared/statistics/quantile.ts';

interface Case {
  readonly first: number[];
  readonly second: number[];
  readonly cohensD: number;
  readonly hedgesG: number;
  readonly wasserstein: number;
  readonly kolmogorov: number;
  readonly p: number;
}
const golden = JSON.parse(readFileSync('test/fixtures/statistics/twoGroups.json', 'utf8')) as {
  cases: Case[];
  points: { first: number[][]; second: number[][]; distance: number };
};

describe('two groups', () => {
  it.each(
    golden.cases.map((group) => [`${String(group.first.length)} and ${String(group.second.length)}`, group] as const),
  )('of %s values differ as scipy and the formulas say', (_, { first, second, ...expected }) => {
    const effect = effectSize(first, second);
    expect(effect?.cohensD).toBeCloseTo(expected.cohensD, 9);
    expect(effect?.hedgesG).toBeCloseTo(expected.hedgesG, 9);
    const distance = distributionDistance(Float32Array.from(first), Float32Array.from(second));
    expect(distance.wasserstein).toBeCloseTo(expected.wasserstein, 5);
    expect(distance.kolmogorov).toBeCloseTo(expected.kolmogorov, 9);
    expect(kolmogorovP(distance.kolmogorov, first.length, second.length)).toBeCloseTo(expected.p, 9);
  });

  it('have no effect size where nothing varies or there is one value', () => {
    expect(effectSize([1, 1], [1, 1])).toBeNull();
    expect(effectSize([1], [1, 2])).toBeNull();
    expect(kolmogorovP(0, 5, 5)).toBe(1);
  });

  it('have an interval around their effect that the same seed gives again', () => {
    const [group] = golden.cases.slice(1);
    if (group === undefined) throw new Error('The golden values have two cases or more.');
    const { first, second, hedgesG } = group;
    const g = (a: readonly number[], b: readonly number[]): number | null => effectSize(a, b)?.hedgesG ?? null;
    const draw = (): readonly number[] => twoGroupDraws(first, second, g, { random: createRandom(3), resamples: 400 });
    const drawn = draw();
    expect(draw()).toEqual(drawn);
    expect(quantile(drawn, 0.025)).toBeLessThan(hedgesG);
    expect(quantile(drawn, 0.975)).toBeGreaterThan(hedgesG);
  });

  it('of points are paired the shortest way', () => {
    const { first, second, distance } = golden.points;
    expect(matchingDistance(first, second)).toBeCloseTo(distance, 9);
    expect(matchingDistance(first, first.toReversed())).toBeCloseTo(0, 9);
    expect(() => matchingDistance(first, second.slice(1))).toThrow(RangeError);
  });
});
