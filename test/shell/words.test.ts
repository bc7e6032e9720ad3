import { expect, test } from 'vitest';
import { counted, fill, wordsOf } from '../../src-main/shell/words.ts';

test('a language without a table of its own speaks English, a region of one its language', () => {
  expect(wordsOf('xx')).toBe(wordsOf('en'));
  expect(wordsOf('en-GB')).toBe(wordsOf('en'));
});

test('counted texts have the form that the count takes', () => {
  const { question } = wordsOf('en').closing;
  expect(counted(question, 1, 'en')).toBe('A job is still running.');
  expect(counted(question, 3, 'en')).toBe('3 jobs are still running or waiting.');
});

test('values are put in where they are named, and what has none stays to be seen', () => {
  expect(fill('{a} and {b}', { a: 1 })).toBe('1 and {b}');
});
