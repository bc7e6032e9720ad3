import { expect, test } from 'vitest';
import { classOf, conditionInOrder, conditionOf } from '#shared/condition.ts';

const scans = [
  { attributes: { site: 10, sex: 'm' } },
  { attributes: { site: 9, sex: 'f' } },
  { attributes: { site: 9 } },
  { attributes: { site: 10, sex: 'm' } },
];

test('the classes are the values of the column in order, numbers by size', () => {
  const condition = conditionOf(scans, 'site');
  expect(condition).toEqual({ column: 'site', values: ['9', '10'] });
  expect(condition === null ? [] : scans.map((scan) => classOf(condition, scan))).toEqual([1, 0, 0, 1]);
});

test('no column is no condition', () => {
  expect(conditionOf(scans, '')).toBeNull();
});

test('a column with gaps, with one value or with many is refused, and what there is is named', () => {
  expect(() => conditionOf(scans, 'sex')).toThrow(
    '1 of 4 training scans have no "sex" in the participants\' table (it has: site, sex).',
  );
  expect(() => conditionOf(scans.slice(1, 3), 'site')).toThrow('has 1 different values');
  const many = Array.from({ length: 40 }, (_, age) => ({ attributes: { age } }));
  expect(() => conditionOf(many, 'age')).toThrow('has 40 different values');
  expect(() => conditionOf(scans.slice(0, 3), 'site')).toThrow('has 2 different values in 3 training scans');
});

test('a training keeps the order of the classes of its checkpoint, under its own column', () => {
  const found = conditionOf(scans, 'site');
  const kept = conditionInOrder(found, { column: 'class', values: ['10', '9'] });
  expect(kept).toEqual({ column: 'site', values: ['10', '9'] });
  expect(kept === null ? [] : scans.map((scan) => classOf(kept, scan))).toEqual([0, 1, 1, 0]);
  expect(conditionInOrder(null, null)).toBeNull();
});

test('other classes than the checkpoint has are refused, and both are named', () => {
  const found = conditionOf(scans, 'site');
  const refuse = (values: string[] | null) => () =>
    conditionInOrder(found, values === null ? null : { column: 'site', values });
  expect(refuse(['9', '11'])).toThrow('The checkpoint tells "9", "11" apart, the training tells "9", "10" apart.');
  expect(refuse(['9', '10', '11'])).toThrow('tells "9", "10", "11" apart');
  expect(refuse(null)).toThrow('The checkpoint is not conditional, the training tells "9", "10" apart.');
  expect(() => conditionInOrder(null, found)).toThrow('the training is not conditional');
});
