/** Whole heads, which show faces, are refused for training until the user allows them. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { AffineMatrix } from '#contract/records.ts';
import { brainValues, writeScan } from '#test/imaging/scanFixture.ts';
import { newProject, openBackend } from '../openBackend.ts';
import { temporaryFolder } from '../temporaryFolder.ts';

const size = [24, 24, 24] as const;

/** Two scans of as many millilitres as a head has. */
function heads(): string {
  const folder = temporaryFolder();
  const mm = 14;
  const sform: AffineMatrix = [
    [mm, 0, 0, 0],
    [0, mm, 0, 0],
    [0, 0, mm, 0],
    [0, 0, 0, 1],
  ];
  for (const name of ['ada', 'ben']) {
    writeScan(join(folder, `${name}.nii`), { size, values: brainValues(size, name.charCodeAt(0)), sform });
  }
  return folder;
}

test('a dataset of whole heads is refused in plain words, and trained on where that is allowed', async () => {
  const backend = openBackend();
  const project = await newProject(backend);
  const settings = { name: 'heads', grid: 16, spacingMm: 25, holdout: 0.5, seed: 1, derivative: null } as const;
  const imported = await backend.untilOver(
    await backend.call('dataset.import', { project, folder: heads(), ...settings }),
  );
  expect(imported).toMatchObject({ state: 'succeeded', error: null });
  expect(await backend.call('dataset.show', { project, name: 'heads' })).toMatchObject({ train: 1, heads: 1 });

  const input = {
    project,
    dataset: 'heads',
    modelId: 'alpha-wgan',
    preset: null,
    overrides: { width: 16, latent: 8, batch: 1 },
    until: { iterations: 1 },
    seed: 1,
    previewEvery: null,
    checkpointEvery: null,
  };
  expect(await backend.dispatch('model.train', input)).toMatchObject({
    ok: false,
    error: {
      code: 'usage',
      message: expect.stringMatching(/1 training scan .*whole head.*97 %.*--allow-heads/) as string,
    },
  });
  const job = await backend.call('model.train', { ...input, allowHeads: true });
  expect(job.request).toMatchObject({ kind: 'train', allowHeads: true });
  await backend.call('job.cancel', { project, job: job.id });
});
