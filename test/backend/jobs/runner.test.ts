import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { BackendEvent } from '#contract/events.ts';
import type { Job } from '#contract/jobs.ts';
import { newProject, openBackend } from '../openBackend.ts';
import { startHolder } from '../startHolder.ts';
import { temporaryFolder } from '../temporaryFolder.ts';
import { workerOf } from './workerOf.ts';

const timeout = 60_000;
const many = 500; // more phantoms than any test waits for

const isProgress = (job: Job) => (event: BackendEvent) =>
  event.type === 'job.changed' && event.job.id === job.id && event.job.progress !== null;

test('jobs run one after the other, in the order they were asked for', { timeout }, async () => {
  const backend = openBackend();
  const project = await newProject(backend);
  const out = temporaryFolder();
  const first = await backend.call('phantom.create', { project, count: 1, seed: 1, out: join(out, 'a') });
  const second = await backend.call('phantom.create', { project, count: 1, seed: 1, out: join(out, 'b') });
  expect(second.state).toBe('queued');
  await backend.untilOver(second);

  const story = backend.events.flatMap((event) =>
    event.type === 'job.changed' ? [`${event.job.id === first.id ? 'first' : 'second'} ${event.job.state}`] : [],
  );
  const steps = [...new Set(story)];
  expect(steps[0]).toBe('first queued');
  expect(steps.filter((step) => !step.endsWith('queued'))).toEqual([
    'first running',
    'first succeeded',
    'second running',
    'second succeeded',
  ]);
  const detail = await backend.call('job.show', { project, job: second.id });
  expect(detail.job).toMatchObject({ state: 'succeeded', error: null, progress: null, seed: 1 });
  expect(detail.artifacts).toMatchObject([{ kind: 'contact-sheet', path: `jobs/${second.id}/phantoms.png` }]);
  expect(existsSync(join(project, 'jobs', second.id, 'log.txt'))).toBe(true);
  expect(await backend.call('project.check', { project })).toMatchObject({ ok: true, problems: [], filesChecked: 2 });
});

test(
  'a worker that is killed leaves its job failed, with the signal named, and the next one runs',
  { timeout },
  async () => {
    const backend = openBackend();
    const project = await newProject(backend);
    const out = temporaryFolder();
    const doomed = await backend.call('phantom.create', { project, count: many, seed: 1, out: join(out, 'a') });
    const next = await backend.call('phantom.create', { project, count: 1, seed: 1, out: join(out, 'b') });
    await backend.until(isProgress(doomed));
    process.kill(workerOf(doomed.id), 'SIGKILL');

    expect(await backend.untilOver(doomed)).toMatchObject({
      state: 'failed',
      error: { code: 'worker-crashed', message: expect.stringMatching(/SIGKILL.*memory/) as string },
    });
    expect(await backend.untilOver(next)).toMatchObject({ state: 'succeeded' });
  },
);

test('what a worker says went wrong is the error of its job', { timeout }, async () => {
  const backend = openBackend();
  const project = await newProject(backend);
  const job = await backend.call('phantom.create', { project, count: 1, seed: 1, out: project }); // not empty
  expect(await backend.untilOver(job)).toMatchObject({ state: 'failed', error: { code: 'already-exists' } });
  expect(await backend.dispatch('job.cancel', { project, job: job.id })).toMatchObject({
    ok: false,
    error: { code: 'wrong-state' },
  });
});

test('a running job stops when asked, a waiting one never starts', { timeout }, async () => {
  const backend = openBackend();
  const project = await newProject(backend);
  const out = temporaryFolder();
  const running = await backend.call('phantom.create', { project, count: many, seed: 1, out: join(out, 'a') });
  const waiting = await backend.call('phantom.create', { project, count: many, seed: 1, out: join(out, 'b') });
  await backend.until(isProgress(running));
  expect(await backend.call('job.cancel', { project, job: waiting.id })).toMatchObject({ state: 'cancelled' });
  await backend.call('job.cancel', { project, job: running.id });
  expect(await backend.untilOver(running)).toMatchObject({ state: 'cancelled', error: null });
  expect(existsSync(join(out, 'b'))).toBe(false);
});

test('only a training can be paused', { timeout }, async () => {
  const backend = openBackend();
  const project = await newProject(backend);
  const job = await backend.call('phantom.create', {
    project,
    count: many,
    seed: 1,
    out: join(temporaryFolder(), 'a'),
  });
  expect(await backend.dispatch('job.pause', { project, job: job.id })).toMatchObject({
    ok: false,
    error: { code: 'usage', message: expect.stringContaining('no training') as string },
  });
});

test('a job that does not stop in the time it is given is ended, and says so', { timeout }, async () => {
  const backend = openBackend(0);
  const project = await newProject(backend);
  const job = await backend.call('phantom.create', {
    project,
    count: many,
    seed: 1,
    out: join(temporaryFolder(), 'a'),
  });
  await backend.until(isProgress(job));
  await backend.call('job.cancel', { project, job: job.id });
  expect(await backend.untilOver(job)).toMatchObject({
    state: 'cancelled',
    error: { code: 'cancelled', message: expect.stringContaining('was ended') as string },
  });
});

test('closing interrupts what runs and what waits', { timeout }, async () => {
  const backend = openBackend();
  const project = await newProject(backend);
  const out = temporaryFolder();
  const running = await backend.call('phantom.create', { project, count: many, seed: 1, out: join(out, 'a') });
  await backend.call('phantom.create', { project, count: many, seed: 1, out: join(out, 'b') });
  await backend.until(isProgress(running));
  await backend.close();
  const jobs = await openBackend().call('job.list', { project });
  expect(jobs.map((job) => job.state)).toEqual(['interrupted', 'interrupted']);
});

test('another process sees the job at work and can cancel it', { timeout }, async () => {
  const backend = openBackend();
  const project = await newProject(backend);
  await backend.close();
  const holder = startHolder(project, 'phantom', join(temporaryFolder(), 'out'));
  await holder.said('"done":1}');

  const [job] = await backend.call('job.list', { project });
  expect(job).toMatchObject({ kind: 'phantom', state: 'running' });
  const id = job?.id ?? '';
  expect(await backend.dispatch('job.resume', { project, job: id, until: null })).toMatchObject({
    ok: false,
    error: { code: 'project-locked' },
  });
  expect(await backend.call('job.cancel', { project, job: id })).toMatchObject({ state: 'running' });
  await holder.said('"state":"cancelled"');
  expect(await backend.call('job.show', { project, job: id })).toMatchObject({ job: { state: 'cancelled' } });
});

test(
  'after its backend is killed a job is interrupted, its worker ends by itself, and resuming waits for that',
  { timeout },
  async () => {
    const backend = openBackend();
    const project = await newProject(backend);
    await backend.close();
    const out = join(temporaryFolder(), 'out');
    const holder = startHolder(project, 'phantom', out);
    await holder.said('"done":1}');
    await holder.kill();

    const [job] = await backend.call('job.list', { project });
    expect(job).toMatchObject({ state: 'interrupted', progress: null });
    const resumed = await backend.call('job.resume', { project, job: job?.id ?? '', until: null });
    expect(resumed).toMatchObject({ id: job?.id, state: 'queued' });
    expect(existsSync(join(out, 'participants.tsv'))).toBe(true); // the worker's last act
    await backend.until((event) => event.type === 'job.changed' && (event.job.progress?.done ?? 0) > 0); // goes on
    await backend.call('job.cancel', { project, job: resumed.id });
    expect(await backend.untilOver(resumed)).toMatchObject({ state: 'cancelled', error: null });
  },
);
