import { expect, test } from 'vitest';
import { createRandom } from '#shared/random.ts';
import { splitHalf } from '#shared/statistics/splitHalf.ts';

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

test('halves of a sample share no case, hold equally many and cover all ways to part it', () => {
  const seen = new Set<string>();
  splitHalf(
    [1, 2, 3, 4, 5],
    (first, second) => {
      expect([first.length, second.length]).toEqual([2, 2]);
      expect(new Set([...first, ...second]).size).toBe(4);
      seen.add(first.toSorted((a, b) => a - b).join());
      return 0;
    },
    { random: createRandom(1) },
  );
  expect(seen.size).toBe(10);
});

test('the distance of halves has the mean and spread of its splits, repeatable by seed', () => {
  const difference = (first: readonly number[], second: readonly number[]): number => mean(first) - mean(second);
  const found = splitHalf([0, 0, 1, 1], difference, { random: createRandom(2), splits: 3000 });
  // A third of the splits part the zeros from the ones, half of them each way round.
  expect(Math.abs(found.mean)).toBeLessThan(0.03);
  expect(found).toMatchObject({ low: -1, high: 1, cases: 2, splits: 3000 });
  expect(splitHalf([0, 0, 1, 1], difference, { random: createRandom(2), splits: 3000 })).toEqual(found);
});
