import { appendFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { prepareTask } from '#backend/jobs/prepareTask.ts';
import { recoverProject } from '#backend/projects/recoverProject.ts';
import { openForOwner } from '#backend/store/connection.ts';
import { createStore, type Store } from '#backend/store/store.ts';
import type { Job } from '#contract/jobs.ts';
import {
  exampleDataset,
  exampleImportJob,
  exampleTrainJob,
  exampleVolume,
  writeCheckpoint,
} from '../exampleRecords.ts';
import { newProject, openBackend } from '../openBackend.ts';

/** A project whose training has checkpoints at iterations 10 and 20 and losses up to 25. */
async function interruptedTraining(): Promise<{ dir: string; store: Store; job: Job }> {
  const backend = openBackend();
  const dir = await newProject(backend);
  await backend.close();
  const store = createStore(openForOwner(dir));
  onTestFinished(() => {
    store.close();
  });
  const importJob = exampleImportJob();
  const job = exampleTrainJob({ state: 'running', iteration: 25, checkpoint: 'c20' });
  for (const row of [{ ...importJob, state: 'succeeded' as const }, job]) store.jobs.insert(row);
  store.datasets.insert(exampleDataset(importJob.id), [
    { record: exampleVolume('a'), labelSha256: null, thumbnailSha256: null },
  ]);
  for (const iteration of [10, 20]) {
    const id = `c${String(iteration)}`;
    const sha256 = writeCheckpoint(dir, { id, jobId: job.id, iteration });
    store.checkpoints.insert({
      id,
      jobId: job.id,
      iteration,
      path: `checkpoints/${id}`,
      sha256,
      bytes: 1,
      milestone: false,
      createdAt: `2026-01-01T00:00:${id.slice(1)}Z`,
    });
  }
  store.metrics.insert(
    job.id,
    Array.from({ length: 25 }, (_, index) => ({ iteration: index + 1, values: { generator: index } })),
  );
  return { dir, store, job };
}

const recover = (dir: string, store: Store): Promise<void> =>
  recoverProject({ dir, store, orphanGraceMs: 1000, signal: new AbortController().signal });
const quiet = (): undefined => undefined;
const lastIteration = (store: Store, job: Job): number | undefined => store.metrics.series(job.id).iterations.at(-1);

test('training goes on from the newest checkpoint and forgets the losses after it', async () => {
  const { dir, store, job } = await interruptedTraining();
  await recover(dir, store);
  expect(store.jobs.get(job.id)).toMatchObject({ state: 'interrupted', checkpoint: 'c20' });
  const task = await prepareTask({ dir, store, ready: Promise.resolve() }, store.jobs.get(job.id), quiet);
  expect(task).toMatchObject({
    kind: 'train',
    resumeFrom: join(dir, 'checkpoints', 'c20'),
    volumes: [{ path: join(dir, 'volumes', 'a.nii'), split: 'train' }],
  });
  expect(lastIteration(store, job)).toBe(20);
  expect(store.jobs.get(job.id)).toMatchObject({ iteration: 20, checkpoint: 'c20' });
});

test('a damaged checkpoint is passed over for the one before it', async () => {
  const { dir, store, job } = await interruptedTraining();
  const notices: string[] = [];
  appendFileSync(join(dir, 'checkpoints', 'c20', 'weights.safetensors'), 'x');
  await recover(dir, store);
  const task = await prepareTask({ dir, store, ready: Promise.resolve() }, store.jobs.get(job.id), (text) =>
    notices.push(text),
  );
  expect(notices).toEqual([
    'Checkpoint c20 of iteration 20 cannot be used: its weights.safetensors has changed since it was written. Going on from checkpoint c10 of iteration 10.',
  ]);
  expect(task).toMatchObject({ resumeFrom: join(dir, 'checkpoints', 'c10') });
  expect(lastIteration(store, job)).toBe(10);
});

test('without any checkpoint training starts anew', async () => {
  const { dir, store, job } = await interruptedTraining();
  const notices: string[] = [];
  for (const id of ['c10', 'c20']) rmSync(join(dir, 'checkpoints', id), { recursive: true });
  const task = await prepareTask({ dir, store, ready: Promise.resolve() }, job, (text) => notices.push(text));
  expect(notices).toMatchObject([expect.stringContaining('training begins anew')]);
  expect(task).toMatchObject({ resumeFrom: null });
  expect(lastIteration(store, job)).toBeUndefined();
});

test('after a crash, whole checkpoints are registered, half ones are not, rows of deleted ones go', async () => {
  const { dir, store, job } = await interruptedTraining();
  store.jobs.setWorker(job.id, 2 ** 22 + 1); // above the largest process number of Linux: gone
  writeCheckpoint(dir, { id: 'c24', jobId: job.id, iteration: 24 });
  writeCheckpoint(dir, { id: 'half', jobId: job.id, iteration: 25 });
  rmSync(join(dir, 'checkpoints', 'half', 'weights.safetensors'));
  writeCheckpoint(dir, { id: 'foreign', jobId: 'train-of-another-project', iteration: 30 });
  rmSync(join(dir, 'checkpoints', 'c10'), { recursive: true });
  mkdirSync(join(dir, 'checkpoints', '.unfinished-c26'));
  await recover(dir, store);
  expect(existsSync(join(dir, 'checkpoints', '.unfinished-c26'))).toBe(false);
  expect(store.checkpoints.ofJob(job.id).map((row) => row.id)).toEqual(['c24', 'c20']);
  expect(store.jobs.get(job.id)).toMatchObject({ checkpoint: 'c24', iteration: 25 });
  expect(store.jobs.workers()).toEqual([]);
});

test('volumes of an import that died are removed, those of datasets stay', async () => {
  const { dir, store } = await interruptedTraining();
  const died: Job = { ...exampleImportJob(), state: 'running', startedAt: new Date().toISOString() };
  store.jobs.insert(died);
  store.jobs.setWorker(died.id, 2 ** 22 + 1);
  mkdirSync(join(dir, 'volumes'), { recursive: true });
  for (const name of ['a.nii', 'orphan.nii', 'orphan.nii.tmp']) writeFileSync(join(dir, 'volumes', name), 'voxels');
  await recover(dir, store);
  expect(['a.nii', 'orphan.nii', 'orphan.nii.tmp'].map((name) => existsSync(join(dir, 'volumes', name)))).toEqual([
    true,
    false,
    false,
  ]);
});

test('a training that has succeeded goes on only towards a larger number of iterations', async () => {
  const { dir, store, job } = await interruptedTraining();
  store.jobs.update({ ...job, state: 'succeeded', iteration: 100 });
  store.close();
  const { dispatch } = openBackend();
  expect(await dispatch('job.resume', { project: dir, job: job.id, until: null })).toMatchObject({
    ok: false,
    error: { code: 'wrong-state' },
  });
  expect(await dispatch('job.resume', { project: dir, job: job.id, until: { iterations: 100 } })).toMatchObject({
    ok: false,
    error: { code: 'wrong-state' },
  });
  expect(await dispatch('job.resume', { project: dir, job: job.id, until: { iterations: 101 } })).toMatchObject({
    ok: true,
    value: { id: job.id, state: 'queued', request: { until: { iterations: 101 } } },
  });
});
