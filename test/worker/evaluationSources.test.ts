import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { TaskOf } from '#contract/jobs.ts';
import { sha256Of } from '#imaging/atomicWrite.ts';
import { chooseSources } from '#worker/evaluationSources.ts';
import { temporaryFolder } from '../backend/temporaryFolder.ts';

type Volume = TaskOf<'evaluate'>['volumes'][number];

const volume = (subject: string, split: Volume['split'], sourceSha256: string): Volume => ({
  subject,
  split,
  path: `/p/${subject}.nii`,
  sha256: `grid ${subject}`,
  sourceSha256,
  labelPath: `/p/${subject}.labels.nii`,
  lowPath: null,
  removed: false,
});

/** Three files, of which the dataset knows the first two: one trained on, one held out. */
function scans() {
  const folder = temporaryFolder();
  const [seen, held, other] = ['seen', 'held', 'other'].map((name) => {
    const path = join(folder, `${name}.nii`);
    writeFileSync(path, name);
    return path;
  }) as [string, string, string];
  const volumes = [volume('a', 'train', sha256Of('seen')), volume('b', 'heldout', sha256Of('held'))];
  return { seen, held, other, volumes };
}

const request = (high: readonly string[], includeTraining = false) => ({
  kind: 'evaluate' as const,
  checkpointId: 'c',
  high: [...high],
  includeTraining,
  backProjection: 0,
  out: null,
  seed: 0,
});

describe('the scans of an evaluation', () => {
  it('are the held-out ones of the dataset where none is named, without those removed since', async () => {
    const { volumes } = scans();
    const chosen = await chooseSources({ request: request([]), volumes });
    expect(chosen.scans).toMatchObject([{ source: 'b', split: 'heldout', labelPath: '/p/b.labels.nii' }]);
    const removed = volumes.map((record) => ({ ...record, removed: true }));
    await expect(chooseSources({ request: request([]), volumes: removed })).rejects.toMatchObject({ code: 'usage' });
  });

  it('are refused where the network was trained on one, whatever it is called', async () => {
    const { seen, other, volumes } = scans();
    await expect(chooseSources({ request: request([other, seen]), volumes })).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining('trained on seen.nii') as string,
    });
  });

  it('are measured all the same when told to, with a warning', async () => {
    const { seen, held, other, volumes } = scans();
    const chosen = await chooseSources({ request: request([seen, held, other], true), volumes });
    expect(chosen.scans.map(({ split }) => split)).toEqual(['train', 'heldout', 'unseen']);
    expect(chosen.split).toContain('1 of 3');
    expect(chosen.warnings).toHaveLength(1);
  });

  it('of a network trained elsewhere may have been seen, and the report says so', async () => {
    const { seen } = scans();
    const chosen = await chooseSources({ request: request([seen]), volumes: [] });
    expect(chosen.split).toContain('not known');
  });

  it('that are not there are named', async () => {
    const { volumes } = scans();
    await expect(chooseSources({ request: request(['/none.nii']), volumes })).rejects.toMatchObject({
      code: 'not-found',
      message: expect.stringContaining('/none.nii') as string,
    });
  });
});
