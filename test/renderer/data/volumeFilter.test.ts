import { expect, test } from 'vitest';
import { exampleVolume } from '#test/backend/exampleRecords.ts';
import {
  attributeColumns,
  countShare,
  filterVolumes,
  type VolumeFilter,
} from '../../../src-renderer/features/data/volumeFilter.ts';

const volumes = [
  exampleVolume('a', { attributes: { age: 30, sex: 'F' } }),
  exampleVolume('b', { attributes: { age: 70, sex: 'M' }, split: 'heldout', warnings: ['Few slices.'] }),
  exampleVolume('c', { attributes: {}, removed: true }),
];
const everything: VolumeFilter = {
  share: 'all',
  text: '',
  withWarnings: false,
  standingOut: false,
  attribute: { kind: 'none' },
};
const odd = { measure: 'snr', value: 1, usual: 30, score: -9 } as const;
const assessed = [
  { id: 'b', score: 9, odd: [odd], group: 0 },
  { id: 'a', score: 4, odd: [odd], group: 0 },
];
const shown = (changes: Partial<VolumeFilter>): string[] =>
  filterVolumes(volumes, { ...everything, ...changes }, assessed).map(({ id }) => id);

test('all are those that the dataset still has; removed ones are shown alone', () => {
  expect(shown({})).toEqual(['a', 'b']);
  expect(shown({ share: 'removed' })).toEqual(['c']);
  expect(countShare(volumes, 'train')).toBe(1);
});

test('filters by split, warnings and words', () => {
  expect(shown({ share: 'heldout' })).toEqual(['b']);
  expect(shown({ withWarnings: true })).toEqual(['b']);
  expect(shown({ text: 'SUB-A' })).toEqual(['a']);
});

test('filters numbers by a range and words by equality; a volume without the attribute is outside', () => {
  expect(shown({ attribute: { kind: 'range', name: 'age', from: 31, to: null } })).toEqual(['b']);
  expect(shown({ attribute: { kind: 'words', name: 'sex', value: 'F' } })).toEqual(['a']);
  expect(shown({ attribute: { kind: 'words', name: 'sex', value: '' } })).toEqual(['a', 'b']);
  expect(shown({ share: 'removed', attribute: { kind: 'range', name: 'age', from: 0, to: 99 } })).toEqual([]);
});

test('shows what stands out, the oddest first, until somebody has accepted it', () => {
  expect(shown({ standingOut: true })).toEqual(['b', 'a']);
  const accepted = volumes.map((volume) => (volume.id === 'b' ? { ...volume, accepted: true } : volume));
  expect(filterVolumes(accepted, { ...everything, standingOut: true }, assessed).map(({ id }) => id)).toEqual(['a']);
});

test('knows which columns there are and what they hold', () => {
  expect(attributeColumns(volumes)).toEqual([
    { name: 'age', kind: 'range', values: [] },
    { name: 'sex', kind: 'words', values: ['F', 'M'] },
  ]);
});
