import { describe, expect, test } from 'vitest';
import {
  createInput,
  emptyReader,
  faultOf,
  neededScans,
  newForm,
  tooFew,
  type DesignForm,
} from '../../../src-renderer/features/study/design/designForm.ts';
import {
  answerOf,
  emptyDraft,
  isComplete,
  withNumber,
  withoutLast,
  type AnswerDraft,
} from '../../../src-renderer/features/study/reading/answerDraft.ts';
import { createStopwatch, holdBackMs } from '../../../src-renderer/features/study/reading/stopwatch.ts';

const single = { protocol: 'single', realism: false } as const;
const measured = { reactionMs: 1234.6, slicesViewed: 9, windowChanges: 1, isTimedOut: false };

describe('an answer', () => {
  test('is real up to “possibly real” and synthetic beyond, of pairs the first and the second', () => {
    const verdicts = (protocol: 'single' | 'pair') =>
      [1, 2, 3, 4, 5, 6].map(
        (confidence) => answerOf({ ...emptyDraft, confidence }, { protocol, realism: false }, measured)?.verdict,
      );
    expect(verdicts('single')).toEqual(['real', 'real', 'real', 'synthetic', 'synthetic', 'synthetic']);
    expect(verdicts('pair')).toEqual(['first', 'first', 'first', 'second', 'second', 'second']);
  });

  test('is complete when every question has one, asked one after the other by the same keys', () => {
    const asked = { protocol: 'single', realism: true } as const;
    const one = withNumber(emptyDraft, asked, 6);
    expect([one.confidence, one.realism, isComplete(one, asked), answerOf(one, asked, measured)]).toEqual([6, null, false, null]); // prettier-ignore
    expect(withNumber(one, asked, 6)).toEqual(one); // realism ends at 5
    const both = withNumber(one, asked, 3);
    expect(answerOf(both, asked, measured)).toMatchObject({ confidence: 6, realism: 3, reactionMs: 1235 });
    expect(withoutLast(both)).toEqual(one);
    expect(withoutLast(one)).toEqual(emptyDraft);
    expect(withNumber(withNumber(emptyDraft, single, 2), single, 5).confidence).toBe(5); // the last word counts
  });

  test('of a pair keeps the marks in the scan that was called synthetic', () => {
    const marks: AnswerDraft['marks'] = [0, 1].map((scan) => ({ scan, voxel: [scan, 2, 3], atMm: [0, 0, 0] }));
    const marksOf = (confidence: number) =>
      answerOf({ ...emptyDraft, marks, confidence }, { protocol: 'pair', realism: false }, measured)?.marks;
    expect(marksOf(1)).toEqual([[0, 2, 3]]);
    expect(marksOf(6)).toEqual([[1, 2, 3]]);
  });
});

describe('the times of a trial', () => {
  test('hold scans back to the next whole second, so that no loading time can be told from another', () => {
    for (const elapsed of [0, 1, 420, 999.5, 1000, 1700, 2000.1])
      expect((elapsed + holdBackMs(elapsed)) % 1000).toBeCloseTo(0, 6);
    expect([holdBackMs(0), holdBackMs(999), holdBackMs(1000), holdBackMs(1001)]).toEqual([1000, 1, 0, 999]);
  });

  test('leave pauses out', () => {
    let now = 50;
    const stopwatch = createStopwatch(() => now);
    stopwatch.goOn(); // not started
    now = 100;
    expect(stopwatch.elapsedMs()).toBe(0);
    stopwatch.start();
    now = 130;
    stopwatch.stop();
    now = 1000;
    stopwatch.goOn();
    now = 1005;
    expect(stopwatch.elapsedMs()).toBe(35);
    stopwatch.start();
    expect(stopwatch.elapsedMs()).toBe(0);
  });
});

describe('the design of a study', () => {
  const there = { real: 100, synthetic: 100 };
  const known = { there, names: ['Pilot'] };
  const form: DesignForm = { ...newForm('hospital'), name: ' Main ', syntheses: ['job-1'], readers: [{ ...emptyReader, name: 'Anna' }] }; // prettier-ignore

  test('takes half of its trials from each kind, of pairs one of each', () => {
    expect(neededScans({ ...form, trials: 41, practice: 3 })).toEqual({ real: 23, synthetic: 21 });
    expect(neededScans({ ...form, protocol: 'pair', trials: 41, practice: 3 })).toEqual({ real: 44, synthetic: 44 });
    expect(tooFew(form, { real: 22, synthetic: 21 })).toEqual(['synthetic']);
    expect(tooFew(form, { real: 21, synthetic: null })).toEqual(['real']); // folders are counted later
  });

  test('says at each step what is missing', () => {
    const fault = (step: Parameters<typeof faultOf>[0], changes: Partial<DesignForm>) =>
      faultOf(step, { ...form, ...changes }, known);
    expect(fault('question', {})).toBeNull();
    expect([fault('question', { name: ' ' }), fault('question', { name: 'pilot' })]).toEqual(['name', 'name']);
    expect([fault('scans', { syntheses: [] }), fault('scans', { dataset: '' })]).toEqual(['synthetic', 'dataset']);
    expect(fault('scans', { syntheses: [], folders: ['/made'] })).toBeNull();
    expect([fault('numbers', { repeats: 40 }), fault('numbers', { trials: 300 })]).toEqual(['repeats', 'scans']);
    const readers = (...names: string[]) => names.map((name) => ({ ...emptyReader, name }));
    expect(fault('readers', {})).toBeNull();
    expect(fault('readers', { readers: readers('Anna', 'anna ') })).toBe('readers');
    expect(fault('readers', { readers: readers('') })).toBe('readers');
    expect(fault('readers', { readers: [{ ...emptyReader, name: 'Anna', pin: '12' }] })).toBe('pins');
  });

  test('asks for what was chosen', () => {
    expect(createInput('/p', { ...form, folders: ['/made'] })).toMatchObject({
      project: '/p',
      design: { name: 'Main', real: { dataset: 'hospital', split: 'heldout' }, synthetic: ['job-1', '/made'] },
      readers: [{ name: 'Anna', role: '', years: null, pin: null }],
    });
  });
});
