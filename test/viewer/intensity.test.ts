import { describe, expect, test } from 'vitest';
import {
  autoWindow,
  differenceWindow,
  draggedWindow,
  histogramOf,
  windowBeside,
} from '../../src-renderer/viewer/intensity.ts';

describe('autoWindow', () => {
  test('from the 2nd to the 98th percentile', () => {
    const data = Float32Array.from({ length: 1001 }, (_, index) => (index * 5) % 1001);
    expect(autoWindow(data)).toEqual({ low: 20, high: 980 });
  });

  test('a few voxels that are far too bright do not matter', () => {
    const data = Float32Array.from({ length: 1000 }, (_, index) => index % 100);
    data.fill(1e6, 0, 5);
    expect(autoWindow(data).high).toBeLessThan(100);
  });

  test('is estimated well in volumes too large to be sorted', () => {
    const data = Float32Array.from({ length: 2_000_000 }, (_, index) => ((index * 7919) % 2_000_000) / 2_000_000);
    const { low, high } = autoWindow(data);
    expect(low).toBeCloseTo(0.02, 2);
    expect(high).toBeCloseTo(0.98, 2);
  });

  test('mostly background: the whole range; constant: never empty', () => {
    const sparse = new Float32Array(1000);
    sparse[3] = 4;
    expect(autoWindow(sparse)).toEqual({ low: 0, high: 4 });
    expect(autoWindow(new Float32Array(10).fill(2))).toEqual({ low: 1.5, high: 2.5 });
  });
});

test('differences are shown symmetrically', () => {
  expect(differenceWindow(Float32Array.of(0, 0, -3, 1, 2))).toEqual({ low: -3, high: 3 });
  expect(differenceWindow(new Float32Array(5))).toEqual({ low: -1, high: 1 });
});

test('every voxel is in the histogram, the greatest in the last bin', () => {
  expect(histogramOf(Float32Array.of(0, 1, 2, 3, 4), 4)).toEqual({ low: 0, high: 4, counts: [1, 1, 1, 2] });
  expect(histogramOf(Float32Array.of(5, 5), 2)).toEqual({ low: 5, high: 5, counts: [2, 0] });
});

test('a drag up brightens, a drag to the right widens, no drag changes nothing', () => {
  const start = { low: 0, high: 100 };
  expect(draggedWindow(start, 0, 0)).toEqual(start);
  expect(draggedWindow(start, 0, 0.1)).toEqual({ low: -10, high: 90 });
  expect(draggedWindow(start, 0.5, 0)).toEqual({ low: -50, high: 150 });
});

test('two scans of like intensities share a window, others keep their own', () => {
  const first = { low: 0, high: 100 };
  expect(windowBeside(first, { low: 2, high: 90 })).toBe(first);
  for (const own of [{ low: 0, high: 1 }, { low: 0, high: 180 }, { low: 60, high: 160 }]) expect(windowBeside(first, own)).toBe(own); // prettier-ignore
});
