import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { AppError } from '#contract/errors.ts';
import type { ImportRequest } from '#contract/importing.ts';
import type { AffineMatrix, VolumeRecord } from '#contract/records.ts';
import { sha256OfFile } from '#imaging/atomicWrite.ts';
import { readVolume } from '#imaging/readVolume.ts';
import { writeNifti } from '#imaging/niftiWrite.ts';
import { importDataset } from '#worker/importDataset.ts';
import { describeShared } from '#test/sharedData.ts';
import { brainValues, writeScan } from '#test/imaging/scanFixture.ts';
import { temporaryFolder } from '#test/imaging/temporaryFolder.ts';
import { runImport, type Imported } from './runImport.ts';

const size = [30, 34, 30] as const;

/** A BIDS dataset of made-up brains with labels; one scan of `sub-03` twice, one file that is no image. */
function exampleDataset(): string {
  const root = temporaryFolder();
  writeFileSync(join(root, 'dataset_description.json'), '{}');
  writeFileSync(join(root, 'participants.tsv'), 'participant_id\tage\tsex\nsub-01\t31\tF\nsub-02\tn/a\tM\n');
  const scan = (path: string, shade: number): void => {
    writeScan(join(root, path), { size, values: brainValues(size, shade) });
  };
  scan('sub-01/ses-1/anat/sub-01_ses-1_T1w.nii.gz', 0);
  scan('sub-01/ses-2/anat/sub-01_ses-2_T1w.nii.gz', 1);
  scan('sub-02/anat/sub-02_T1w.nii', 2);
  scan('sub-03/anat/sub-03_T1w.nii.gz', 3);
  scan('sub-03/anat/sub-03_run-2_T1w.nii.gz', 3);
  scan('sub-04/anat/sub-04_T1w.nii.gz', 4);
  mkdirSync(join(root, 'sub-05/anat'), { recursive: true });
  writeFileSync(join(root, 'sub-05/anat/sub-05_T1w.nii'), 'not an image');
  const labels = brainValues(size, 2).map((value) => (value > 180 ? 9 : value > 0 ? 2 : 0));
  writeScan(join(root, 'derivatives/labels/sub-02/anat/sub-02_dseg.nii.gz'), {
    size,
    values: labels,
    datatype: 'uint8',
  });
  return root;
}

describe('an import', () => {
  it('gives one outcome a file, one record a scan, and writes what the records say', async () => {
    const { files, volumes, projectDir, error, spacingMm } = await runImport(exampleDataset(), {
      derivative: 'labels',
    });
    expect(error).toBeNull();
    expect(Object.fromEntries(files.map(({ path, code }) => [path.split('/').at(-1), code]))).toEqual({
      'sub-01_ses-1_T1w.nii.gz': 'no-label',
      'sub-01_ses-2_T1w.nii.gz': 'no-label',
      'sub-02_T1w.nii': 'ok',
      'sub-03_T1w.nii.gz': 'no-label',
      'sub-03_run-2_T1w.nii.gz': 'duplicate',
      'sub-04_T1w.nii.gz': 'no-label',
      'sub-05_T1w.nii': 'not-an-image',
    });
    expect(volumes.map(({ subject }) => subject)).toEqual(['sub-01', 'sub-01', 'sub-02', 'sub-03', 'sub-04']);
    for (const volume of volumes) {
      expect(await sha256OfFile(join(projectDir, volume.path))).toBe(volume.sha256);
      const stored = await readVolume(join(projectDir, volume.path));
      expect(stored.volume.affine).toEqual(volume.affine);
      expect(stored.volume.affine[0][0]).toBe(spacingMm);
      expect([...stored.volume.size]).toEqual([24, 24, 24]);
    }
  });

  it('holds out whole subjects, keeps attributes and stores labels on the same grid', async () => {
    const { volumes, projectDir } = await runImport(exampleDataset(), { derivative: 'labels' });
    const of = (subject: string): VolumeRecord[] => volumes.filter((volume) => volume.subject === subject);
    expect(new Set(volumes.map(({ subject, split }) => `${subject} ${split}`)).size).toBe(4);
    expect(volumes.filter(({ split }) => split === 'heldout').length).toBeGreaterThan(0);
    expect(of('sub-01').map(({ attributes, session }) => ({ ...attributes, session }))).toEqual([
      { age: 31, sex: 'F', session: 'ses-1' },
      { age: 31, sex: 'F', session: 'ses-2' },
    ]);
    expect(of('sub-02')[0]?.attributes).toEqual({ sex: 'M' });
    const labelPath = of('sub-02')[0]?.labelPath ?? '';
    const labels = await readVolume(join(projectDir, labelPath));
    expect(labels.native.datatype).toBe('uint8');
    expect(labels.volume.affine).toEqual(of('sub-02')[0]?.affine);
    expect([...new Set(labels.volume.data)].sort((a, b) => a - b)).toEqual([0, 2, 9]);
  });

  it('of the same folder with the same seed gives the same volumes and splits', async () => {
    const folder = exampleDataset();
    const [first, second] = [await runImport(folder), await runImport(folder)];
    const gist = ({ volumes }: Imported): object[] =>
      volumes.map(({ subject, split, sha256 }) => ({ subject, split, sha256 }));
    expect(gist(first)).toEqual(gist(second));
  });

  it('at a given spacing uses it and warns where brains do not fit', async () => {
    const { volumes, spacingMm, files } = await runImport(exampleDataset(), { spacingMm: 1.2 });
    expect(spacingMm).toBe(1.2);
    expect(volumes.length).toBe(5);
    expect(
      files.filter(({ status }) => status === 'warning').every(({ reason }) => reason.includes('outside the grid')),
    ).toBe(true);
  });

  it('says how far it is, to the end', async () => {
    const { messages } = await runImport(exampleDataset());
    const progress = messages.flatMap((message) => (message.type === 'progress' ? [message.progress] : []));
    expect(progress.at(-1)).toMatchObject({ done: 14, total: 14, secondsLeft: 0 });
    progress.reduce((before, { done }) => {
      expect(done).toBeGreaterThanOrEqual(before);
      return done;
    }, 0);
  });

  it('copes with several formats and axis orders, and knows the same scan in another form', async () => {
    const root = temporaryFolder();
    const values = brainValues(size);
    writeScan(join(root, 'a.nii'), { size, values });
    writeScan(join(root, 'b.hdr'), { size, values, version: 2, littleEndian: false, datatype: 'float64' });
    await writeNifti(
      join(root, 'c.nii.gz'),
      {
        size,
        affine: [
          [-2, 0, 0, 38],
          [0, 2, 0, -30],
          [0, 0, 2, -10],
          [0, 0, 0, 1],
        ],
        data: mirrored(values),
      },
      { storage: { kind: 'float32' }, description: '' },
    );
    const { files } = await runImport(root);
    // Stored as 16-bit integers, `a` has lost the fractions that the other two share.
    expect(files.map(({ path, code }) => [path, code])).toEqual([
      ['c.nii.gz', 'duplicate'],
      ['a.nii', 'ok'],
      ['b.hdr', 'ok'],
    ]);
  });

  it('that is cancelled stops and leaves no file', async () => {
    const { error, projectDir, volumes } = await runImport(exampleDataset(), {}, 3);
    expect(error).toMatchObject({ code: 'cancelled' });
    expect(volumes).toEqual([]);
    expect(readdirSync(join(projectDir, 'volumes'))).toEqual([]);
  });

  it('that cannot write fails and leaves no file', async () => {
    const folder = exampleDataset();
    const projectDir = temporaryFolder();
    writeFileSync(join(projectDir, 'volumes'), 'a file is in the way');
    const request: ImportRequest = {
      kind: 'import',
      folder,
      name: 'test',
      grid: 24,
      spacingMm: 2,
      holdout: 0,
      seed: 1,
      derivative: null,
    };
    await expect(
      importDataset(
        { kind: 'import', request, projectDir, jobDir: projectDir },
        { send: () => undefined, isCancelled: () => false },
      ),
    ).rejects.toThrow('EEXIST');
  });

  it('leaves out a label map that lies elsewhere in space', async () => {
    const root = exampleDataset();
    const far: AffineMatrix = [
      [2, 0, 0, 900],
      [0, 2, 0, 0],
      [0, 0, 2, 0],
      [0, 0, 0, 1],
    ];
    const values = brainValues(size).map((value) => (value > 0 ? 1 : 0));
    writeScan(join(root, 'derivatives/labels/sub-04/anat/sub-04_dseg.nii'), { size, values, sform: far });
    const { files, volumes } = await runImport(root, { derivative: 'labels' });
    expect(files.find(({ path }) => path.includes('sub-04'))).toMatchObject({
      status: 'warning',
      code: 'bad-label',
      reason: expect.stringContaining('one space') as string,
    });
    expect(volumes.find(({ subject }) => subject === 'sub-04')?.labelPath).toBeNull();
  });

  it('points out a whole head, and scans that are far larger or smaller than the others', async () => {
    const root = temporaryFolder();
    const sized = (name: string, mm: number): void => {
      const sform: AffineMatrix = [
        [mm, 0, 0, 0],
        [0, mm, 0, 0],
        [0, 0, mm, 0],
        [0, 0, 0, 1],
      ];
      writeScan(join(root, name), { size, values: brainValues(size, mm), sform });
    };
    for (const [at, mm] of [3, 3.1, 3.2, 3.3, 9, 1.4].entries()) sized(`scan${String(at)}.nii`, mm);
    const { files } = await runImport(root);
    expect(files.map(({ code }) => code)).toEqual(['ok', 'ok', 'ok', 'ok', 'whole-head', 'unusual-size']);
    expect(files[4]?.reason).toContain('as coarse as it is for this scan');
    expect(files[5]?.reason).toContain('fills little of the grid');
  });

  it('points out a brain that the scan cuts off, and at which side', async () => {
    const root = temporaryFolder();
    const values = brainValues(size);
    const [nx, ny, nz] = size;
    const half = values.filter((_, at) => at % nx < nx / 2);
    writeScan(join(root, 'half.nii'), { size: [nx / 2, ny, nz], values: half });
    writeScan(join(root, 'slab.nii'), { size: [nx, ny, 12], values: values.subarray(10 * nx * ny, 22 * nx * ny) });
    writeScan(join(root, 'whole.nii'), { size, values });
    const { files } = await runImport(root);
    expect(files[0]?.reason).toContain('(right)');
    expect(files[1]?.reason).toContain('(bottom, top)');
    expect(files[2]).toMatchObject({ path: 'whole.nii', code: 'ok' });
  });

  it('of a folder without scans says what is read', async () => {
    const { error } = await runImport(temporaryFolder());
    expect(error).toBeInstanceOf(AppError);
    expect(error).toMatchObject({ code: 'no-usable-scans', message: expect.stringContaining('.mgz') as string });
  });
});

/** The first axis the other way round. */
function mirrored(values: Float32Array): Float32Array {
  const [nx] = size;
  return values.map((_, at) => values[at - (at % nx) + (nx - 1 - (at % nx))] ?? NaN);
}

describeShared('the fifteen bad files', 'real/bad', (folder) => {
  it('are all rejected, each with its own reason, in little memory', async () => {
    const before = process.memoryUsage().rss;
    const { files, error } = await runImport(folder);
    expect(error).toMatchObject({ code: 'no-usable-scans' });
    expect(files.length).toBe(15);
    expect(files.every(({ status }) => status === 'rejected')).toBe(true);
    expect(new Set(files.map(({ reason }) => reason)).size).toBe(15);
    expect(new Set(files.map(({ code }) => code)).size).toBe(14); // NaN and infinity are one kind
    expect(process.memoryUsage().rss - before).toBeLessThan(200e6);
  });
});

describeShared('one brain in 48 axis orders', 'real/nifti_space', (folder) => {
  it('is imported once, the others are named as copies of it', async () => {
    const { files, volumes } = await runImport(folder);
    expect(volumes.length).toBe(1);
    expect(files.filter(({ code }) => code === 'duplicate').length).toBe(47);
    expect(files.filter(({ code }) => code === 'duplicate').every(({ reason }) => reason.includes('AIL.nii.gz'))).toBe(
      true,
    );
  });
});

describeShared('the cohort', 'cohort', (folder) => {
  it('is imported whole, with its covariates and labels', { timeout: 120_000 }, async () => {
    const startedAt = performance.now();
    const { volumes, files, projectDir, spacingMm } = await runImport(folder, {
      grid: 64,
      holdout: 0.2,
      derivative: 'labels',
    });
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    const megabytes = (process.resourceUsage().maxRSS / 1024).toFixed(0);
    console.info(`20 scans at grid 64 in ${seconds} s, at most ${megabytes} MiB; spacing ${String(spacingMm)} mm`);
    expect(files.every(({ status }) => status === 'imported')).toBe(true);
    expect(volumes.length).toBe(20);
    expect(volumes.filter(({ split }) => split === 'heldout').length).toBe(4);
    for (const { attributes, labelPath, path, affine, transform } of volumes) {
      expect(attributes.ventricles).toMatch(/large|small/);
      expect(existsSync(join(projectDir, labelPath ?? 'none'))).toBe(true);
      const { volume } = await readVolume(join(projectDir, path));
      const labels = (await readVolume(join(projectDir, labelPath ?? 'none'))).volume.data;
      expect(volume.affine).toEqual(affine);
      expect(volume.data[0]).toBe(-1);
      // Where the anatomy has a brain label the scan must have brain, in nearly every voxel.
      let [labelled, both] = [0, 0];
      labels.forEach((label, at) => {
        if (label === 0) return;
        labelled++;
        if ((volume.data[at] ?? -1) > -1) both++;
      });
      expect(both / labelled).toBeGreaterThan(0.85);
      expect(transform.brainMl).toBeGreaterThan(Number(attributes.brain_ml) * 0.9);
    }
  });
});

describeShared('the import of a DICOM study', 'real/dicom-study', (folder) => {
  it('takes the T1 series under a pseudonym, with what may be kept of its header, and writes no word of the patient', async () => {
    const { files, volumes, projectDir, error } = await runImport(folder);
    expect(error).toBeNull();
    expect(files.map(({ path, code }) => [path, code])).toEqual([
      ['sub-0001/series-1_localizer', 'localizer'],
      ['sub-0001/series-3_t1_incomplete', 'incomplete'],
      ['sub-0001/series-2_t1_mprage_sag', 'ok'],
    ]);
    expect(volumes).toMatchObject([
      { subject: 'sub-0001', attributes: { age: 73, sex: 'F', MagneticFieldStrength: 3, FlipAngle: 9 } },
    ]);
    expect(JSON.stringify({ files, volumes })).not.toMatch(/doe|jane|0012345|1948|2021|acc998877|roe|example general/i);
    for (const name of readdirSync(join(projectDir, 'volumes')))
      expect(readFileSync(join(projectDir, 'volumes', name), 'latin1')).not.toMatch(/DOE\^JANE|MRN-0012345|ACC998877/);
  });

  it('takes a series by its name, incomplete ones where that is accepted', async () => {
    const scans = ['sub-0001/series-3_t1_incomplete'];
    const { files } = await runImport(folder, { spacingMm: 8, scans, acceptIncomplete: true });
    expect(files.map(({ path, code }) => [path, code])).toEqual([[scans[0], 'interpolated-slices']]);
    const refused = await runImport(folder, { spacingMm: 4, scans: ['sub-0009/none'] });
    expect(refused.error).toMatchObject({ code: 'not-found' });
  });
});
