/** Nobody's name leaves a project: of planted names nothing is in what is synthesised, made finer, measured, read, told or sent. */
import { mkdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { runCli } from '#test/cli/runCli.ts';
import { writeSmallCheckpoint } from '#test/worker/superResolutionCheckpoint.ts';
import { newProject, openBackend, type TestBackend } from '../openBackend.ts';
import { exampleStudy, passphrase } from '../studies/exampleStudy.ts';
import { readTrials, sendPack } from '../studies/packReading.ts';
import { temporaryFolder } from '../temporaryFolder.ts';
import { found, leaksIn, writeCanaries } from './canaryScans.ts';

const timeout = 240_000;

/** A folder for what is exported; names of files are left to the user, their bytes are not. */
function outFolder(name: string): string {
  const folder = join(temporaryFolder(), name);
  mkdirSync(folder);
  return folder;
}

async function synthesise(backend: TestBackend, project: string, out: string): Promise<void> {
  const training = await backend.call('model.train', {
    project, dataset: 'adults', modelId: 'alpha-wgan', preset: null, overrides: { width: 16, latent: 8, batch: 1 },
    until: { iterations: 1 }, seed: 3, previewEvery: 1, checkpointEvery: 1,
  }); // prettier-ignore
  expect(await backend.untilOver(training)).toMatchObject({ state: 'succeeded', error: null });
  const job = await backend.call('checkpoint.synthesize', { project, checkpoint: null, count: 4, seed: 1, truncation: 1, out }); // prettier-ignore
  expect(await backend.untilOver(job)).toMatchObject({ state: 'succeeded', error: null });
}

test('of planted names nothing is in any export, nor in what the project keeps of having made it', { timeout }, async () => {
  const backend = openBackend();
  const project = await newProject(backend);
  const folder = writeCanaries(temporaryFolder());
  const look = { project, folder, name: 'adults', grid: 16, spacingMm: 4, holdout: 0, seed: 1, derivative: null } as const;
  const imported = await backend.untilOver(await backend.call('dataset.import', look));
  expect(imported).toMatchObject({ state: 'succeeded', error: null });

  const synthetic = outFolder('synthetic');
  await synthesise(backend, project, synthetic);
  expect(leaksIn(synthetic)).toEqual([]);

  const { dir, id: checkpoint } = await writeSmallCheckpoint(temporaryFolder(), { factor: 2, strength: 0.02 });
  await backend.call('checkpoint.import', { project, folder: dir });
  const named = join(folder, 'Kanarix_Otto/1956-04-12/Kanarix_t1.nii');
  const { volumeList } = await backend.call('dataset.show', { project, name: 'adults' });
  const own = volumeList[0]?.path ?? '';
  const finer = { project, checkpoint, factor: null, tile: null, uncertainty: true, backProjection: 1 };
  const inside = await backend.untilOver(await backend.call('scan.superResolve', { ...finer, files: [own, named, join(folder, 'b Kanarix')], out: null }));
  expect(inside).toMatchObject({ state: 'succeeded', error: null });
  const out = outFolder('finer');
  const outside = await backend.untilOver(await backend.call('scan.superResolve', { ...finer, files: [named], out }));
  expect(outside).toMatchObject({ state: 'succeeded', error: null });
  expect(leaksIn(out).filter((leak) => !leak.startsWith('name '))).toEqual([]);
  const failed = await backend.untilOver(await backend.call('scan.superResolve', { ...finer, files: [join(folder, 'Kanarix none.nii')], out }));
  expect(failed).toMatchObject({ state: 'failed', error: { code: 'not-found', message: expect.stringContaining('Kanarix none') as string } });

  const evidence = outFolder('evidence');
  const input = { project, checkpoint, high: [named], includeTraining: true, backProjection: 0, out: evidence, seed: 1 };
  const measured = await backend.untilOver(await backend.call('checkpoint.evaluate', input));
  expect(measured).toMatchObject({ state: 'succeeded', error: null });
  expect(leaksIn(evidence)).toEqual([]);

  const far = volumeList.find(({ transform }) => transform.native.format === 'dicom'); // of 8 mm: too large for this grid
  await backend.call('volume.setRemoved', { project, volume: far?.id ?? '', removed: true });
  const readers = [{ name: 'a', role: 'radiologist', years: 5, pin: null }];
  const study = await exampleStudy(backend, { project, synthetic }, { readers });
  const { away, pack, answers } = await sendPack(backend, project, study);
  await readTrials(backend, away, 'a');
  await backend.call('study.exportAnswers', { ...away, out: answers });
  await backend.call('study.mergeAnswers', { project, path: answers, acceptUnfinished: false });
  await backend.call('study.close', { project, study: study.id, passphrase });
  await backend.call('study.report', { project, study: study.id });
  for (const place of [join(pack, '..'), away.project, project]) expect(leaksIn(place)).toEqual([]);

  // This process knows the user's names while it lives, and no other does.
  const shown = async (of: TestBackend, job: string) => {
    const { volumes } = await of.call('scan.superResolveResult', { project, job });
    const { artifacts, files } = await of.call('job.show', { project, job });
    return { volumes, files, paths: artifacts.map(({ path }) => path) };
  };
  const now = await shown(backend, outside.id);
  expect(now.volumes).toMatchObject([{ source: named, path: join(out, 'Kanarix_t1_superres.nii.gz') }]);
  expect((await backend.call('evaluation.list', { project }))[0]?.report.scans).toMatchObject([{ source: 'Kanarix_t1.nii' }]);
  await backend.close();
  const later = openBackend();
  expect(leaksIn(project)).toEqual([]);
  const stored = await shown(later, outside.id);
  expect(found(JSON.stringify(stored))).toEqual([]);
  expect(stored.volumes).toMatchObject([{ source: 'file-0001.nii', path: expect.stringMatching(/^\(not kept\)/) as string }]);
  const { artifacts } = await later.call('job.show', { project, job: outside.id });
  const lost = artifacts.find(({ kind }) => kind === 'super-resolved-volume');
  const { id: projectId } = await later.call('project.show', { project });
  expect(await later.dispatch('file.locate', { projectId, kind: 'artifact', id: lost?.id ?? '' })).toMatchObject({ ok: false, error: { code: 'not-found', message: expect.stringContaining('is not kept') as string } });
  const kept = await shown(later, inside.id);
  expect(kept.volumes.map(({ source }) => source)).toEqual([own, 'file-0002.nii']);
  expect(kept.files.map(({ path }) => path)).toEqual([relative(project, own), 'file-0002.nii', 'file-0003.nrrd']);
  expect(found(JSON.stringify(await later.call('job.list', { project })))).toEqual([]);
  expect((await later.call('evaluation.list', { project }))[0]?.report.scans).toMatchObject([{ source: 'file-0001.nii' }]);
  expect(await later.dispatch('job.resume', { project, job: failed.id, until: null })).toMatchObject({ ok: false, error: { code: 'usage' } });
  await later.close();

  for (const words of [['dataset', 'show', '--name', 'adults'], ['job', 'show', outside.id], ['job', 'show', failed.id]]) {
    const told = await runCli(project, ...words, '--project', project);
    expect(told.code, told.stderr).toBe(0);
    expect(found(told.stdout + told.stderr), words.join(' ')).toEqual([]);
  }
}); // prettier-ignore
