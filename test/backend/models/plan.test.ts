/** Plans of a small growing network, from dry runs with the real engine. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { courseOfGrowth } from '#shared/planning/trainingTime.ts';
import { newProject, openBackend } from '../openBackend.ts';
import { temporaryFolder } from '../temporaryFolder.ts';

const timeout = 180_000;
const small = { maps: 8, kimg: 0.1, batch4: 8, batch8: 4, batch16: 3 };

test('a growing network is planned by its last resolution, and timed at each', { timeout }, async () => {
  const backend = openBackend();
  const project = await newProject(backend);
  const folder = join(temporaryFolder(), 'scans');
  await backend.untilOver(await backend.call('phantom.create', { project, count: 2, seed: 1, out: folder }));
  const grid = { grid: 16, spacingMm: 'auto', holdout: 0, seed: 1, derivative: null } as const;
  await backend.untilOver(await backend.call('dataset.import', { project, folder, name: 'phantoms', ...grid }));
  const learned = { project, dataset: 'phantoms', modelId: 'progressive-gan', preset: null, overrides: small };

  const plan = await backend.call('model.plan', { ...learned, freeBytes: null });
  expect(plan.choice).toMatchObject({ kind: 'fits', side: 16, batch: 3, atOnce: 3, pieces: 1, recompute: false });
  expect(plan.runs.map(({ side, batch, found }) => [side, batch, found !== null])).toEqual([
    [16, 1, true],
    [16, 2, true],
  ]);
  expect(plan.levels.map(({ side, batch, scans }) => [side, batch, scans])).toEqual([
    [4, 8, 100],
    [8, 4, 200],
    [16, 3, 100],
    [16, 3, null],
  ]);
  expect(plan.limitBytes).toBeCloseTo(0.85 * plan.freeBytes);
  expect(courseOfGrowth(plan.levels)?.iterations.expected).toBe(13 + 50 + 34);
  const told = backend.events.flatMap((event) => (event.type === 'plan.progressed' ? [event.progress] : []));
  expect(told.map(({ done, total }) => [done, total])).toEqual([
    [0, 3],
    [1, 3],
    [2, 3],
  ]);
  expect(told.map(({ secondsLeft }) => secondsLeft === null)).toEqual([true, false, false]);

  const [first] = plan.runs;
  const tight = await backend.call('model.plan', { ...learned, freeBytes: 1e8 });
  expect(tight).toMatchObject({ freeBytes: 1e8, choice: { kind: 'too-large', isEstimated: false, fitting: null }, levels: [] }); // prettier-ignore
  expect(tight.runs.map(({ recompute }) => recompute)).toEqual([false, true]);
  const missing = tight.choice.kind === 'too-large' ? tight.choice.missingBytes : 0;
  expect(missing).toBeGreaterThan(0.5 * (first?.found?.peakBytes ?? 0) - 1e8);

  const job = await backend.call('model.train', {
    ...learned,
    ...{ until: { iterations: 1 }, seed: 1, previewEvery: null, checkpointEvery: null },
    ...{ memory: { pieces: 3, recompute: false }, plan },
  });
  const trained = await backend.untilOver(job);
  expect(trained).toMatchObject({ state: 'succeeded', request: { memory: { pieces: 3 }, plan } });
});
