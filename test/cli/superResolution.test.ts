/** Super-resolution in the words of the command line: the documents that other programs read. */
import { cpSync, existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { brainValues, writeScan } from '../imaging/scanFixture.ts';
import { temporaryFolder } from '../backend/temporaryFolder.ts';
import { writeSmallCheckpoint } from '../worker/superResolutionCheckpoint.ts';
import { runCli, type CliResult } from './runCli.ts';

const timeout = 240_000;
const size = [28, 32, 24] as const;
const anyNumber = expect.any(Number) as number;
const anyText = expect.any(String) as string;

test('super-resolve, degrade, sr-evaluate and checkpoints answer as documented', { timeout }, async () => {
  const folder = temporaryFolder();
  const { dir, id } = await writeSmallCheckpoint(folder, { factor: '1x1x2', strength: 0.02 });
  const sharp = writeScan(join(folder, 'sharp.nii.gz'), { size, values: brainValues(size), datatype: 'float32' });
  const cli = (...args: readonly string[]): Promise<CliResult> => runCli(folder, ...args, '--json');
  const document = async (...args: readonly string[]): Promise<Record<string, unknown>> => {
    const result = await cli(...args);
    expect(result, result.stderr).toMatchObject({ code: 0 });
    return result.json();
  };
  await document('project', 'create', 'lab');

  const thick = join(folder, 'coarse', 'thick.nii.gz');
  expect(await document('degrade', sharp, '--factor', '1x1x2', '--out', thick)).toEqual({
    path: thick,
    size: [28, 32, 12],
    spacingMm: [2, 2, 4],
    sha256: anyText,
    warnings: [],
  });
  expect((await cli('degrade', sharp, '--factor', '1x3', '--out', thick)).json()).toMatchObject({ error: { code: 'usage' } }); // prettier-ignore

  // A colleague's folder is used at once, and taken in.
  const made = await document('super-resolve', thick, '--checkpoint', dir, '--out', 'finer', '--uncertainty', '--tile', '16'); // prettier-ignore
  const path = join(folder, 'finer', 'thick_superres.nii.gz');
  expect(made).toMatchObject({ volumes: [{ source: thick, path, spacingMm: [2, 2, 2] }], rejected: [] });
  expect(made['volumes']).toEqual([
    expect.objectContaining({ warning: expect.stringContaining('2 × 2 × 2 mm') as string }),
  ]);
  expect(existsSync(path)).toBe(true);
  expect(await document('checkpoint', 'list')).toMatchObject({
    checkpoints: [{ id, modelId: 'srgan', kind: 'super-resolution', dataset: null, trainedOn: { factor: [1, 1, 2] } }],
  });
  const again = ['super-resolve', thick, '--checkpoint', join(dir, 'checkpoint.json'), '--out', 'again'];
  expect(await document(...again)).toMatchObject({ volumes: [{ source: thick }] });
  const other = await cli('super-resolve', thick, '--checkpoint', id, '--out', 'other', '--factor', '2');
  expect(other).toMatchObject({ code: 1, stderr: expect.stringContaining('by 1x1x2, not by 2') as string });
  expect(other.json()).toMatchObject({ error: { code: 'checkpoint-mismatch' }, volumes: [] });
  expect(existsSync(join(folder, 'other'))).toBe(false);

  // In the words of the issue: per scan and method psnr, ssim, nrmse, and the tests.
  const evidence = await document('sr-evaluate', '--checkpoint', 'latest', '--high', sharp);
  const measures = { psnr: anyNumber, ssim: anyNumber, nrmse: anyNumber };
  const methods = ['network', 'nearest', 'trilinear', 'cubic'].map((method) => ({ method, ...measures }));
  expect(evidence).toMatchObject({ inputs: 'made', scans: [{ source: 'sharp.nii.gz', methods }] });
  expect(evidence['tests']).toContainEqual(
    expect.objectContaining({ measure: 'psnr', method: 'network', baseline: 'cubic', n: 1, p: 1, pHolm: 1, verdict: 'undecided' }), // prettier-ignore
  );
  const paired = await document('sr-evaluate', '--high', sharp, '--low', thick);
  expect(paired).toMatchObject({ inputs: 'real', scans: [{ source: 'sharp.nii.gz', methods }] });

  expect(await document('checkpoint', 'export', id, 'handed-on')).toMatchObject({ checkpoint: { id }, folder: join(folder, 'handed-on') }); // prettier-ignore
  expect(readdirSync(join(folder, 'handed-on')).sort()).toEqual(['checkpoint.json', 'weights.safetensors']);
  await document('project', 'create', 'second');
  expect(await document('checkpoint', 'import', 'handed-on', '--project', 'second')).toMatchObject({ checkpoint: { id } }); // prettier-ignore

  const damaged = join(folder, 'damaged');
  cpSync(dir, damaged, { recursive: true });
  writeFileSync(join(damaged, 'weights.safetensors'), 'cut off');
  for (const project of ['lab', 'second']) {
    const refused = await cli(
      'super-resolve',
      thick,
      '--checkpoint',
      './damaged',
      '--out',
      'none',
      '--project',
      project,
    );
    expect(refused.json()).toMatchObject({ error: { code: 'checkpoint-damaged' } });
  }
  expect((await cli('super-resolve', thick, '--checkpoint', './nowhere', '--out', 'none', '--project', 'lab')).json()).toMatchObject({ error: { code: 'not-found' } }); // prettier-ignore
  expect((await cli('super-resolve', thick, '--checkpoint', sharp, '--out', 'none', '--project', 'lab')).json()).toMatchObject({ error: { code: 'usage' } }); // prettier-ignore
  expect(existsSync(join(folder, 'none'))).toBe(false);
});
