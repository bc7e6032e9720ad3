/** Segmentation networks trained with and without synthetic scans, with the real engine on small phantoms. */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { CommandInput } from '#contract/commands.ts';
import type { UtilityReport } from '#contract/evidence/utility.ts';
import { newProject, openBackend, type TestBackend } from '../openBackend.ts';
import { temporaryFolder } from '../temporaryFolder.ts';

const grid = 16;

interface Prepared {
  readonly project: string;
  readonly synthetic: string;
}

async function succeed(backend: TestBackend, job: Promise<Parameters<TestBackend['untilOver']>[0]>): Promise<string> {
  const over = await backend.untilOver(await job);
  expect(over).toMatchObject({ state: 'succeeded', error: null });
  return over.id;
}

/** Phantoms stand for what a generator made: their sidecars name the hash of a checkpoint that the project has trained. */
async function prepare(backend: TestBackend): Promise<Prepared> {
  const project = await newProject(backend);
  const [real, synthetic] = [join(temporaryFolder(), 'real'), join(temporaryFolder(), 'synthetic')];
  await succeed(backend, backend.call('phantom.create', { project, count: 5, seed: 1, out: real }));
  await succeed(backend, backend.call('phantom.create', { project, count: 3, seed: 50, out: synthetic }));
  const imported = { project, folder: real, name: 'phantoms', grid, spacingMm: 'auto', holdout: 0.6, seed: 1, derivative: 'labels' } as const; // prettier-ignore
  await succeed(backend, backend.call('dataset.import', imported));
  await succeed(backend, backend.call('model.train', {
    project, dataset: 'phantoms', modelId: 'dc-gan', preset: null, overrides: { width: 8, latent: 4, batch: 1 },
    until: { iterations: 1 }, seed: 1, previewEvery: 1000, checkpointEvery: 1000,
  })); // prettier-ignore
  return { project, synthetic };
}

async function nameGenerator(backend: TestBackend, { project, synthetic }: Prepared): Promise<void> {
  const [checkpoint] = await backend.call('checkpoint.list', { project });
  for (const file of readdirSync(synthetic, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.nii.gz') || file.startsWith('derivatives')) continue;
    const sidecar = join(synthetic, file.replace('.nii.gz', '.json'));
    writeFileSync(sidecar, JSON.stringify({ ModelHash: checkpoint?.sha256 }));
  }
}

const request = ({ project, synthetic }: Prepared): CommandInput<'utility.run'> => ({
  project,
  dataset: 'phantoms',
  synthetic,
  labels: 'tissue',
  arms: [{ kind: 'augmented' }, { kind: 'mixed', percent: 50 }, { kind: 'mixed', percent: 500 }, { kind: 'synthetic', percent: 100 }, { kind: 'mixed', percent: 1000 }], // prettier-ignore
  folds: 5,
  testOn: 'unseen',
  network: { width: 4, batch: 1, updates: 4, rate: 0.01 },
  seed: 2,
});

const armsOf = (report: UtilityReport | undefined): unknown => report?.arms.map(({ id, real, synthetic }) => ({ id, real, synthetic })); // prettier-ignore

test(
  'networks are tested on scans that the generator has not seen, every arm alike, and again the same',
  { timeout: 120_000 },
  async () => {
    const backend = openBackend();
    const prepared = await prepare(backend);
    await nameGenerator(backend, prepared);
    const { project } = prepared;
    const job = await succeed(backend, backend.call('utility.run', request(prepared)));
    const [found] = await backend.call('utility.list', { project });
    const report = found?.report;
    expect(found).toMatchObject({ job, report: { synthetic: { scans: 3, models: ['dc-gan'], labels: 'by-network' } } });
    expect(report?.split).toMatchObject({ folds: 3, testOn: 'unseen', leakage: 'none', trainingScans: [4, 4, 4] });
    expect(report?.labels).toEqual({ asked: 'tissue', source: 'label-maps', classes: ['fluid', 'grey matter', 'white matter'] }); // prettier-ignore
    expect(armsOf(report)).toEqual([
      { id: 'real', real: [4, 4, 4], synthetic: [0, 0, 0] },
      { id: 'augmented', real: [4, 4, 4], synthetic: [0, 0, 0] },
      { id: 'mixed-50', real: [4, 4, 4], synthetic: [2, 2, 2] },
      { id: 'mixed-500', real: [4, 4, 4], synthetic: [3, 3, 3] },
      { id: 'synthetic-100', real: [0, 0, 0], synthetic: [3, 3, 3] },
    ]);
    expect(report?.notes.some((note) => note.includes('mixed-1000 is left out'))).toBe(true);
    expect(report?.notes.some((note) => note.includes('no difference can be told from chance'))).toBe(true);
    const { volumeList } = await backend.call('dataset.show', { project, name: 'phantoms' });
    const heldOut = volumeList.filter(({ split }) => split === 'heldout').map(({ subject }) => subject);
    expect(new Set(report?.scans.map(({ subject }) => subject))).toEqual(new Set(heldOut));
    expect(report?.scans).toHaveLength(5 * 3);
    expect(report?.scans.every(({ isSeen }) => isSeen === false)).toBe(true);
    const html = readFileSync(join(project, 'reports', `${job}.html`), 'utf8');
    expect(/<script|https?:|NaN|undefined/.exec(html)).toBeNull();

    await succeed(backend, backend.call('utility.run', request(prepared)));
    const [again] = await backend.call('utility.list', { project });
    expect(again?.report.scans).toEqual(report?.scans);
    expect(again?.report.tests).toEqual(report?.tests);
    expect(await backend.call('project.check', { project })).toMatchObject({ ok: true, problems: [] });
  },
);

test(
  'what is not known is said, label maps that came with synthetic scans are used, and finished folds are not done again',
  { timeout: 120_000 },
  async () => {
    const backend = openBackend();
    const prepared = await prepare(backend);
    const { project } = prepared;
    const asked = { ...request(prepared), syntheticLabels: 'labels', arms: [{ kind: 'synthetic', percent: 100 } as const], folds: 2 }; // prettier-ignore
    const started = await backend.call('utility.run', { ...asked, network: { ...asked.network, updates: 60 } });
    await backend.until((event) => event.type === 'job.changed' && event.job.id === started.id && (event.job.progress?.note.startsWith('Fold 2') ?? false)); // prettier-ignore
    await backend.call('job.cancel', { project, job: started.id });
    expect(await backend.untilOver(started)).toMatchObject({ state: 'cancelled' });
    const before = readFileSync(join(project, 'jobs', started.id, 'fold-1.json'), 'utf8');
    const from = backend.events.length;
    await succeed(backend, backend.call('job.resume', { project, job: started.id, until: null }));
    const notes = backend.events.slice(from).flatMap((event) => (event.type === 'job.changed' ? [event.job.progress?.note ?? ''] : [])); // prettier-ignore
    expect(notes.some((note) => note.startsWith('Fold 2'))).toBe(true);
    expect(notes.some((note) => note.startsWith('Fold 1'))).toBe(false);
    expect(readFileSync(join(project, 'jobs', started.id, 'fold-1.json'), 'utf8')).toBe(before);

    const [found] = await backend.call('utility.list', { project });
    expect(found?.report).toMatchObject({
      synthetic: { models: [], labels: 'given' },
      split: { folds: 2, testOn: 'all', leakage: 'unknown' },
    });
    expect(found?.report.scans).toHaveLength(2 * 5);
  },
);
