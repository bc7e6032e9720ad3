import { expect, test } from 'vitest';
import { isGoodName, isProjectFolder, pathInside, withSuffix } from '../../../src-renderer/features/projects/places.ts';

test('a name is put into a folder with the separator of its system', () => {
  expect(pathInside('/home/me/Doppel', 'a.doppel')).toBe('/home/me/Doppel/a.doppel');
  expect(pathInside('/home/me/', 'a.doppel')).toBe('/home/me/a.doppel');
  expect(pathInside('C:\\Users\\me', 'a.doppel')).toBe('C:\\Users\\me\\a.doppel');
});

test('names that some system refuses are refused', () => {
  for (const name of ['', '  ', '.hidden', 'a/b', 'a\\b', 'a:b', 'what?', 'a|b', 'a\nb', 'x'.repeat(101)])
    expect(isGoodName(name), JSON.stringify(name)).toBe(false);
  for (const name of ['Ageing', 'Älter werden 2', '脳']) expect(isGoodName(name), name).toBe(true);
});

test('a project folder is known by its name', () => {
  expect(isProjectFolder('/p/a.doppel')).toBe(true);
  expect(isProjectFolder('/p/a.doppel/')).toBe(true);
  expect(isProjectFolder('/p/scans')).toBe(false);
  expect(withSuffix('a')).toBe('a.doppel');
  expect(withSuffix('a.doppel')).toBe('a.doppel');
});
