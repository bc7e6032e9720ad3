import { expect, test } from 'vitest';
import { actionOf, actions, keys } from '../../src-renderer/viewer/keys.ts';

const press = (key: string, more: { shiftKey?: boolean; ctrlKey?: boolean } = {}) =>
  actionOf({ key, shiftKey: false, ctrlKey: false, metaKey: false, altKey: false, ...more });

test('everything that can be done has a key, and no key does two things', () => {
  expect(actions.filter((action) => !keys.some((key) => key.action === action))).toEqual([]);
  expect(new Set(keys.map(({ key, shift }) => `${key} ${shift}`)).size).toBe(keys.length);
});

test('Shift tells keys apart, but not characters that need it on some keyboards', () => {
  expect(press('ArrowLeft')).toBe('moveLeft');
  expect(press('ArrowLeft', { shiftKey: true })).toBe('panLeft');
  expect(press('?', { shiftKey: true })).toBe('help');
  expect(press('+')).toBe('zoomIn');
});

test('keys of the window and unknown keys are left alone', () => {
  expect(press('r', { ctrlKey: true })).toBeNull();
  expect(press('q')).toBeNull();
});
