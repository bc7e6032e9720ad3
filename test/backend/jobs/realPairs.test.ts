/** Super-resolution from real pairs through the whole chain: phantoms, what a thicker protocol saw of them, a training. */
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { CommandInput } from '#contract/commands.ts';
import { readVolume } from '#imaging/readVolume.ts';
import { newProject, openBackend, type TestBackend } from '../openBackend.ts';
import { temporaryFolder } from '../temporaryFolder.ts';

/** Phantoms of 3.4 mm and, in `low`, all but the last one with thick slices, and somebody else. */
async function twoFolders(
  backend: TestBackend,
  project: string,
): Promise<{ high: string; low: string; names: string[] }> {
  const folder = temporaryFolder();
  const [drawn, high, low] = ['drawn', 'high', 'low'].map((name) => join(folder, name)) as [string, string, string];
  await backend.untilOver(await backend.call('phantom.create', { project, count: 4, seed: 1, out: drawn }));
  const names = readdirSync(drawn).filter((name) => name.startsWith('sub-')).sort(); // prettier-ignore
  const seen = async (name: string, factor: string, out: string): Promise<void> => {
    const [file = ''] = readdirSync(join(drawn, name), { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('_T1w.nii.gz')); // prettier-ignore
    await backend.call('scan.degrade', { file: join(drawn, name, file), out, factor, profile: 'box', noise: 0.01, seed: 1 }); // prettier-ignore
  };
  for (const name of names) await seen(name, '2', join(high, `${name}_T1w.nii.gz`));
  for (const name of names.slice(0, 3)) await seen(name, '2x2x4', join(low, `${name}_acq-thick_T1w.nii.gz`));
  await seen(names[0] ?? '', '2x2x4', join(low, 'sub-stranger_T1w.nii.gz'));
  return { high, low, names };
}

test(
  'a network learns from real pairs and is measured on real low-resolution scans',
  { timeout: 480_000 },
  async () => {
    const backend = openBackend();
    const project = await newProject(backend);
    const { high, low, names } = await twoFolders(backend, project);
    const input = { project, folder: high, name: 'pairs', grid: 48, spacingMm: 3.4, holdout: 0.34, seed: 1, derivative: null } as const; // prettier-ignore

    await expect(
      backend.call('dataset.import', { ...input, grid: 49, pairs: { folder: low, factor: '1x1x2' } }),
    ).rejects.toThrow(/usage: .*no whole number of blocks/);
    const wrong = await backend.untilOver(await backend.call('dataset.import', { ...input, pairs: { folder: low, factor: '1x1x4' } })); // prettier-ignore
    expect(wrong).toMatchObject({ state: 'failed', error: { code: 'no-usable-scans' } });
    const { files: refused } = await backend.call('job.show', { project, job: wrong.id });
    expect(refused.filter(({ code }) => code === 'wrong-factor')).toHaveLength(3);

    const imported = await backend.untilOver(await backend.call('dataset.import', { ...input, pairs: { folder: low, factor: '1x1x2' } })); // prettier-ignore
    expect(imported).toMatchObject({ state: 'succeeded', error: null });
    const { files } = await backend.call('job.show', { project, job: imported.id });
    expect(files.filter(({ code }) => code === 'no-pair').map(({ path }) => path)).toEqual([
      expect.stringContaining(names[3] ?? 'none') as string,
      '../low/sub-stranger_T1w.nii.gz',
    ]);
    const { volumeList } = await backend.call('dataset.show', { project, name: 'pairs' });
    expect(volumeList).toHaveLength(3);
    for (const { low: stored, affine } of volumeList) {
      expect(stored).toMatchObject({ factor: [1, 1, 2], sourceFile: expect.stringContaining('acq-thick') as string });
      expect(stored?.correlation).toBeGreaterThan(0.9);
      const { volume } = await readVolume(stored?.path ?? '');
      expect(volume.size).toEqual([48, 48, 24]);
      expect(volume.affine[2][2]).toBeCloseTo(2 * affine[2][2], 5);
      expect(volume.affine[2][3]).toBeCloseTo(affine[2][3] + affine[2][2] / 2, 4);
    }
    expect(await backend.call('project.check', { project })).toMatchObject({ ok: true, problems: [] });

    const training: CommandInput<'model.train'> = {
      project,
      dataset: 'pairs',
      modelId: 'srgan',
      preset: null,
      overrides: { factor: '1x1x2', features: 8, blocks: 1, patch: 16, batch: 1 },
      until: { iterations: 2 },
      seed: 3,
      previewEvery: 1000,
      checkpointEvery: 1000,
    };
    await expect(
      backend.call('model.train', { ...training, overrides: { ...training.overrides, factor: 2 } }),
    ).rejects.toThrow(/usage: The real pairs .* are of factor 1x1x2/);
    expect(await backend.untilOver(await backend.call('model.train', training))).toMatchObject({ state: 'succeeded' });
    const [checkpoint] = await backend.call('checkpoint.list', { project });
    expect(checkpoint?.trainedOn).toMatchObject({ pairs: 'real', scans: 2 });

    const evaluation: CommandInput<'checkpoint.evaluate'> = {
      project,
      checkpoint: null,
      high: [],
      includeTraining: false,
      backProjection: 0,
      out: null,
      seed: 1,
    };
    expect(await backend.untilOver(await backend.call('checkpoint.evaluate', evaluation))).toMatchObject({ state: 'succeeded' }); // prettier-ignore
    const [heldOut] = await backend.call('evaluation.list', { project });
    expect(heldOut?.report).toMatchObject({ inputs: 'real', warnings: [] });
    const nameOf = (split: string): string => volumeList.find((volume) => volume.split === split)?.subject ?? 'none';
    const fileOf = (subject: string): string => join(high, volumeList.find((volume) => volume.subject === subject)?.sourceFile ?? ''); // prettier-ignore
    const lowOf = (subject: string): string => join(low, `${subject}_acq-thick_T1w.nii.gz`);
    const named = { ...evaluation, high: [fileOf(nameOf('heldout'))], low: [lowOf(nameOf('heldout'))] };
    expect(await backend.untilOver(await backend.call('checkpoint.evaluate', named))).toMatchObject({ state: 'succeeded' }); // prettier-ignore
    const [found] = await backend.call('evaluation.list', { project });
    expect(found?.report.inputs).toBe('real');
    const [scan] = found?.report.scans ?? [];
    expect(scan?.warnings.join(' ')).toMatch(/correlation of 0\.9/);
    const psnrOf = (method: string): number => scan?.methods.find((result) => result.method === method)?.psnr ?? NaN;
    expect(psnrOf('cubic')).toBeGreaterThan(20);
    expect(psnrOf('cubic')).toBeGreaterThan(psnrOf('nearest'));

    const unpaired = { ...evaluation, high: [fileOf(nameOf('heldout'))], low: [lowOf(nameOf('train')), lowOf(nameOf('heldout'))] }; // prettier-ignore
    expect(await backend.untilOver(await backend.call('checkpoint.evaluate', unpaired))).toMatchObject({
      state: 'failed',
      error: { code: 'usage', message: expect.stringContaining('There is no high-resolution scan of') as string },
    });

    rmSync(join(project, volumeList[0]?.low?.path.slice(project.length) ?? 'none'));
    expect(await backend.call('project.check', { project })).toMatchObject({ ok: false });
    expect(readFileSync(join(project, 'reports', `${found?.job ?? ''}.html`), 'utf8')).toContain('real low-resolution');
  },
);
