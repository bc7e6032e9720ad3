import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { AffineMatrix, VolumeRecord } from '#contract/records.ts';
import { writeNifti } from '#imaging/niftiWrite.ts';
import { createFoldTemplate, drawPhantom } from '#imaging/phantom.ts';
import { readVolume } from '#imaging/readVolume.ts';
import { applyAffine, multiplyAffines } from '#shared/volume/affine.ts';
import { brainValues, writeScan } from '#test/imaging/scanFixture.ts';
import { temporaryFolder } from '#test/imaging/temporaryFolder.ts';
import { runImport } from './runImport.ts';

it('an import lays scans on a reference, label maps with them, and refuses what does not fit it', async () => {
  const root = temporaryFolder();
  writeFileSync(join(root, 'dataset_description.json'), '{}');
  const { image, labels } = drawPhantom(5, 1, createFoldTemplate(5));
  const turned: AffineMatrix = [
    [Math.cos(0.15), -Math.sin(0.15), 0, 14],
    [Math.sin(0.15), Math.cos(0.15), 0, -11],
    [0, 0, 1, 9],
    [0, 0, 0, 1],
  ];
  const store = async (subject: string, affine: AffineMatrix): Promise<void> => {
    for (const folder of [`${subject}/anat`, `derivatives/labels/${subject}/anat`])
      mkdirSync(join(root, folder), { recursive: true });
    const noisy = image.data.map((value, index) => value + ((index * (affine === image.affine ? 1 : 7)) % 5)); // another file, not a copy
    await writeNifti(join(root, subject, 'anat', `${subject}_T1w.nii.gz`), { ...image, data: noisy, affine }, { storage: { kind: 'float32' }, description: '' }); // prettier-ignore
    await writeNifti(join(root, 'derivatives/labels', subject, 'anat', `${subject}_dseg.nii.gz`), { ...labels, affine }, { storage: { kind: 'uint8' }, description: '' }); // prettier-ignore
  };
  await store('sub-01', image.affine);
  await store('sub-02', multiplyAffines(turned, image.affine));
  writeScan(join(root, 'sub-03/anat/sub-03_T1w.nii'), { size: [90, 16, 16], values: brainValues([90, 16, 16]) });
  const reference = join(root, 'sub-01/anat/sub-01_T1w.nii.gz');
  const align = { reference, transform: 'rigid', metric: 'correlation' } as const;
  const preprocess = { biasField: false, brainMask: null, normalise: 'percentile', align } as const;
  const { files, volumes, projectDir, spacingMm } = await runImport(root, { derivative: 'labels', preprocess, grid: 48, holdout: 0 }); // prettier-ignore

  expect(files.find(({ path }) => path.includes('sub-03'))).toMatchObject({
    status: 'rejected',
    code: 'not-aligned',
  });
  const [first, second] = volumes as [VolumeRecord, VolumeRecord];
  expect(first.affine).toEqual(second.affine);
  expect(first.transform.alignment).toMatchObject({ overlap: 1, matrix: [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]] }); // prettier-ignore
  const back = multiplyAffines(second.transform.alignment?.matrix ?? turned, turned);
  const middle = [first.affine[0][3], first.affine[1][3], first.affine[2][3]].map((at) => at + 23.5 * spacingMm) as [number, number, number]; // prettier-ignore
  applyAffine(back, middle).forEach((at, axis) => expect(Math.abs(at - (middle[axis] ?? 0))).toBeLessThan(0.3));
  const [a, b] = await Promise.all(
    volumes.map(async ({ labelPath }) => (await readVolume(join(projectDir, labelPath ?? ''))).volume.data),
  );
  const inBrain = a?.filter((label) => label > 0).length ?? 0;
  const agree = a?.filter((label, index) => label > 0 && label === b?.[index]).length ?? 0;
  expect(agree / inBrain).toBeGreaterThan(0.9);
});
