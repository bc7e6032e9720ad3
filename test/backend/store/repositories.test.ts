import { expect, onTestFinished, test } from 'vitest';
import { openForOwner } from '#backend/store/connection.ts';
import { createStore, type Store } from '#backend/store/store.ts';
import { AppError } from '#contract/errors.ts';
import { exampleDataset, exampleImportJob, exampleTrainJob, exampleVolume, sha256 } from '../exampleRecords.ts';
import { temporaryFolder } from '../temporaryFolder.ts';

function openStore(): { store: Store; db: ReturnType<typeof openForOwner> } {
  const db = openForOwner(temporaryFolder());
  onTestFinished(() => {
    db.close();
  });
  return { store: createStore(db), db };
}

test('a dataset comes back as it was written: transforms, attributes, splits, sessions', () => {
  const { store } = openStore();
  const job = exampleImportJob();
  const wholeHead = { ...exampleVolume('c').transform, brainMl: 4300 };
  const halfHead = { ...exampleVolume('d').transform, isHead: true };
  const volumes = [
    exampleVolume('a', { session: 'ses-1', attributes: { age: 70 } }),
    exampleVolume('b', {
      subject: 'sub-a',
      session: 'ses-2',
      split: 'heldout',
      attributes: { age: 72 },
      warnings: ['oblique'],
    }),
    exampleVolume('c', { labelPath: 'volumes/c_labels.nii', transform: wholeHead }),
    exampleVolume('d', { transform: halfHead }),
  ];
  store.jobs.insert(job);
  store.transaction(() => {
    store.datasets.insert(
      exampleDataset(job.id),
      volumes.map((record) => ({
        record,
        labelSha256: record.labelPath === null ? null : sha256('label'),
        thumbnailSha256: null,
      })),
    );
  });
  const dataset = store.datasets.byName('ADULTS'); // names differ by more than case
  expect(dataset).toMatchObject({ name: 'adults', volumes: 4, train: 3, heldout: 1, heads: 2, spacingMm: 2 });
  expect(store.datasets.volumes(dataset.id)).toEqual(volumes);
  expect(store.datasets.files()).toContainEqual({ path: 'volumes/c_labels.nii', sha256: sha256('label') });
});

test('a dataset of which one row is refused leaves nothing behind', () => {
  const { store } = openStore();
  const job = exampleImportJob();
  store.jobs.insert(job);
  const twice = [exampleVolume('a'), exampleVolume('a')].map((record) => ({
    record,
    labelSha256: null,
    thumbnailSha256: null,
  }));
  expect(() => {
    store.transaction(() => {
      store.datasets.insert(exampleDataset(job.id), twice);
    });
  }).toThrow(/UNIQUE/);
  expect(store.datasets.list()).toEqual([]);
  expect(store.project.counts().volumes).toBe(0);
});

test('metrics come back as series, the last of each, and cut after an iteration', () => {
  const { store } = openStore();
  const job = exampleTrainJob();
  store.jobs.insert(job);
  store.metrics.insert(job.id, [
    { iteration: 1, values: { generator: 2, critic: 5 } },
    { iteration: 2, values: { generator: 1.5 } },
    { iteration: 3, values: { generator: 1, critic: 4 } },
  ]);
  expect(store.metrics.series(job.id)).toEqual({
    iterations: [1, 2, 3],
    values: { generator: [2, 1.5, 1], critic: [5, null, 4] },
  });
  expect(store.metrics.last(job.id)).toEqual({ generator: 1, critic: 4 });
  store.metrics.deleteAfter(job.id, 2);
  expect(store.metrics.last(job.id)).toEqual({ generator: 1.5, critic: 5 });
});

test('a job is found by the beginning of its id when only one has it', () => {
  const { store } = openStore();
  const jobs = [exampleTrainJob({ id: 'train-aa11' }), exampleTrainJob({ id: 'train-aa22' })];
  for (const job of jobs) store.jobs.insert(job);
  expect(store.jobs.get('train-aa1')).toEqual(jobs[0]);
  expect(() => store.jobs.get('train-aa')).toThrow(AppError);
  expect(() => store.jobs.get('')).toThrow(/no job ""/);
  expect(store.jobs.list().map((job) => job.id)).toEqual(['train-aa22', 'train-aa11']);
});

test('a row that does not fit the contract is reported as damage, with the place', () => {
  const { store, db } = openStore();
  store.jobs.insert(exampleTrainJob({ id: 'train-1' }));
  db.exec(`UPDATE jobs SET request = json_set(request, '$.seed', -1)`);
  expect(() => store.jobs.get('train-1')).toThrow(
    expect.objectContaining({ code: 'project-damaged', message: expect.stringContaining('request.seed') as string }),
  );
});

test('rows that point to nothing are refused', () => {
  const { store } = openStore();
  expect(() => {
    store.metrics.insert('train-none', [{ iteration: 1, values: { generator: 1 } }]);
  }).toThrow(/FOREIGN KEY/);
});

test('the database is in write-ahead mode and checks itself without complaint', () => {
  const { store, db } = openStore();
  expect(db.pragma('journal_mode', { simple: true })).toBe('wal');
  expect(store.project.faults()).toEqual([]);
});
