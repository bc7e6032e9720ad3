/** Planning, choosing a checkpoint by its preview, and synthesis into the project, with the real engine. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { newProject, openBackend } from '../openBackend.ts';
import { temporaryFolder } from '../temporaryFolder.ts';

const small = { width: 16, latent: 8, batch: 1 };

test('a plan is made of dry runs, keeps nothing, and lets a job wait for it', { timeout: 180_000 }, async () => {
  const backend = openBackend();
  const project = await newProject(backend);
  const folder = join(temporaryFolder(), 'scans');
  await backend.untilOver(await backend.call('phantom.create', { project, count: 3, seed: 1, out: folder }));
  await backend.untilOver(
    await backend.call('dataset.import', {
      project,
      folder,
      name: 'phantoms',
      grid: 16,
      spacingMm: 'auto',
      holdout: 0,
      seed: 1,
      derivative: null,
    }),
  );
  const dry = { project, dataset: 'phantoms', modelId: 'alpha-wgan', preset: null, overrides: small };
  const before = await backend.call('job.list', { project });
  const asked = { ...dry, freeBytes: null };
  const planning = backend.call('model.plan', asked);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(await backend.dispatch('model.plan', asked)).toMatchObject({ ok: false, error: { code: 'wrong-state' } });
  const training = await backend.call('model.train', {
    ...dry,
    until: { iterations: 4 },
    seed: 3,
    previewEvery: 2,
    checkpointEvery: 3,
  });
  const { choice, levels, runs, freeBytes } = await planning;
  expect(choice).toMatchObject({ kind: 'fits', side: 16, batch: 1, atOnce: 1, pieces: 1 });
  expect(runs.map(({ batch, found }) => [batch, found !== null])).toEqual([[1, true]]);
  expect(choice.kind === 'fits' && choice.peakBytes).toBe(runs[0]?.found?.peakBytes);
  expect(runs[0]?.found?.peakBytes).toBeGreaterThan(1e8);
  expect(freeBytes).toBeGreaterThan(runs[0]?.found?.peakBytes ?? 0);
  expect(levels).toMatchObject([{ side: 16, batch: 1, scans: null, seconds: { expected: runs[0]?.found?.seconds } }]);
  expect(before).toHaveLength(2);

  const trained = await backend.untilOver(training);
  expect(trained).toMatchObject({ state: 'succeeded', iteration: 4 });
  const checkpoints = await backend.call('checkpoint.list', { project });
  const { artifacts } = await backend.call('job.show', { project, job: training.id });
  const previewAt = (iteration: number): string | undefined =>
    artifacts.find((artifact) => artifact.kind === 'preview' && artifact.iteration === iteration)?.id;
  expect(checkpoints.map(({ iteration, previewId }) => [iteration, previewId])).toEqual([
    [4, previewAt(4)],
    [3, previewAt(2)], // 2 and 4 are equally near
    [0, previewAt(0)],
  ]);
  expect(checkpoints[0]).toMatchObject({ jobId: training.id, modelId: 'alpha-wgan', dataset: 'phantoms', grid: 16 });

  const synthesis = await backend.call('checkpoint.synthesize', {
    project,
    checkpoint: checkpoints[0]?.id ?? '',
    count: 2,
    seed: 9,
    truncation: 1,
    out: null,
  });
  expect(synthesis.request).toMatchObject({ out: join(project, 'synthetic', synthesis.id) });
  expect(await backend.untilOver(synthesis)).toMatchObject({ state: 'succeeded' });
  const made = await backend.call('job.show', { project, job: synthesis.id });
  const seeds = (kind: string): (number | null)[] =>
    made.artifacts.filter((artifact) => artifact.kind === kind).map((artifact) => artifact.seed);
  expect(seeds('synthetic-volume')).toEqual([9, 10]);
  expect(seeds('thumbnail')).toEqual([9, 10]);
  const thumbnail = made.artifacts.find((artifact) => artifact.kind === 'thumbnail');
  expect(
    readFileSync(join(project, thumbnail?.path ?? ''))
      .subarray(1, 4)
      .toString(),
  ).toBe('PNG');
  expect(existsSync(join(project, 'synthetic', synthesis.id, 'dataset_description.json'))).toBe(true);
  expect(await backend.call('project.check', { project })).toMatchObject({ ok: true, problems: [] });
});
