/** What tests of the super-resolution page start from. */
import { join } from 'node:path';
import type { ElectronApplication, Page } from 'playwright-core';
import { expect } from 'vitest';
import { call, temporaryFolder } from './doppelTest.ts';
import { ended, importPhantoms } from './work.ts';

/** From now on the system's dialog for files gives these. */
export async function answerFiles(app: ElectronApplication, files: readonly string[]): Promise<void> {
  await app.evaluate(({ dialog }, chosen) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [...chosen] });
  }, files);
}

/** Trains a small network for a few steps. */
async function trainSuperResolution(page: Page, project: string, dataset: string): Promise<void> {
  const job = await call(page, 'model.train', {
    project,
    dataset,
    modelId: 'srgan',
    preset: null,
    overrides: { features: 8, blocks: 1, patch: 16, batch: 1 },
    until: { iterations: 6 },
    seed: 3,
    previewEvery: 3,
    checkpointEvery: null,
  });
  expect(await ended(page, project, job)).toMatchObject({ state: 'succeeded' });
}

/** A new project with a dataset and a trained super-resolution network. */
export async function projectWithSuperResolution(page: Page): Promise<string> {
  const project = join(temporaryFolder(), 'Finer.doppel');
  await call(page, 'project.create', { project });
  await importPhantoms(page, project);
  await trainSuperResolution(page, project, 'phantoms');
  return project;
}

/** In a project with a dataset: a trained network, a scan of the dataset that it made finer, and its evaluation. */
export async function superResolveAll(page: Page, project: string, dataset: string): Promise<void> {
  await trainSuperResolution(page, project, dataset);
  const { volumeList } = await call(page, 'dataset.show', { project, name: dataset });
  const finer = await call(page, 'scan.superResolve', {
    project,
    checkpoint: null,
    files: volumeList.slice(0, 1).map(({ path }) => path),
    out: null,
    factor: null,
    tile: null,
    uncertainty: true,
    backProjection: 0,
  });
  expect(await ended(page, project, finer)).toMatchObject({ state: 'succeeded' });
  const input = { project, checkpoint: null, high: [], includeTraining: true, backProjection: 2, out: null, seed: 1 };
  const evaluated = await call(page, 'checkpoint.evaluate', input);
  expect(await ended(page, project, evaluated)).toMatchObject({ state: 'succeeded' });
}
