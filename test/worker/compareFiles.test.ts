/** Of two files, the words of a failure name the one that is meant. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeNifti } from '#imaging/niftiWrite.ts';
import { gridAffine } from '#shared/volume/affine.ts';
import { temporaryFolder } from '#test/imaging/temporaryFolder.ts';
import { compareFiles } from '#worker/compareFiles.ts';

const compare = (reference: string, result: string): Promise<void> =>
  compareFiles(
    { kind: 'compare', request: { reference, result, dataRange: null } },
    { send: () => undefined, isCancelled: () => false },
  );

test('a file that is missing, no scan, or has no finite voxel is named', async () => {
  const folder = temporaryFolder();
  const at = (name: string): string => join(folder, name);
  const affine = gridAffine(1, [0, 0, 0]);
  const size = [8, 8, 8] as const;
  const options = { storage: { kind: 'float32' }, description: '' } as const;
  await writeNifti(
    at('good.nii'),
    { data: Float32Array.from({ length: 512 }, (_, index) => index), size, affine },
    options,
  );
  await writeNifti(at('broken.nii'), { data: new Float32Array(512).fill(Number.NaN), size, affine }, options);
  writeFileSync(at('text.nii'), 'no scan');
  await expect(compare(at('good.nii'), at('missing.nii'))).rejects.toThrow(
    /^missing\.nii: The file cannot be read \(ENOENT\)/,
  );
  await expect(compare(at('text.nii'), at('good.nii'))).rejects.toThrow(/^text\.nii: This is not a scan/);
  await expect(compare(at('good.nii'), at('broken.nii'))).rejects.toThrow(
    'broken.nii: No voxel of the scan is a finite number',
  );
});
