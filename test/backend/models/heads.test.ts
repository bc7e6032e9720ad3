/** Whole heads, which show faces, are refused for training until the user allows them. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { AffineMatrix } from '#contract/records.ts';
import { brainValues, writeScan } from '#test/imaging/scanFixture.ts';
import { newProject, openBackend } from '../openBackend.ts';
import { temporaryFolder } from '../temporaryFolder.ts';

const size = [24, 24, 24] as const;

const affineOf = (mm: number): AffineMatrix => [
  [mm, 0, 0, 0],
  [0, mm, 0, 0],
  [0, 0, mm, 0],
  [0, 0, 0, 1],
];

/** Two scans of as many millilitres as a head has. */
function heads(): string {
  const folder = temporaryFolder();
  for (const name of ['ada', 'ben']) {
    writeScan(join(folder, `${name}.nii`), {
      size,
      values: brainValues(size, name.charCodeAt(0)),
      sform: affineOf(14),
    });
  }
  return folder;
}

/** Two heads of balls in shells, cut off in the middle: a brain's worth of millilitres each. */
function halfHeads(): string {
  const folder = temporaryFolder();
  const half = [64, 64, 36] as const;
  for (const name of ['ada', 'ben']) {
    const values = Float32Array.from({ length: half[0] * half[1] * half[2] }, (_, at) => {
      const [x, y, z] = [at % 64, Math.floor(at / 64) % 64, Math.floor(at / 64 ** 2)];
      const radius = Math.hypot(x - 31.5, y - 31.5, z);
      if (radius > 30 || (radius > 24 && radius < 27.5)) return 0;
      return (radius < 24 ? 90 : 130) + ((at * 7) % 11) + (name === 'ada' ? 0 : 3);
    });
    writeScan(join(folder, `${name}.nii`), { size: half, values, sform: affineOf(3) });
  }
  return folder;
}

test.each([
  { which: 'whole heads', folderOf: heads, words: /ml, more than a brain has/ },
  { which: 'halves of heads', folderOf: halfHeads, words: /dark shell, as of a skull/ },
])(
  'a dataset of $which is refused in plain words, and trained on where that is allowed',
  async ({ folderOf, words }) => {
    const backend = openBackend();
    const project = await newProject(backend);
    const settings = { name: 'heads', grid: 16, spacingMm: 25, holdout: 0.5, seed: 1, derivative: null } as const;
    const imported = await backend.untilOver(
      await backend.call('dataset.import', { project, folder: folderOf(), ...settings }),
    );
    expect(imported).toMatchObject({ state: 'succeeded', error: null });
    const { files } = await backend.call('job.show', { project, job: imported.id });
    for (const { reason } of files) expect(reason).toMatch(words);
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
  },
);
