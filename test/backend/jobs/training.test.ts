/** The whole chain with the real engine on the smallest network: phantoms, import, training, a crash, synthesis. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { CommandInput } from '#contract/commands.ts';
import { newProject, openBackend, type TestBackend } from '../openBackend.ts';
import { temporaryFolder } from '../temporaryFolder.ts';
import { workerOf } from './workerOf.ts';

async function importPhantoms(backend: TestBackend, project: string): Promise<void> {
  const folder = join(temporaryFolder(), 'scans');
  await backend.untilOver(await backend.call('phantom.create', { project, count: 3, seed: 1, out: folder }));
  const request = {
    project,
    folder,
    name: 'phantoms',
    grid: 16,
    spacingMm: 'auto',
    holdout: 0.34,
    seed: 1,
    derivative: null,
  } as const;
  expect(await backend.untilOver(await backend.call('dataset.import', request))).toMatchObject({ state: 'succeeded' });
}

const training = (project: string, iterations: number): CommandInput<'model.train'> => ({
  project,
  dataset: 'phantoms',
  modelId: 'alpha-wgan',
  preset: null,
  overrides: { width: 16, latent: 8, batch: 1 },
  until: { iterations },
  seed: 3,
  previewEvery: 1000,
  checkpointEvery: 3,
});

test(
  'a training whose worker is killed fails, resumes, and ends as if it had never stopped',
  { timeout: 180_000 },
  async () => {
    const backend = openBackend();
    const project = await newProject(backend);
    await importPhantoms(backend, project);
    const iterations = 8;
    const straight = await backend.untilOver(await backend.call('model.train', training(project, iterations)));
    expect(straight).toMatchObject({ state: 'succeeded', iteration: iterations, error: null });
    expect(straight.device).not.toBeNull();

    const job = await backend.call('model.train', training(project, iterations));
    await backend.until(
      (event) =>
        event.type === 'checkpoint.written' && event.checkpoint.jobId === job.id && event.checkpoint.iteration > 0,
    );
    process.kill(workerOf(job.id), 'SIGKILL');
    const failed = await backend.untilOver(job);
    expect(failed).toMatchObject({
      state: 'failed',
      error: {
        code: 'worker-crashed',
        message: expect.stringMatching(/memory ran out.* Resume continues .* smaller pieces/) as string,
      },
    });

    const resumed = await backend.untilOver(await backend.call('job.resume', { project, job: job.id, until: null }));
    expect(resumed).toMatchObject({ id: job.id, state: 'succeeded', iteration: iterations });
    const description = readFileSync(
      join(project, 'checkpoints', String(resumed.checkpoint), 'checkpoint.json'),
      'utf8',
    );
    expect(JSON.parse(description)).toMatchObject({ memory: { pieces: 1, recompute: true } }); // of one scan there is no smaller piece
    const [expected, got] = [
      await backend.call('job.metrics', { project, job: straight.id }),
      await backend.call('job.metrics', { project, job: job.id }),
    ];
    expect(got.iterations).toEqual(Array.from({ length: iterations }, (_, index) => index + 1));
    for (const [name, values] of Object.entries(expected.values)) {
      for (const [index, value] of values.entries()) {
        expect
          .soft(Math.abs((got.values[name]?.[index] ?? NaN) - (value ?? NaN)), name)
          .toBeLessThan(1e-3 * Math.max(1, Math.abs(value ?? 0)));
      }
    }

    const out = join(temporaryFolder(), 'synthetic');
    const synthesis = await backend.call('checkpoint.synthesize', {
      project,
      checkpoint: resumed.checkpoint,
      count: 2,
      seed: 9,
      truncation: 1,
      out,
    });
    expect(await backend.untilOver(synthesis)).toMatchObject({ state: 'succeeded' });
    const { artifacts } = await backend.call('job.show', { project, job: synthesis.id });
    const volumes = artifacts.filter((artifact) => artifact.kind === 'synthetic-volume');
    expect(volumes.map((volume) => existsSync(volume.path))).toEqual([true, true]);
    expect(await backend.call('project.check', { project })).toMatchObject({ ok: true, problems: [] });
  },
);

test(
  'a paused training keeps a checkpoint, lets others go first, and goes on to its goal',
  { timeout: 180_000 },
  async () => {
    const backend = openBackend();
    const project = await newProject(backend);
    await importPhantoms(backend, project);
    const iterations = 60;
    const job = await backend.call('model.train', { ...training(project, iterations), checkpointEvery: 1000 });
    const waiting = await backend.call('model.train', training(project, 1));
    expect(await backend.call('job.pause', { project, job: waiting.id })).toMatchObject({ state: 'paused' });
    await backend.until((event) => event.type === 'job.measured' && event.jobId === job.id);
    expect(await backend.call('job.pause', { project, job: job.id })).toMatchObject({ state: 'running' });
    const paused = await backend.untilOver(job);
    expect(paused).toMatchObject({ state: 'paused', error: null, progress: null });
    expect(paused.iteration).toBeLessThan(iterations);
    expect(paused.peakMemoryMb).toBeGreaterThan(0);
    const { checkpoints } = await backend.call('job.show', { project, job: job.id });
    expect(checkpoints[0]).toMatchObject({ id: paused.checkpoint, iteration: paused.iteration });
    expect(await backend.dispatch('job.pause', { project, job: job.id })).toMatchObject({
      ok: false,
      error: { code: 'wrong-state' },
    });
    const resumed = await backend.call('job.resume', {
      project,
      job: job.id,
      until: { iterations: paused.iteration + 2 },
    });
    expect(await backend.untilOver(resumed)).toMatchObject({ state: 'succeeded', iteration: paused.iteration + 2 });
    const { iterations: measured } = await backend.call('job.metrics', { project, job: job.id });
    expect(measured).toEqual(Array.from({ length: paused.iteration + 2 }, (_, index) => index + 1));
  },
);

test('planning tells how far it is, and ends at once when told to', { timeout: 120_000 }, async () => {
  const backend = openBackend();
  const project = await newProject(backend);
  await importPhantoms(backend, project);
  const { dataset, modelId, preset, overrides } = training(project, 1);
  const request = { project, dataset, modelId, preset, overrides, freeBytes: null };
  let isOver = false;
  const asked = backend.dispatch('model.plan', request).finally(() => (isOver = true));
  const stop = async (): Promise<boolean> => {
    if (backend.events.some(({ type }) => type === 'plan.progressed')) await backend.call('model.stopPlanning', {});
    return isOver;
  };
  await expect.poll(stop, { timeout: 60_000 }).toBe(true);
  expect(await asked).toMatchObject({ ok: false, error: { code: 'cancelled' } });
  expect(await backend.call('model.stopPlanning', {})).toBeNull();
});

test(
  'a model is not trained on a grid it does not know, nor adaptively without held-out scans',
  { timeout: 60_000 },
  async () => {
    const backend = openBackend();
    const project = await newProject(backend);
    const folder = join(temporaryFolder(), 'scans');
    await backend.untilOver(await backend.call('phantom.create', { project, count: 1, seed: 1, out: folder }));
    const request = {
      project,
      folder,
      name: 'phantoms',
      grid: 20,
      spacingMm: 'auto',
      holdout: 0,
      seed: 1,
      derivative: null,
    } as const;
    await backend.untilOver(await backend.call('dataset.import', request));
    expect(await backend.dispatch('model.train', training(project, 1))).toMatchObject({
      ok: false,
      error: { code: 'usage', message: expect.stringContaining('16, 32, 64, 128') as string },
    });
    await backend.untilOver(await backend.call('dataset.import', { ...request, name: 'all', grid: 16 }));
    const adaptive = { ...training(project, 1), dataset: 'all', overrides: { augment: 'adaptive' } };
    expect(await backend.dispatch('model.train', adaptive)).toMatchObject({
      ok: false,
      error: { code: 'usage', message: expect.stringContaining('held-out') as string },
    });
  },
);

test('an import that is killed has no rows; given up, it leaves no volumes either', { timeout: 60_000 }, async () => {
  const backend = openBackend();
  const project = await newProject(backend);
  const folder = join(temporaryFolder(), 'scans');
  await backend.untilOver(await backend.call('phantom.create', { project, count: 4, seed: 1, out: folder }));
  const request = {
    project,
    folder,
    name: 'phantoms',
    grid: 128,
    spacingMm: 'auto',
    holdout: 0,
    seed: 1,
    derivative: 'labels',
  } as const;
  const job = await backend.call('dataset.import', request);
  await backend.until((event) => event.type === 'file.handled');
  process.kill(workerOf(job.id), 'SIGKILL');
  expect(await backend.untilOver(job)).toMatchObject({ state: 'failed', error: { code: 'worker-crashed' } });
  expect(await backend.call('project.show', { project })).toMatchObject({ datasets: 0, volumes: 0 });
  await backend.call('job.cancel', { project, job: job.id }); // until then it can be resumed
  await backend.close();
  expect(readdirSync(join(project, 'volumes'))).toEqual([]);
  expect(readFileSync(join(project, 'jobs', job.id, 'log.txt'), 'utf8')).toBe('');
});
