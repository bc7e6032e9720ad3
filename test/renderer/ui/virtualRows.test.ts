import { expect, test } from 'vitest';
import { scrollTopFor, visibleCells, type GridMeasures } from '../../../src-renderer/ui/virtualRows.ts';

const measures: GridMeasures = {
  count: 1000,
  width: 800,
  height: 600,
  scrollTop: 0,
  minCellWidth: 144,
  cellHeight: 178,
  gap: 8,
};

test('of a thousand cells a few rows exist, wherever one scrolls', () => {
  for (let scrollTop = 0; scrollTop < 40_000; scrollTop += 97) {
    const { columns, first, end, top } = visibleCells({ ...measures, scrollTop });
    expect(columns).toBe(5);
    expect(end - first).toBeLessThanOrEqual(5 * 9);
    expect(first % columns).toBe(0);
    if (first > 0) expect(top).toBeLessThanOrEqual(scrollTop);
  }
});

test('the last cells are reached, and nothing lies beyond them', () => {
  const { totalHeight } = visibleCells(measures);
  expect(totalHeight).toBe(200 * 186 - 8);
  expect(visibleCells({ ...measures, scrollTop: totalHeight - 600 }).end).toBe(1000);
  expect(visibleCells({ ...measures, count: 0 })).toMatchObject({ first: 0, end: 0, totalHeight: 0 });
});

test('without a cell width it is a list', () => {
  expect(visibleCells({ ...measures, minCellWidth: Infinity }).columns).toBe(1);
});

test('an item is brought into view the least way', () => {
  expect(scrollTopFor(0, { ...measures, scrollTop: 900 })).toBe(0);
  expect(scrollTopFor(7, measures)).toBe(0);
  const scrollTop = scrollTopFor(999, measures);
  expect(scrollTop).toBe(200 * 186 - 8 - 600);
});
