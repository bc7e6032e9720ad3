import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { keepPlace, placeOn, readPlace, type Rectangle } from '../../src-main/shell/windowPlace.ts';

const main: Rectangle = { x: 0, y: 24, width: 1920, height: 1056 };
const right: Rectangle = { x: 1920, y: 0, width: 1280, height: 1024 };
const at = (bounds: Rectangle, isMaximized = false): { bounds: Rectangle; isMaximized: boolean } => ({
  bounds,
  isMaximized,
});

test('the first window comes to the middle of the main display', () => {
  expect(placeOn(null, [main, right])).toEqual(at({ x: 240, y: 102, width: 1440, height: 900 }));
});

test('a window returns to where it was, on any display', () => {
  for (const bounds of [
    { x: 40, y: 60, width: 1200, height: 800 },
    { x: 2000, y: 10, width: 1000, height: 700 },
    { x: -300, y: 24, width: 1000, height: 700 }, // partly outside, as it was left
  ])
    expect(placeOn(at(bounds), [main, right])).toEqual(at(bounds));
});

test.each([
  ['on a display that is gone', { x: 2400, y: 100, width: 1000, height: 700 }],
  ['above every display', { x: 100, y: -400, width: 1000, height: 700 }],
  ['below, where its top edge cannot be taken hold of', { x: 100, y: 1070, width: 1000, height: 700 }],
  ['but for a sliver', { x: 1850, y: 100, width: 1000, height: 700 }],
])('a window %s comes back to the middle, with its size', (_where, bounds) => {
  expect(placeOn(at(bounds), [main])).toEqual(at({ x: 460, y: 202, width: 1000, height: 700 }));
});

test('no window is larger than its display or smaller than what can be worked in', () => {
  const [laptop]: [Rectangle] = [{ x: 0, y: 0, width: 1280, height: 720 }];
  expect(placeOn(at({ x: 0, y: 0, width: 1900, height: 1000 }), [laptop]).bounds).toEqual(laptop);
  expect(placeOn(null, [laptop]).bounds).toEqual(laptop);
  expect(placeOn(at({ x: 0, y: 0, width: 1, height: 1 }), [laptop]).bounds).toMatchObject({ width: 960, height: 620 });
});

test('that it was maximised is remembered apart from the size it returns to', () => {
  const bounds = { x: 40, y: 60, width: 1200, height: 800 };
  expect(placeOn(at(bounds, true), [main])).toEqual(at(bounds, true));
});

test('a place is kept in a file; a damaged one is as none', () => {
  const folder = mkdtempSync(join(tmpdir(), 'doppel-place-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'window.json');
  expect(readPlace(file)).toBeNull();
  const place = at({ x: 1, y: 2, width: 1000, height: 700 }, true);
  keepPlace(file, place);
  expect(readPlace(file)).toEqual(place);
  writeFileSync(file, readFileSync(file, 'utf8').slice(0, 30));
  expect(readPlace(file)).toBeNull();
  writeFileSync(file, '{"bounds":{"x":0,"y":0,"width":-5,"height":3},"isMaximized":false}');
  expect(readPlace(file)).toBeNull();
});
