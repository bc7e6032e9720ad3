import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openForOwner } from '#backend/store/connection.ts';
import { createStore } from '#backend/store/store.ts';
import {
  exampleDataset,
  exampleImportJob,
  exampleTrainJob,
  exampleVolume,
  sha256,
  writeCheckpoint,
} from './exampleRecords.ts';
import { newProject, openBackend } from './openBackend.ts';
import { startHolder } from './startHolder.ts';
import { temporaryFolder } from './temporaryFolder.ts';

test('a project is made whole, shown, and not made twice', async () => {
  const backend = openBackend();
  const project = join(temporaryFolder(), 'with spaces and ümlauts', 'study.doppel');
  const created = await backend.call('project.create', { project });
  expect(created).toMatchObject({ name: 'study', path: project, datasets: 0, jobs: 0 });
  expect(await backend.call('project.show', { project })).toEqual({ ...created, datasetList: [], recentJobs: [] });
  expect(await backend.dispatch('project.create', { project })).toMatchObject({
    ok: false,
    error: { code: 'already-exists' },
  });
});

test('a folder that does not end in .doppel, or holds something, is not made a project', async () => {
  const backend = openBackend();
  const parent = temporaryFolder();
  expect(await backend.dispatch('project.create', { project: join(parent, 'study') })).toMatchObject({
    ok: false,
    error: { code: 'usage' },
  });
  const taken = join(parent, 'taken.doppel');
  mkdirSync(taken);
  writeFileSync(join(taken, 'letter.txt'), 'mine');
  expect(await backend.dispatch('project.create', { project: taken })).toMatchObject({
    ok: false,
    error: { code: 'already-exists' },
  });
  expect(existsSync(join(taken, 'project.sqlite'))).toBe(false);
});

test('check tells what is missing, what has changed and what is left over', async () => {
  const backend = openBackend();
  const project = await newProject(backend);
  await backend.close();
  const store = createStore(openForOwner(project));
  const importJob = exampleImportJob();
  const trainJob = exampleTrainJob({ state: 'succeeded' });
  for (const job of [importJob, trainJob]) store.jobs.insert({ ...job, state: 'succeeded' });
  const records = ['whole', 'changed', 'missing'].map((id) => exampleVolume(id));
  store.datasets.insert(
    exampleDataset(importJob.id),
    records.map((record) => ({ record, labelSha256: null, thumbnailSha256: null })),
  );
  for (const id of ['c1', 'c2']) {
    const checkpoint = { id, jobId: trainJob.id, iteration: 5 };
    const hash = writeCheckpoint(project, checkpoint);
    store.checkpoints.insert({
      ...checkpoint,
      path: `checkpoints/${id}`,
      sha256: hash,
      bytes: 1,
      milestone: false,
      createdAt: '2026-01-01T00:00:00Z',
    });
  }
  store.artifacts.insert({
    id: 'a1',
    jobId: trainJob.id,
    kind: 'preview',
    path: `jobs/${trainJob.id}/p.png`,
    sha256: sha256('picture'),
    iteration: 1,
    seed: 1,
  });
  store.close();
  mkdirSync(join(project, 'jobs', trainJob.id), { recursive: true });
  writeFileSync(join(project, 'jobs', trainJob.id, 'p.png'), 'picture');
  writeFileSync(join(project, 'jobs', trainJob.id, 'log.txt'), 'words');
  writeFileSync(join(project, 'volumes', 'whole.nii'), 'whole');
  writeFileSync(join(project, 'volumes', 'changed.nii'), 'not what it was');
  writeFileSync(join(project, 'volumes', 'whole.nii.tmp-1'), 'half');
  rmSync(join(project, 'checkpoints', 'c2'), { recursive: true });

  const check = await backend.call('project.check', { project });
  expect(check.ok).toBe(false);
  expect(check.filesChecked).toBe(3 + 1 + 2 * 2);
  expect(check.problems).toEqual([
    { path: 'volumes/changed.nii', problem: 'changed since it was written' },
    { path: 'volumes/missing.nii', problem: 'missing' },
    { path: 'checkpoints/c2', problem: 'missing' },
    { path: 'volumes/whole.nii.tmp-1', problem: expect.stringContaining('left over') as string },
  ]);
});

test(
  'a second process is told that the project is taken, may look, and gets it when the first is killed',
  { timeout: 30_000 },
  async () => {
    const backend = openBackend();
    const project = await newProject(backend);
    await backend.close();
    const holder = startHolder(project, 'hold');
    await holder.said('"ok":true');

    const refused = await backend.dispatch('project.check', { project });
    expect(refused).toMatchObject({
      ok: false,
      error: { code: 'project-locked', message: expect.stringContaining(String(holder.process.pid)) as string },
    });
    expect(await backend.call('project.show', { project })).toMatchObject({ name: 'study' });
    expect(await backend.call('job.list', { project })).toEqual([]);

    await holder.kill();
    expect(await backend.call('project.check', { project })).toMatchObject({ ok: true });
  },
);

test('within one process, requests at the same time share the project', async () => {
  const backend = openBackend();
  const project = await newProject(backend);
  await backend.close();
  const replies = await Promise.all([
    backend.dispatch('job.list', { project }),
    backend.dispatch('project.check', { project: join(project, '..', 'study.doppel') }),
    backend.dispatch('project.show', { project }),
  ]);
  expect(replies.map((reply) => reply.ok)).toEqual([true, true, true]);
});
