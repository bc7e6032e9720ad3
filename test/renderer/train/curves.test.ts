/** Smoothing, thinning and growing of loss curves. */
import { expect, test } from 'vitest';
import { healthSeries, measureLines } from '../../../src-renderer/features/train/health.ts';
import { grownOf } from '../../../src-renderer/features/train/growth.ts';
import { decimate } from '../../../src-renderer/features/train/decimate.ts';
import { addRows, isLoss, lossSeries } from '../../../src-renderer/features/train/lossSeries.ts';
import { signedDecades } from '../../../src-renderer/features/train/signedDecades.ts';
import { smooth } from '../../../src-renderer/features/train/smooth.ts';

test('smoothing leaves a constant and its gaps as they are, from the first point on', () => {
  expect(smooth([5, null, 5, 5], 0.9)).toEqual([5, null, expect.closeTo(5, 10), expect.closeTo(5, 10)]);
  expect(smooth([1, 2, 3], 0)).toEqual([1, 2, 3]);
});

test('smoothing weighs the past: the mean of two points by 1 and weight', () => {
  expect(smooth([0, 1], 0.5)[1]).toBeCloseTo(1 / 1.5);
});

test('ten thousand points become two a pixel, and no peak is lost', () => {
  const x = Array.from({ length: 10_000 }, (_, index) => index + 1);
  const values = x.map((at) => Math.sin(at / 50));
  values[7321] = 40;
  values[12] = -40;
  const thin = decimate({ x, series: [values] }, { from: 1, to: 10_000, width: 300 });
  expect(thin.x).toHaveLength(600);
  expect(thin.x).toEqual(thin.x.toSorted((a, b) => a - b));
  expect(thin.series[0]).toContain(40);
  expect(thin.series[0]).toContain(-40);
  expect([thin.x[0], thin.x.at(-1)]).toEqual([1, 10_000]);
});

test('a zoomed window keeps every point and one beyond each edge', () => {
  const x = [1, 2, 3, 4, 5, 6, 7];
  expect(decimate({ x, series: [x, x.map(() => null)] }, { from: 3, to: 5, width: 100 })).toEqual({
    x: [2, 3, 4, 5],
    series: [
      [2, 3, 4, 5],
      [null, null, null, null],
    ],
  });
});

test('rows of a resumed run take the place of those after its checkpoint', () => {
  const series = lossSeries({ iterations: [1, 2, 3], values: { a: [1, 2, 3] } });
  addRows(series, [
    { iteration: 3, values: { a: 30, b: 7 } },
    { iteration: 4, values: { b: 8 } },
  ]);
  expect(series).toEqual({ iterations: [1, 2, 3, 4], values: { a: [1, 2, 30, null], b: [null, null, 7, 8] } });
});

test('a scale through 0 is marked at powers of ten on both sides, and not too densely', () => {
  expect(signedDecades(-30, 200, { least: 1, most: 9 })).toEqual([-10, -1, 0, 1, 10, 100]);
  expect(signedDecades(2, 200, { least: 0.01, most: 9 })).toEqual([10, 100]);
  expect(signedDecades(-1e6, 1e6, { least: 0.01, most: 9 }).length).toBeLessThanOrEqual(9);
});

test('how far a growing network has come is no loss', () => {
  expect(['growth.side', 'growth.scans', 'generator.critic'].map(isLoss)).toEqual([false, false, true]);
});

test('how far it has come is what was measured last, of a network that grows', () => {
  const series = lossSeries({
    iterations: [1, 2, 3],
    values: { 'growth.side': [8, 16, null], 'growth.fade': [1, 0.4, null], 'growth.scans': [10, 20, null] },
  });
  expect(grownOf(series)).toEqual({ side: 16, fade: 0.4, scans: 20 });
  expect(grownOf(lossSeries({ iterations: [1], values: { generator: [0.5] } }))).toBeNull();
});

test('what a look measured joins the losses of its iteration, and a run that goes back takes its rows along', () => {
  const series = lossSeries({ iterations: [1, 2], values: { a: [1, 2] } });
  addRows(series, [{ iteration: 2, values: { 'health.diversity': 0.01, 'health.gradients.encoder': 3 } }]);
  addRows(series, [{ iteration: 3, values: { a: 3 } }]);
  expect(series.values['a']).toEqual([1, 2, 3]);
  expect(healthSeries(series)).toEqual({
    iterations: [2],
    values: { 'health.diversity': [0.01], 'health.gradients.encoder': [3] },
  });
  const told = { iteration: 2, measure: 'diversity', state: 'alarm', text: 'Collapsed.' } as const;
  expect(measureLines([{ ...told, state: 'good', text: 'Varied.' }, told], series)).toEqual([
    { measure: 'diversity', state: 'alarm', value: 0.01, text: 'Collapsed.' },
    ...(['gap', 'gradients', 'checkerboard'] as const).map((measure) => ({
      measure,
      state: 'waiting',
      value: null,
      text: null,
    })),
  ]);
  addRows(series, [{ iteration: 1, values: { a: 9 } }]);
  expect(series).toMatchObject({ iterations: [1], values: { a: [9], 'health.diversity': [null] } });
});
