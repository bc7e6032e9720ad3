/** A look through a folder, a preview of a grid and taking volumes out, with real worker processes. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decode } from 'fast-png';
import { expect, test } from 'vitest';
import type { Job } from '#contract/jobs.ts';
import { brainValues, writeScan } from '#test/imaging/scanFixture.ts';
import { newProject, openBackend, type TestBackend } from '../openBackend.ts';
import { temporaryFolder } from '../temporaryFolder.ts';

const size = [30, 34, 30] as const;
const pngOf = (path: string): { width: number; height: number } => decode(readFileSync(path));

/** Three good scans of two subjects, a copy of one, an empty file, a format that is not read. */
function exampleFolder(): string {
  const root = temporaryFolder();
  const scan = (path: string, shade: number): void => {
    writeScan(join(root, path), { size, values: brainValues(size, shade) });
  };
  scan('anna/first/t1.nii.gz', 0);
  scan('anna/second/t1.nii.gz', 1);
  scan('bert/t1.nii.gz', 2);
  scan('carl/t1.nii.gz', 2);
  mkdirSync(join(root, 'dora'));
  writeFileSync(join(root, 'dora/t1.nii.gz'), '');
  writeFileSync(join(root, 'dora/t1.mnc'), 'x');
  return root;
}

async function scanOf(backend: TestBackend, project: string, folder: string): Promise<Job> {
  return backend.untilOver(await backend.call('dataset.scan', { project, folder }));
}

async function importInto(backend: TestBackend, project: string): Promise<void> {
  const input = { folder: exampleFolder(), name: 'set', grid: 16, holdout: 0, seed: 1, derivative: null };
  const job = await backend.call('dataset.import', { project, spacingMm: 'auto', ...input });
  expect((await backend.untilOver(job)).state).toBe('succeeded');
}

test('a look tells for each file what an import would make of it, and shows it', async () => {
  const backend = openBackend();
  const project = await newProject(backend);
  const job = await scanOf(backend, project, exampleFolder());
  expect(job).toMatchObject({ kind: 'scan', state: 'succeeded', error: null });
  const found = await backend.call('dataset.scanResult', { project, job: job.id });
  expect(found.map(({ path, subject, session, verdict, code }) => [path, subject, session, verdict, code])).toEqual([
    ['dora/t1.mnc', null, null, 'rejected', 'unsupported-format'],
    ['anna/first/t1.nii.gz', 'anna', 'first', 'ok', 'ok'],
    ['anna/second/t1.nii.gz', 'anna', 'second', 'ok', 'ok'],
    ['bert/t1.nii.gz', 'bert', null, 'ok', 'ok'],
    ['carl/t1.nii.gz', 'carl', null, 'rejected', 'duplicate'],
    ['dora/t1.nii.gz', 'dora', null, 'rejected', 'empty'],
  ]);
  expect(found[1]).toMatchObject({ size: [30, 34, 30], spacingMm: [2, 2, 2], orientation: 'RAS', format: 'nifti1' });
  expect(found[5]).toMatchObject({ size: null, spacingMm: null, orientation: null, thumbnail: null });
  expect(found.filter(({ reason }) => reason !== '').map(({ verdict }) => verdict)).toEqual(Array(3).fill('rejected'));

  const { artifacts } = await backend.call('job.show', { project, job: job.id });
  const thumbnails = found.flatMap(({ thumbnail }) => artifacts.filter(({ id }) => id === thumbnail));
  expect(thumbnails.length).toBe(4);
  for (const { path } of thumbnails) expect(pngOf(join(project, path)).width).toBeGreaterThan(100);
  const told = backend.events.flatMap((event) => (event.type === 'scan.found' ? [event.candidate] : []));
  expect(told).toEqual(found);
  expect(await backend.call('project.check', { project })).toEqual({ ok: true, filesChecked: 4, problems: [] });
});

test('a look at a folder that is not there is refused, a result of another kind of job is empty', async () => {
  const backend = openBackend();
  const project = await newProject(backend);
  expect(await backend.dispatch('dataset.scan', { project, folder: '/nowhere/at/all' })).toMatchObject({
    ok: false,
    error: { code: 'not-found' },
  });
  expect(await backend.dispatch('dataset.scan', { project, folder: 'relative' })).toMatchObject({
    ok: false,
    error: { code: 'usage' },
  });
});

test('a preview shows a scan before and after at the same size, and only of scans that the look found', async () => {
  const backend = openBackend();
  const project = await newProject(backend);
  const job = await scanOf(backend, project, exampleFolder());
  const input = { project, job: job.id, path: 'bert/t1.nii.gz', grid: 16 };
  const preview = await backend.call('dataset.preview', { ...input, spacingMm: 'auto' });
  expect(preview.spacingMm).toBeGreaterThan(2);
  expect(preview.warnings).toEqual([]);
  const { artifacts } = await backend.call('job.show', { project, job: job.id });
  const [before, after] = [preview.before, preview.after].map((id) => {
    const artifact = artifacts.find((candidate) => candidate.id === id);
    return pngOf(join(project, artifact?.path ?? 'none'));
  });
  expect(before?.height).toBe(after?.height);
  expect((await backend.call('dataset.preview', { ...input, spacingMm: 1 })).warnings[0]).toContain('outside the grid');
  expect(await backend.dispatch('dataset.preview', { ...input, spacingMm: 1, path: '../secret.nii' })).toMatchObject({
    ok: false,
    error: { code: 'not-found' },
  });
  expect((await backend.call('project.check', { project })).problems).toEqual([]);
});

test('a preview shows what preparation does before the grid, says what was done, and ends when it is wanted no more', async () => {
  const backend = openBackend();
  const project = await newProject(backend);
  const job = await scanOf(backend, project, exampleFolder());
  const preprocess = {
    biasField: false,
    brainMask: { from: { method: 'threshold', low: 50, high: null }, steps: [{ do: 'erode', mm: 2 }] },
    normalise: 'histogram',
    align: { reference: 'anna/first/t1.nii.gz', transform: 'rigid', metric: 'correlation' },
  } as const;
  const input = { project, job: job.id, path: 'bert/t1.nii.gz', grid: null, spacingMm: 'auto' } as const;
  const asked = { ...input, preprocess: { ...preprocess, brainMask: { ...preprocess.brainMask, steps: [...preprocess.brainMask.steps] } } }; // prettier-ignore

  const dropped = backend.dispatch('dataset.preview', asked);
  const stopped = backend.dispatch('dataset.preview', { ...asked, path: 'anna/second/t1.nii.gz' });
  expect(await dropped).toMatchObject({ ok: false, error: { code: 'cancelled' } });
  await backend.call('dataset.stopPreview', {});
  expect(await stopped).toMatchObject({ ok: false, error: { code: 'cancelled' } });

  const preview = await backend.call('dataset.preview', asked);
  expect(preview).toMatchObject({
    spacingMm: null,
    alignment: { transform: 'rigid', metric: 'correlation' },
    preprocessing: { biasField: null, normalise: 'histogram', brainMask: { method: 'threshold' } },
  });
  expect(preview.alignment?.overlap).toBeGreaterThan(0.95);
  const { artifacts } = await backend.call('job.show', { project, job: job.id });
  const [before, after] = [preview.before, preview.after].map((id) =>
    decode(readFileSync(join(project, artifacts.find((candidate) => candidate.id === id)?.path ?? 'none'))),
  );
  expect([after?.width, after?.height]).toEqual([before?.width, before?.height]);
  const shown = (data: ArrayLike<number> = []): number => Array.from(data).filter((grey) => grey > 30).length;
  expect(shown(after?.data)).toBeGreaterThan(0);
  expect(shown(after?.data)).toBeLessThan(0.95 * shown(before?.data)); // eroded
});

test('an import makes a thumbnail of each volume, which belongs to the project', async () => {
  const backend = openBackend();
  const project = await newProject(backend);
  await importInto(backend, project);
  const { volumeList } = await backend.call('dataset.show', { project, name: 'set' });
  expect(volumeList.map(({ removed }) => removed)).toEqual([false, false, false]);
  for (const { id, thumbnailPath } of volumeList) {
    expect(thumbnailPath).toBe(join(project, 'volumes', `${id}.png`));
    const { width, height } = pngOf(thumbnailPath ?? 'none');
    expect(width).toBe(3 * height + 2); // three square slices and the gaps between them
  }
  expect(await backend.call('project.check', { project })).toEqual({ ok: true, filesChecked: 6, problems: [] });
  writeFileSync(volumeList[0]?.thumbnailPath ?? 'none', 'changed');
  expect((await backend.call('project.check', { project })).problems.length).toBe(1);
});

test('a removed volume counts no more, changes the fingerprint, and comes back as it was', async () => {
  const backend = openBackend();
  const project = await newProject(backend);
  await importInto(backend, project);
  const before = await backend.call('dataset.show', { project, name: 'set' });
  const [first, ...others] = before.volumeList.map(({ id }) => id);
  if (first === undefined) throw new Error('nothing was imported');

  const without = await backend.call('volume.setRemoved', { project, volume: first, removed: true });
  expect(without).toMatchObject({ volumes: 2, train: 2 });
  expect(without.fingerprint).not.toBe(before.fingerprint);
  expect((await backend.call('project.show', { project })).volumes).toBe(2);
  const after = await backend.call('dataset.show', { project, name: 'set' });
  expect(after.volumeList.filter(({ removed }) => removed).map(({ id }) => id)).toEqual([first]);
  expect(existsSync(after.volumeList[0]?.path ?? 'none')).toBe(true);

  const again = await backend.call('volume.setRemoved', { project, volume: first, removed: false });
  expect(again.fingerprint).toBe(before.fingerprint);

  for (const volume of others) await backend.call('volume.setRemoved', { project, volume, removed: true });
  expect(await backend.dispatch('volume.setRemoved', { project, volume: first, removed: true })).toMatchObject({
    ok: false,
    error: { code: 'wrong-state' },
  });
  expect((await backend.call('dataset.show', { project, name: 'set' })).volumes).toBe(1);
  expect(await backend.dispatch('volume.setRemoved', { project, volume: 'none', removed: true })).toMatchObject({
    ok: false,
    error: { code: 'not-found' },
  });
});
