import { expect, test } from 'vitest';
import { errorCodes } from '#contract/errors.ts';
import { durationWords } from '#ui/duration.ts';
import { errorDetails, shownError } from '#ui/errorDetails.ts';
import { en } from '#ui/messages.ts';

test('durations have two units at most', () => {
  expect(durationWords(0.4)).toEqual({ key: 'ui.duration.seconds', values: { seconds: 0 } });
  expect(durationWords(59.6)).toEqual({ key: 'ui.duration.minutes', values: { minutes: 1, seconds: 0 } });
  expect(durationWords(3725)).toEqual({ key: 'ui.duration.hours', values: { hours: 1, minutes: 2 } });
  expect(durationWords(90_000)).toEqual({ key: 'ui.duration.days', values: { days: 1, hours: 1 } });
});

test('every kind of error has a heading', () => {
  expect(Object.keys(en.error).sort()).toEqual([...errorCodes].sort());
});

test('copied details name the kind, the subject and the words', () => {
  const text = errorDetails({ code: 'disk-full', message: 'No space.' }, '/p/a.doppel', new Date(0));
  expect(text).toBe('Doppel\nat 1970-01-01T00:00:00.000Z\ncode: disk-full\nabout: /p/a.doppel\nNo space.');
});

test('anything thrown can be shown', () => {
  expect(shownError('words')).toEqual({ code: 'internal', message: 'words' });
  expect(shownError(undefined)).toEqual({ code: 'internal', message: 'undefined' });
});
