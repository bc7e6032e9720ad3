import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { AppError } from '#contract/errors.ts';
import { openLabelMaps } from '#imaging/labelMaps.ts';
import { parseParticipants } from '#imaging/participants.ts';
import { scanFolder, type Candidate } from '#imaging/scanFolder.ts';
import { splitSubjects } from '#imaging/splitSubjects.ts';
import { temporaryFolder } from './temporaryFolder.ts';

/** A folder with files of these names; what is in them does not matter here. */
function folderOf(...paths: readonly string[]): string {
  const root = temporaryFolder();
  for (const path of paths) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), path.endsWith('.dicomlike') ? '' : 'x');
  }
  return root;
}

const owner = ({ path, subject, session }: Candidate): string => `${path}: ${subject}, ${session ?? 'no session'}`;

async function look(...paths: readonly string[]): Promise<{ found: string[]; outcomes: Record<string, string> }> {
  const { candidates, outcomes } = await scanFolder(folderOf(...paths));
  return { found: candidates.map(owner), outcomes: Object.fromEntries(outcomes.map(({ path, code }) => [path, code])) };
}

describe('a flat folder', () => {
  it('has one subject a file, named by it', async () => {
    expect((await look('b.nii.gz', 'a.nii', 'c.mgz', 'd.hdr', 'd.img')).found).toEqual([
      'a.nii: a, no session',
      'b.nii.gz: b, no session',
      'c.mgz: c, no session',
      'd.hdr: d, no session',
    ]);
  });

  it('takes subject and session from BIDS names', async () => {
    expect((await look('sub-1_ses-2_T1w.nii', 'sub-1_ses-1_T1w.nii')).found).toEqual([
      'sub-1_ses-1_T1w.nii: sub-1, ses-1',
      'sub-1_ses-2_T1w.nii: sub-1, ses-2',
    ]);
  });

  it('passes over what is no volume and names what it cannot read', async () => {
    const { found, outcomes } = await look(
      'a.nii',
      '.hidden.nii',
      'README',
      'notes.txt',
      'a.json',
      'b.mnc',
      'c.par',
      'd.dcm',
      'e.hdr',
      'f.img',
      'h_mask.nii.gz',
    );
    expect(found).toEqual(['a.nii: a, no session']);
    expect(outcomes).toEqual({
      'b.mnc': 'unsupported-format',
      'c.par': 'unsupported-format',
      'd.dcm': 'not-an-image',
      'e.hdr': 'missing-pair',
      'f.img': 'missing-pair',
      'h_mask.nii.gz': 'label-map',
    });
  });

  it('knows DICOM files without an ending, and does not tell their names', async () => {
    const root = folderOf('a.nii');
    writeFileSync(join(root, 'IM0001'), Buffer.concat([Buffer.alloc(128), Buffer.from('DICM')]));
    expect((await scanFolder(root)).outcomes).toMatchObject([{ path: 'DICOM files', code: 'damaged' }]);
  });

  it('follows links once, even in a circle', async () => {
    const root = folderOf('p/a.nii');
    symlinkSync(root, join(root, 'p', 'again'));
    expect((await scanFolder(root)).candidates.map(({ path }) => path)).toEqual(['p/a.nii']);
  });

  it('keeps the name of a folder that a link, earlier in the alphabet, also leads to', async () => {
    const root = folderOf('sub-1/a.nii', 'sub-2/b.nii');
    symlinkSync(join(root, 'sub-1'), join(root, 'latest'));
    expect((await scanFolder(root)).candidates.map(({ path }) => path)).toEqual(['sub-1/a.nii', 'sub-2/b.nii']);
  });

  it('is followed out of itself by links, and says which lead nowhere', async () => {
    const root = folderOf('z.nii');
    symlinkSync(folderOf('a.nii'), join(root, 'elsewhere'));
    symlinkSync(join(root, 'nowhere'), join(root, 'lost.nii'));
    const { candidates, outcomes } = await scanFolder(root);
    expect(candidates.map(({ path }) => path)).toEqual(['elsewhere/a.nii', 'z.nii']);
    expect(outcomes).toMatchObject([{ path: 'lost.nii', code: 'unreadable' }]);
  });

  it('that is not there is said so', async () => {
    await expect(scanFolder(join(temporaryFolder(), 'none'))).rejects.toThrow(AppError);
  });
});

describe('a folder per patient', () => {
  it('has the folder for the subject and a second level for sessions', async () => {
    expect((await look('ann/day1/t1.nii', 'ann/day2/t1.nii', 'bob/scan/t1.nii', 'cy/t1.nii')).found).toEqual([
      'ann/day1/t1.nii: ann, day1',
      'ann/day2/t1.nii: ann, day2',
      'bob/scan/t1.nii: bob, no session',
      'cy/t1.nii: cy, no session',
    ]);
  });

  it('keeps the most common contrast, T1 before others, and says which', async () => {
    const { found, outcomes } = await look(
      'a/a_t1.nii',
      'a/a_t2.nii',
      'a/a_flair.nii',
      'a/a_seg.nii',
      'b/b_t1.nii',
      'b/b_t2.nii',
    );
    expect(found).toEqual(['a/a_t1.nii: a, no session', 'b/b_t1.nii: b, no session']);
    expect(outcomes).toEqual({
      'a/a_t2.nii': 'other-modality',
      'a/a_flair.nii': 'other-modality',
      'a/a_seg.nii': 'label-map',
      'b/b_t2.nii': 'other-modality',
    });
  });
});

describe('a BIDS dataset', () => {
  const description = 'dataset_description.json';

  it('has anatomical scans of one suffix, derivatives and sources left out', async () => {
    const { found, outcomes } = await look(
      description,
      'sub-01/ses-a/anat/sub-01_ses-a_T1w.nii.gz',
      'sub-01/ses-b/anat/sub-01_ses-b_T1w.nii.gz',
      'sub-02/anat/sub-02_T1w.nii.gz',
      'sub-02/anat/sub-02_T2w.nii.gz',
      'sub-02/anat/sub-02_T1w.json',
      'sub-02/func/sub-02_task-rest_bold.nii.gz',
      'sourcedata/x.nii',
      'derivatives/labels/sub-02/anat/sub-02_dseg.nii.gz',
      'stray.nii',
    );
    expect(found).toEqual([
      'sub-01/ses-a/anat/sub-01_ses-a_T1w.nii.gz: sub-01, ses-a',
      'sub-01/ses-b/anat/sub-01_ses-b_T1w.nii.gz: sub-01, ses-b',
      'sub-02/anat/sub-02_T1w.nii.gz: sub-02, no session',
    ]);
    expect(outcomes).toEqual({
      'sub-02/anat/sub-02_T2w.nii.gz': 'other-modality',
      'sub-02/func/sub-02_task-rest_bold.nii.gz': 'other-modality',
      'stray.nii': 'outside-subject',
    });
  });

  it('has label maps that fit subject, session and run', async () => {
    const root = folderOf(
      'derivatives/seg/sub-01/ses-a/anat/sub-01_ses-a_dseg.nii.gz',
      'derivatives/seg/sub-01/ses-b/anat/sub-01_ses-b_dseg.nii.gz',
      'derivatives/seg/sub-02/anat/sub-02_mask.nii.gz',
      'derivatives/seg/sub-02/anat/sub-02_dseg.nii.gz',
      'derivatives/seg/sub-02/anat/sub-02_probseg.nii.gz',
      'derivatives/seg/sub-03/anat/sub-03_space-MNI_dseg.nii.gz',
    );
    const labels = await openLabelMaps(root, 'seg');
    const find = (path: string, subject: string, session: string | null): string | undefined =>
      labels.find({ path, subject, session })?.slice(root.length + 'derivatives/seg/'.length + 1);
    expect(find('x_T1w.nii', 'sub-01', 'ses-b')).toBe('sub-01/ses-b/anat/sub-01_ses-b_dseg.nii.gz');
    expect(find('x_T1w.nii', 'sub-02', null)).toBe('sub-02/anat/sub-02_dseg.nii.gz');
    expect(find('x_T1w.nii', 'sub-03', null)).toBeUndefined();
    expect(find('x_T1w.nii', 'sub-04', null)).toBeUndefined();
  });

  it('without the asked derivative is told which there are', async () => {
    const root = folderOf('derivatives/labels/a.nii', 'derivatives/other/a.nii');
    await expect(openLabelMaps(root, 'seg')).rejects.toThrow('There is: labels, other.');
  });
});

describe('the participants’ table', () => {
  it('gives numbers as numbers and leaves out what is not known', () => {
    const text =
      '\uFEFFparticipant_id\tage\tsex\tscore\tnote\r\nsub-01\t34.5\tF\tn/a\t\r\n02\t-1e2\tM\t007x\tN/A\r\n\r\n';
    expect(Object.fromEntries(parseParticipants(text) ?? [])).toEqual({
      '01': { age: 34.5, sex: 'F' },
      '02': { age: -100, sex: 'M', score: '007x' },
    });
  });

  it('may have cells in quotes, and numbers too large to be any stay text', () => {
    const text = '"participant_id"\t"group"\tscore\n"sub-01"\t"patient, ""mild"""\t1e999\nsub-02\t5" tall\t"7"\n';
    expect(Object.fromEntries(parseParticipants(text) ?? [])).toEqual({
      '01': { group: 'patient, "mild"', score: '1e999' },
      '02': { group: '5" tall', score: 7 },
    });
  });

  it('keeps codes as text, with every cell of their column', () => {
    const text = [
      'participant_id\tclinic\tage\tscanner',
      'sub-01\t007\t70.50\t12345678901234567890',
      'sub-02\t12\t0.5\t2',
      'sub-03\tn/a\t0\tn/a',
    ].join('\n');
    expect(Object.fromEntries(parseParticipants(text) ?? [])).toEqual({
      '01': { clinic: '007', age: 70.5, scanner: '12345678901234567890' },
      '02': { clinic: '12', age: 0.5, scanner: '2' },
      '03': { age: 0 },
    });
  });

  it('without a column of subjects is no such table', async () => {
    expect(parseParticipants('id\tage\nsub-01\t3\n')).toBeNull();
    const root = folderOf('a.nii');
    writeFileSync(join(root, 'participants.tsv'), 'id\tage\n');
    expect((await scanFolder(root)).outcomes).toMatchObject([
      { path: 'participants.tsv', status: 'warning', code: 'bad-participants' },
    ]);
  });
});

describe('the split', () => {
  const subjects = Array.from({ length: 20 }, (_, at) => `sub-${String(at)}`);
  const held = (ids: readonly string[], holdout: number, seed = 1): number =>
    [...splitSubjects(ids, holdout, seed).values()].filter((split) => split === 'heldout').length;

  it('holds out the rounded share, but neither none nor all', () => {
    expect(held(subjects, 0.2)).toBe(4);
    expect(held(subjects, 0.01)).toBe(1);
    expect(held(subjects.slice(0, 2), 0.9)).toBe(1);
    expect(held(subjects.slice(0, 1), 0.5)).toBe(0);
    expect(held(subjects, 0)).toBe(0);
  });

  it('is the same for the same seed, in whatever order the subjects come, and another for another', () => {
    const split = (ids: readonly string[], seed: number): object =>
      Object.fromEntries([...splitSubjects(ids, 0.3, seed)].sort());
    expect(split(subjects, 4)).toEqual(split([...subjects.toReversed(), ...subjects], 4));
    expect(split(subjects, 4)).not.toEqual(split(subjects, 5));
  });
});
