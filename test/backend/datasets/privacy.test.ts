/** Nobody's name stays after an import: names planted in everything that a file can hold are searched for in everything written. */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { CommandInput } from '#contract/commands.ts';
import { newProject, openBackend, type TestBackend } from '../openBackend.ts';
import { temporaryFolder } from '../temporaryFolder.ts';
import { canaries, found, leaksIn, writeCanaries } from './canaryScans.ts';

const timeout = 60_000;

const settings = { name: 'set', grid: 16, spacingMm: 'auto', holdout: 0.2, seed: 1, derivative: null } as const;

async function importCanaries(backend: TestBackend, project: string, keyFile?: string) {
  const folder = writeCanaries(temporaryFolder());
  const look = await backend.untilOver(await backend.call('dataset.scan', { project, folder }));
  const [usable] = (await backend.call('dataset.scanResult', { project, job: look.id })).filter(
    ({ verdict }) => verdict !== 'rejected',
  );
  const preview = { job: look.id, path: usable?.path ?? '', grid: 16, spacingMm: 4 };
  await backend.call('dataset.preview', { project, ...preview });
  const input = { project, folder, ...settings, ...(keyFile === undefined ? {} : { keyFile }) };
  const job = await backend.untilOver(await backend.call('dataset.import', input));
  return { folder, job };
}

test('of planted names, dates and numbers nothing is in the project, its logs or an export', { timeout }, async () => {
  const backend = openBackend();
  const project = await newProject(backend);
  const { folder, job } = await importCanaries(backend, project);
  expect(job).toMatchObject({ state: 'succeeded', error: null });
  const planted = leaksIn(folder);
  for (const canary of canaries) expect(planted.some((leak) => leak.endsWith(canary)), canary).toBe(true);
  const told = await backend.call('job.show', { project, job: job.id });
  expect(found(JSON.stringify(told.files))).toContain('kanarix'); // while it is open, its user sees his own names
  expect(told.files.filter(({ status }) => status === 'rejected').map(({ code }) => code).sort()).toEqual(
    ['duplicate', 'not-an-image', 'unknown-datatype', 'unsupported-format'],
  );

  const nameless = join(folder, 'b Kanarix');
  const failing: CommandInput<'dataset.import'> = {
    project,
    ...settings,
    name: 'none',
    folder: nameless,
    preprocess: {
      biasField: false,
      brainMask: { from: { method: 'files', folder: nameless }, steps: [] },
      normalise: 'percentile',
      align: { reference: 'Kanarix.nrrd', transform: 'rigid', metric: 'correlation' },
    },
  };
  expect((await backend.untilOver(await backend.call('dataset.import', failing))).state).toBe('failed');
  expect(leaksIn(project)).toEqual([]); // with the write-ahead log as it is

  const out = temporaryFolder();
  const file = join(folder, 'Kanarix_Otto/1956-04-12/Kanarix_t1.nii');
  await backend.call('scan.degrade', { file, out: join(out, 'coarse.nii.gz'), factor: '2', profile: 'box', noise: 0, seed: 1 });
  expect(leaksIn(out)).toEqual([]);

  const shown = await backend.call('dataset.show', { project, name: 'set' });
  expect(found(JSON.stringify(shown))).toEqual([]);
  expect(shown.volumeList.map(({ subject }) => subject)).toEqual(['sub-0001', 'sub-p0001', 'sub-p0002', 'sub-p0003', 'sub-p0004']);
  const of = (format: string) => shown.volumeList.find(({ transform }) => transform.native.format === format);
  expect(of('nifti1')).toMatchObject({ session: 'ses-p1', attributes: { age: 90, sex: 'M', group: 'a', ventricles: 31.5 } });
  expect(of('mgh')?.sourceFile).toMatch(/^sub-p000\d_T1w\.mgh$/);
  expect(of('dicom')?.attributes).toEqual({ age: 90, sex: 'F', Modality: 'MR', Manufacturer: 'Siemens', ManufacturersModelName: 'Prisma' });

  const { privacy } = told;
  expect(found(JSON.stringify(privacy))).toEqual([]);
  expect(privacy).toMatchObject({
    subjects: { kept: 0, pseudonyms: 5 },
    columns: { kept: ['age', 'sex', 'group', 'ventricles'] },
    privateElements: 48,
    keyFile: false,
  });
  expect(privacy?.columns.left.map(({ column, why }) => `${column} ${why}`).sort()).toEqual(['MRN identifier', 'birth_date date', 'name identifier', 'notes text', 'phone identifier', 'visit date']);
  expect(privacy?.methods.map(({ code }) => code)).toEqual(['113100', '113105', '113108', '113109']);
  expect(privacy?.elements).toContainEqual({ tag: '(0010,0010)', keyword: 'PatientName', files: 24 });

  await backend.close();
  expect(leaksIn(project)).toEqual([]);
  const later = openBackend();
  const stored = await later.call('job.show', { project, job: job.id });
  expect(found(JSON.stringify(stored))).toEqual([]);
  expect(stored.privacy).toEqual(privacy);
  const jobs = await later.call('job.list', { project });
  expect(found(JSON.stringify(jobs))).toEqual([]);
  const failed = jobs.find(({ state }) => state === 'failed');
  expect(await later.dispatch('job.resume', { project, job: failed?.id ?? '', until: null })).toMatchObject({ ok: false, error: { code: 'usage' } });
}); // prettier-ignore

test('a key of pseudonyms is written only if asked for, outside the project, for its owner alone', { timeout }, async () => {
  const backend = openBackend();
  const project = await newProject(backend);
  const folder = temporaryFolder();
  const refused = await backend.dispatch('dataset.import', { project, folder, ...settings, keyFile: join(project, 'jobs', 'key.csv') });
  expect(refused).toMatchObject({ ok: false, error: { code: 'usage' } });
  const keyFile = join(folder, 'key.csv');
  const { job } = await importCanaries(backend, project, keyFile);
  expect(job.state).toBe('succeeded');
  const rows = readFileSync(keyFile, 'utf8').trimEnd().split('\r\n');
  expect(rows).toHaveLength(6);
  expect(rows.filter((row) => /^"sub-p000\d",.*Kanarix_Otto/.test(row))).toHaveLength(1);
  expect(found(rows.find((row) => row.startsWith('"sub-0001",')) ?? '')).not.toEqual([]); // a patient of DICOM files
  if (process.platform !== 'win32') expect(statSync(keyFile).mode & 0o777).toBe(0o600);
  await backend.close();
  expect(leaksIn(project)).toEqual([]);
}); // prettier-ignore
