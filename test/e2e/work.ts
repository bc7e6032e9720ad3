/** Work for the window's tests: a small data set, a small training, and its end. */
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import type { Job } from '#contract/jobs.ts';
import { waitFor } from './backendOf.ts';
import { call, temporaryFolder } from './doppelTest.ts';

export async function ended(page: Page, project: string, { id }: Job): Promise<Job> {
  return waitFor(async () => {
    const { job } = await call(page, 'job.show', { project, job: id });
    return ['queued', 'running'].includes(job.state) ? undefined : job;
  });
}

export async function importPhantoms(page: Page, project: string): Promise<void> {
  const folder = join(temporaryFolder(), 'scans');
  await ended(page, project, await call(page, 'phantom.create', { project, count: 3, seed: 1, out: folder }));
  const job = await call(page, 'dataset.import', {
    project,
    folder,
    name: 'phantoms',
    grid: 16,
    spacingMm: 'auto',
    holdout: 0.34,
    seed: 1,
    derivative: null,
  });
  expect(await ended(page, project, job)).toMatchObject({ state: 'succeeded' });
}

const train = (page: Page, project: string, until: { iterations: number } | { minutes: number }): Promise<Job> =>
  call(page, 'model.train', {
    project,
    dataset: 'phantoms',
    modelId: 'alpha-wgan',
    preset: null,
    overrides: { width: 16, latent: 8, batch: 1 },
    until,
    seed: 3,
    previewEvery: null,
    checkpointEvery: null,
  });

/** A training of a new project that has made its first step. */
export async function startTraining(page: Page, until: Parameters<typeof train>[2]): Promise<[string, Job]> {
  const project = join(temporaryFolder(), 'study.doppel');
  await call(page, 'project.create', { project });
  await importPhantoms(page, project);
  const job = await train(page, project, until);
  await waitFor(async () =>
    (await call(page, 'job.show', { project, job: job.id })).job.iteration > 0 ? true : undefined,
  );
  return [project, job];
}

/** A report on the scans that were made last, against those of a folder. */
export async function reportEvidence(page: Page, project: string, real: string): Promise<void> {
  const jobs = await call(page, 'job.list', { project });
  const made = jobs.map(({ request }) => request).find((request) => request.kind === 'synthesize');
  const job = await call(page, 'evidence.evaluate', {
    project,
    real: { folder: real },
    synthetic: made?.out ?? '',
    training: null,
    grid: null,
    sections: ['likeness'],
    out: null,
    seed: 1,
  });
  expect(await ended(page, project, job)).toMatchObject({ state: 'succeeded', error: null });
}
