/** Phantoms, a short training of the smallest network that enlarges scans, and its evaluation, with the real engine. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { CommandInput } from '#contract/commands.ts';
import type { EvaluationReport } from '#contract/evaluation.ts';
import { newProject, openBackend, type TestBackend } from '../openBackend.ts';
import { temporaryFolder } from '../temporaryFolder.ts';

/** A project with a trained checkpoint; `scans` is the folder of the phantoms, of which sub-phantom… some were trained on. */
async function trainedProject(backend: TestBackend): Promise<{ project: string; scans: string }> {
  const project = await newProject(backend);
  const scans = join(temporaryFolder(), 'scans');
  await backend.untilOver(await backend.call('phantom.create', { project, count: 3, seed: 1, out: scans }));
  const request = { project, folder: scans, name: 'phantoms', grid: 48, spacingMm: 'auto', holdout: 0.34, seed: 1, derivative: 'labels' } as const; // prettier-ignore
  expect(await backend.untilOver(await backend.call('dataset.import', request))).toMatchObject({ state: 'succeeded' });
  const training = await backend.call('model.train', {
    project,
    dataset: 'phantoms',
    modelId: 'srgan',
    preset: null,
    overrides: { factor: '1x1x2', features: 8, blocks: 1, patch: 16, batch: 1, noise: 0.01 },
    until: { iterations: 2 },
    seed: 3,
    previewEvery: 1000,
    checkpointEvery: 1000,
  });
  expect(await backend.untilOver(training)).toMatchObject({ state: 'succeeded' });
  return { project, scans };
}

const request = (project: string): CommandInput<'checkpoint.evaluate'> => ({
  project,
  checkpoint: null,
  high: [],
  includeTraining: false,
  backProjection: 2,
  out: null,
  seed: 1,
});

/** What does not depend on the clock. */
const numbersOf = ({ scans, summaries, tests, agreement }: EvaluationReport): unknown => ({
  scans: scans.map((scan) => ({ ...scan, methods: scan.methods.map(({ seconds, ...rest }) => ({ ...rest, isTimed: seconds >= 0 })) })),
  summaries, tests, agreement,
}); // prettier-ignore

test(
  'a checkpoint is measured on held-out scans, and never unasked on those it was trained on',
  { timeout: 240_000 },
  async () => {
    const backend = openBackend();
    const { project, scans } = await trainedProject(backend);
    const out = join(temporaryFolder(), 'evidence');

    const first = await backend.untilOver(await backend.call('checkpoint.evaluate', { ...request(project), out }));
    expect(first).toMatchObject({ state: 'succeeded', error: null });
    const [found] = await backend.call('evaluation.list', { project });
    expect(found).toMatchObject({
      job: first.id,
      report: { backProjection: 2, scannerModel: { factor: [1, 1, 2], noise: 0.01 } },
    });
    const [scan] = found?.report.scans ?? [];
    expect(found?.report.scans).toHaveLength(1);
    expect(scan).toMatchObject({ split: 'heldout' });
    expect(scan?.labelMl).not.toBeNull();
    expect(scan?.methods.map(({ method }) => method)).toEqual([
      'network',
      'network-projected',
      'nearest',
      'trilinear',
      'cubic',
      'cubic-projected',
    ]);
    for (const { psnr, ssim, nrmse } of scan?.methods ?? []) {
      expect(psnr).toBeGreaterThan(15);
      expect(ssim).toBeGreaterThan(0.5);
      expect(nrmse).toBeLessThan(0.5);
    }
    // Back-projection takes the result nearer to its input, which is what it is for.
    const consistencyOf = (method: string): number => scan?.methods.find((result) => result.method === method)?.dataConsistency ?? NaN; // prettier-ignore
    expect(consistencyOf('network-projected')).toBeLessThan(consistencyOf('network'));

    expect(readdirSync(out).sort()).toEqual(['evaluation.html', 'evaluation.json']);
    const html = readFileSync(join(out, 'evaluation.html'), 'utf8').replaceAll(/base64,[^\"]*/g, '');
    expect(/<script|https?:|NaN|undefined/.exec(html)).toBeNull();
    expect(existsSync(join(project, 'jobs', first.id, 'coarse.nii'))).toBe(false);
    expect(await backend.call('project.check', { project })).toMatchObject({ ok: true, problems: [] });

    const again = await backend.untilOver(await backend.call('checkpoint.evaluate', request(project)));
    const [second] = await backend.call('evaluation.list', { project });
    expect(second?.job).toBe(again.id);
    expect(second === undefined ? null : numbersOf(second.report)).toEqual(
      found === undefined ? null : numbersOf(found.report),
    );

    const { volumeList } = await backend.call('dataset.show', { project, name: 'phantoms' });
    const trainedOn = volumeList.find(({ split }) => split === 'train')?.sourceFile ?? '';
    const named = { ...request(project), high: [join(scans, trainedOn)], backProjection: 0 };
    expect(await backend.untilOver(await backend.call('checkpoint.evaluate', named))).toMatchObject({
      state: 'failed',
      error: { code: 'usage', message: expect.stringContaining('was trained on') as string },
    });
  },
);
