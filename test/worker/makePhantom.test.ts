import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TaskOf, WorkerMessage } from '#contract/jobs.ts';
import { readVolume } from '#imaging/readVolume.ts';
import { makePhantom } from '#worker/makePhantom.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'doppel-phantom-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const task = (count: number): TaskOf<'phantom'> => ({
  kind: 'phantom',
  request: { kind: 'phantom', count, seed: 3, out: join(folder, 'cohort') },
  jobDir: join(folder, 'job'),
});

describe('a phantom cohort', () => {
  it('is a BIDS data set whose table agrees with its label maps', async () => {
    const messages: WorkerMessage[] = [];
    await makePhantom(task(2), { send: (message) => messages.push(message), isCancelled: () => false });

    const cohort = join(folder, 'cohort');
    const description: unknown = JSON.parse(await readFile(join(cohort, 'dataset_description.json'), 'utf8'));
    expect(description).toMatchObject({ BIDSVersion: '1.10.0', DatasetType: 'raw' });
    expect(existsSync(join(cohort, 'README'))).toBe(true);
    const labelDescription: unknown = JSON.parse(
      await readFile(join(cohort, 'derivatives', 'labels', 'dataset_description.json'), 'utf8'),
    );
    expect(labelDescription).toMatchObject({ DatasetType: 'derivative', GeneratedBy: [{ Name: 'Doppel' }] });

    const [header, ...rows] = (await readFile(join(cohort, 'participants.tsv'), 'utf8')).trimEnd().split('\n');
    expect(header?.split('\t').slice(0, 3)).toEqual(['participant_id', 'age', 'sex']);
    expect(rows.map((row) => row.split('\t')[0])).toEqual(['sub-01', 'sub-02']);
    for (const row of rows) {
      const [name = '', , , brainMl, ventricleMl] = row.split('\t');
      const image = await readVolume(join(cohort, name, 'anat', `${name}_T1w.nii.gz`));
      const labels = await readVolume(join(cohort, 'derivatives', 'labels', name, 'anat', `${name}_dseg.nii.gz`));
      expect(image.volume.size).toEqual([96, 112, 96]);
      expect(image.native.spacingMm.map((mm) => Math.round(mm * 1e4) / 1e4)).toEqual([1.7, 1.7, 1.7]);
      expect(image.native.affineSource).toBe('sform');
      expect(labels.volume.affine).toEqual(image.volume.affine);
      expect(image.volume.affine[0][0]).toBeGreaterThan(0); // RAS
      const voxelMl = 1.7 ** 3 / 1000;
      const counted = (wanted: (label: number) => boolean): number =>
        labels.volume.data.filter(wanted).length * voxelMl;
      expect(Number(ventricleMl)).toBeCloseTo(
        counted((label) => label === 4 || label === 43),
        1,
      );
      expect(Number(brainMl)).toBeCloseTo(
        counted((label) => label !== 0 && label !== 24),
        0,
      );
    }
    const progress = messages.filter((message) => message.type === 'progress');
    expect(progress.map((message) => message.progress.done)).toEqual([1, 2]);
  });

  it('stops between subjects and leaves a valid data set of those that were done', async () => {
    let sent = 0;
    const send = (): void => {
      sent++;
    };
    const context = { send, isCancelled: () => sent > 0 };
    await expect(makePhantom(task(3), context)).rejects.toMatchObject({ code: 'cancelled' });
    const found = await readdir(join(folder, 'cohort'));
    expect(found.filter((name) => name.startsWith('sub-'))).toEqual(['sub-01']);
    const table = await readFile(join(folder, 'cohort', 'participants.tsv'), 'utf8');
    expect(table.trimEnd().split('\n')).toHaveLength(2);
  });

  it('goes on where it was cut short, to the same files as if it never was; with another seed it does not', async () => {
    const whole = { send: () => undefined, isCancelled: () => false };
    let sent = 0;
    const send = (): void => {
      sent++;
    };
    await expect(makePhantom(task(2), { send, isCancelled: () => sent > 0 })).rejects.toMatchObject({
      code: 'cancelled',
    });
    await mkdir(join(folder, 'cohort', 'sub-02', 'anat'), { recursive: true }); // killed in the middle of a subject
    await writeFile(join(folder, 'cohort', 'sub-02', 'anat', '.sub-02_T1w.nii.gz.1.part'), 'half');
    const other = task(2);
    await expect(makePhantom({ ...other, request: { ...other.request, seed: 4 } }, whole)).rejects.toMatchObject({
      code: 'already-exists',
    });
    await makePhantom(task(2), whole);
    const fresh = task(2);
    await makePhantom({ ...fresh, request: { ...fresh.request, out: join(folder, 'fresh') } }, whole);
    for (const file of ['participants.tsv', 'sub-01/anat/sub-01_T1w.nii.gz', 'sub-02/anat/sub-02_T1w.nii.gz'])
      expect((await readFile(join(folder, 'cohort', file))).equals(await readFile(join(folder, 'fresh', file)))).toBe(
        true,
      );
  });

  it('writes nothing into a folder that holds something', async () => {
    await writeFile(join(folder, 'mine.txt'), 'kept');
    const asked = task(1);
    const context = { send: () => undefined, isCancelled: () => false };
    await expect(makePhantom({ ...asked, request: { ...asked.request, out: folder } }, context)).rejects.toMatchObject({
      code: 'already-exists',
    });
    expect(await readdir(folder)).toEqual(['mine.txt']);
  });
});
