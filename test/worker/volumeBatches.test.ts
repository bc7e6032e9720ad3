import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createVolumeBatches } from '#worker/volumeBatches.ts';

test('a scan that is gone stops training with its name and what to do', async () => {
  const paths = [join(tmpdir(), 'doppel-not-there', 'gone.nii')];
  const batches = createVolumeBatches({ paths, grid: 16, batchSize: 1, seed: 0 });
  await expect(batches.batch(1)).rejects.toMatchObject({
    code: 'bad-input',
    message: expect.stringMatching(/gone\.nii.*doppel project check/) as string,
  });
});
