/** One click each: a model is trained and measured for the leaderboard, and scans that name it as their maker are put to use. */
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Job } from '#contract/jobs.ts';
import { brainValues, writeScan } from '#test/imaging/scanFixture.ts';
import { newProject, openBackend } from '../openBackend.ts';
import { temporaryFolder } from '../temporaryFolder.ts';

const size = [24, 26, 24] as const;

test(
  'the leaderboard runs and is stored; use is measured on the scans that the generator has not seen',
  { timeout: 240_000 },
  async () => {
    const backend = openBackend();
    const project = await newProject(backend);
    const folder = temporaryFolder();
    for (const which of [1, 2, 3, 4, 5, 6])
      writeScan(join(folder, `scan-${String(which)}.nii`), { size, values: brainValues(size, 5 * which) });
    const imported = { project, folder, name: 'balls', grid: 16, spacingMm: 'auto', holdout: 0.34, seed: 1, derivative: null } as const; // prettier-ignore
    expect(await backend.untilOver(await backend.call('dataset.import', imported))).toMatchObject({
      state: 'succeeded',
    });

    const empty = await backend.call('leaderboard.show', { project, dataset: 'balls' });
    expect(empty).toEqual({ measured: null, unmeasured: [] });
    const asked = { project, dataset: 'balls', until: { iterations: 1 }, preset: null, count: 8, seed: 1 };
    const { trainings, measurement } = await backend.call('leaderboard.run', { ...asked, models: ['dc-gan'] });
    for (const training of trainings) expect(await backend.untilOver(training)).toMatchObject({ state: 'succeeded' });
    expect(trainings).toHaveLength(1);
    expect(await backend.untilOver(measurement)).toMatchObject({ state: 'succeeded', error: null });
    const board = await backend.call('leaderboard.show', { project, dataset: 'balls' });
    expect(board.unmeasured).toEqual([]);
    expect(board.measured?.report.groups[0]?.rows[0]).toMatchObject({
      modelId: 'dc-gan',
      preset: 'look',
      iterations: 1,
    });
    await expect(backend.call('leaderboard.run', { ...asked, models: ['srgan'] })).rejects.toThrow('makes scans');

    const { volumeList } = await backend.call('dataset.show', { project, name: 'balls' });
    const [checkpoint] = await backend.call('checkpoint.list', { project });
    const synthetic = join(folder, 'synthetic');
    mkdirSync(synthetic);
    for (const [at, { path }] of volumeList.slice(0, 2).entries()) {
      cpSync(path, join(synthetic, `synthetic-${String(at)}.nii`));
      writeFileSync(join(synthetic, `synthetic-${String(at)}.json`), JSON.stringify({ ModelHash: checkpoint?.sha256 }));
    }
    const request = {
      project, dataset: 'balls', synthetic, syntheticLabels: null, labels: 'tissue', arms: [{ kind: 'mixed', percent: 50 }], folds: 5, testOn: 'unseen',
      network: { width: 4, batch: 1, updates: 2, rate: 0.01 }, seed: 1,
    } as const; // prettier-ignore
    const ask = (of: string): Promise<Job> =>
      backend.call('utility.run', { ...request, arms: [...request.arms], synthetic: of });
    const use = await ask(synthetic);
    expect(await backend.untilOver(use)).toMatchObject({ state: 'succeeded', error: null });
    const [found] = await backend.call('utility.list', { project });
    expect(found?.report).toMatchObject({
      labels: { source: 'intensities' },
      split: { testOn: 'unseen', leakage: 'none', folds: 2 },
    });
    const heldOut = volumeList.filter(({ split }) => split === 'heldout').map(({ subject }) => subject);
    expect(new Set(found?.report.scans.map(({ subject }) => subject))).toEqual(new Set(heldOut));
    await expect(ask(measurement.id)).rejects.toThrow('no synthesis');
    expect(await backend.call('project.check', { project })).toMatchObject({ ok: true, problems: [] });
  },
);
