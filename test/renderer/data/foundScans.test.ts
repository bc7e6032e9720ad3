import { expect, test } from 'vitest';
import { splitSubjects } from '#imaging/splitSubjects.ts';
import {
  chosenPaths,
  countFound,
  everything,
  exampleScan,
  heldOutSubjects,
  problemCodes,
  rowsOf,
} from '../../../src-renderer/features/data/foundScans.ts';
import { exampleCandidate as found } from './exampleCandidate.ts';

const few = { verdict: 'warning', code: 'few-slices' } as const;
const empty = { verdict: 'rejected', code: 'empty' } as const;
const all = [
  found('participants.tsv', { subject: null, verdict: 'warning', code: 'bad-participants' }),
  found('anna/b.nii', few),
  found('bert/a.nii', empty),
  found('anna/a.nii'),
  found('carl/a.nii', empty),
];

test('scans of a subject stand together, its first row tells how many, files of nobody come last', () => {
  const rows = rowsOf(all, everything);
  expect(rows.map(({ candidate, groupSize }) => [candidate.path, groupSize])).toEqual([
    ['anna/b.nii', 2],
    ['anna/a.nii', 0],
    ['bert/a.nii', 1],
    ['carl/a.nii', 1],
    ['participants.tsv', 1],
  ]);
});

test('filters by verdict, finding and words', () => {
  const paths = (filter: Parameters<typeof rowsOf>[1]): string[] =>
    rowsOf(all, filter).map(({ candidate }) => candidate.path);
  expect(paths({ ...everything, verdict: 'rejected' })).toEqual(['bert/a.nii', 'carl/a.nii']);
  expect(paths({ ...everything, code: 'few-slices' })).toEqual(['anna/b.nii']);
  expect(paths({ ...everything, text: ' CARL ' })).toEqual(['carl/a.nii']);
});

test('counts what an import would take, and the findings by how often they are', () => {
  expect(countFound(all)).toEqual({ all: 5, ok: 1, warning: 2, rejected: 2, usable: 2, subjects: 1 });
  expect(problemCodes(all)[0]).toEqual({ code: 'empty', count: 2 });
  expect(exampleScan(all)?.path).toBe('anna/a.nii');
  expect(exampleScan(all.filter(({ verdict }) => verdict === 'rejected'))).toBeNull();
});

test('says how many subjects are held out as the import will', () => {
  for (let subjects = 1; subjects < 40; subjects++) {
    for (const holdout of [0, 0.05, 0.2, 0.35, 0.5, 0.9]) {
      const names = Array.from({ length: subjects }, (_, index) => `sub-${String(index)}`);
      const drawn = [...splitSubjects(names, holdout, 1).values()].filter((split) => split === 'heldout').length;
      expect(heldOutSubjects(subjects, holdout)).toBe(drawn);
    }
  }
});

test('what is taken is named only where it differs from what is usable', () => {
  const scout = found('sub-0001/series-1_localizer', { verdict: 'rejected', code: 'localizer', until: 'asking' });
  const scans = [...all, scout];
  const usable = ['anna/b.nii', 'anna/a.nii'];
  expect(chosenPaths(scans, new Map())).toBeUndefined();
  expect(chosenPaths(scans, new Map([['bert/a.nii', true]]))).toBeUndefined(); // nothing makes that one usable
  expect(chosenPaths(scans, new Map([['anna/b.nii', false]]))).toEqual(['anna/a.nii']);
  expect(chosenPaths(scans, new Map([[scout.path, true]]))).toEqual([...usable, scout.path]);
  expect(countFound(scans, new Map([[scout.path, true]]))).toMatchObject({ usable: 3, rejected: 3 });
});
