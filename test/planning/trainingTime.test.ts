import { describe, expect, test } from 'vitest';
import type { DryRun, PlanLevel } from '#contract/plan.ts';
import { courseOfGrowth, courseTo, estimateOf, timingOf, updateTime } from '#shared/planning/trainingTime.ts';

const run = (batch: number, seconds: number, deviation: number, recompute = false): DryRun => ({
  side: 64, batch, recompute, found: { peakBytes: 1, weightBytes: 1, seconds, deviation },
}); // prettier-ignore
const runs = [run(1, 2, 0.1), run(2, 3, 0.2), run(1, 4, 0.2, true)];

test('the mean of a few updates is known to their spread, and never better than machines keep time', () => {
  expect(timingOf([2])).toEqual({ seconds: 2, deviation: 0.1 });
  expect(timingOf([1, 3])).toEqual({ seconds: 2, deviation: 1 });
  expect(timingOf([2, 2, 2]).deviation).toBeCloseTo(0.1);
});

describe('an update', () => {
  const way = { side: 64, recompute: false, atOnce: 1, pieces: 1 };
  test.each([
    [{}, 2, 0.1],
    [{ atOnce: 2 }, 3, 0.2],
    [{ atOnce: 4 }, 5, Math.hypot(2 * 0.1, 3 * 0.2)],
    [{ atOnce: 2, pieces: 3 }, 9, 0.6],
    [{ recompute: true }, 4, 0.2],
    [{ recompute: true, atOnce: 2 }, 8, 0.4], // of one scan alone: two take twice as long at most
  ])('%j takes %s ± %s s', (changes, seconds, deviation) => {
    const found = updateTime({ ...way, ...changes }, runs);
    expect(found?.seconds).toBeCloseTo(seconds);
    expect(found?.deviation).toBeCloseTo(deviation);
  });

  test('is never foretold to be quicker than a smaller one was', () => {
    expect(updateTime({ ...way, atOnce: 8 }, [run(1, 2, 0.1), run(2, 1.9, 0.1)])?.seconds).toBe(1.9);
  });

  test('of which there is no dry run is not foretold', () => {
    expect(updateTime({ ...way, side: 32 }, runs)).toBeNull();
    expect(updateTime(way, [{ ...run(1, 1, 1), found: null }])).toBeNull();
  });
});

test('the bounds of an estimate are two deviations as factors, above 0 however large the error is', () => {
  const { low, expected, high } = estimateOf({ seconds: 2, deviation: 0.1 });
  expect([low, expected, high]).toEqual([expect.closeTo(2 / 1.105, 2), 2, expect.closeTo(2 * 1.105, 2)]);
  expect(estimateOf({ seconds: 2, deviation: 5 }).low).toBeGreaterThan(0);
});

describe('the course of a training', () => {
  const seconds = (expected: number) => ({ low: expected / 2, expected, high: expected * 2 });
  const plain: readonly PlanLevel[] = [{ side: 64, batch: 4, scans: null, seconds: seconds(2) }];
  const growing: readonly PlanLevel[] = [
    { side: 4, batch: 16, scans: 1000, seconds: seconds(1) }, // 63 updates
    { side: 8, batch: 8, scans: 800, seconds: seconds(2) }, // 100
    { side: 16, batch: 2, scans: 50, seconds: seconds(10) }, // 25
    { side: 16, batch: 2, scans: null, seconds: seconds(10) },
  ];

  test('of one resolution: so many updates', () => {
    expect(courseTo({ iterations: 100 }, plain).seconds).toEqual(seconds(200));
    expect(courseTo({ minutes: 10 }, plain).iterations).toEqual({ low: 150, expected: 300, high: 600 });
    expect(courseOfGrowth(plain)).toBeNull();
  });

  test.each([
    [10, 10],
    [63, 63],
    [64, 65],
    [163, 263],
    [188, 513],
    [200, 633],
  ])('of a growing network: %s updates take %s s', (iterations, expected) => {
    expect(courseTo({ iterations }, growing).seconds).toEqual(seconds(expected));
    expect(courseTo({ minutes: expected / 60 }, growing).iterations.expected).toBe(iterations);
  });

  test('of a growing network until it has grown', () => {
    expect(courseOfGrowth(growing)).toEqual(courseTo({ iterations: 188 }, growing));
  });

  test('a moment between two updates counts the finished ones', () => {
    expect(courseTo({ minutes: 64.5 / 60 }, growing).iterations.expected).toBe(63);
  });
});
