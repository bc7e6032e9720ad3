/** Super-resolution through the whole chain: a colleague's checkpoint taken in, scans made finer, results asked for. */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { brainValues, writeScan } from '../../imaging/scanFixture.ts';
import { writeSmallCheckpoint } from '../../worker/superResolutionCheckpoint.ts';
import { newProject, openBackend } from '../openBackend.ts';
import { temporaryFolder } from '../temporaryFolder.ts';

const timeout = 120_000;
const size = [20, 24, 16] as const;
const scanAt = (path: string): string => writeScan(path, { size, values: brainValues(size), datatype: 'float32' });

test('a checkpoint from outside is checked, taken in once, used, and handed on', { timeout }, async () => {
  const backend = openBackend();
  const project = await newProject(backend);
  const folder = temporaryFolder();
  const { dir, id, sha256 } = await writeSmallCheckpoint(folder, { factor: '1x1x2' });

  await expect(backend.call('checkpoint.import', { project, folder })).rejects.toThrow(/not-found: .*is no checkpoint/);
  const changed = join(folder, 'changed');
  cpSync(dir, changed, { recursive: true });
  const weights = join(changed, 'weights.safetensors');
  writeFileSync(weights, Buffer.concat([readFileSync(weights), Buffer.from([0])]));
  await expect(backend.call('checkpoint.import', { project, folder: changed })).rejects.toThrow(/checkpoint-damaged/);
  const foreign = join(folder, 'foreign');
  cpSync(dir, foreign, { recursive: true });
  const description = join(foreign, 'checkpoint.json');
  writeFileSync(description, readFileSync(description, 'utf8').replace('"srgan"', '"alpha-wgan"'));
  await expect(backend.call('checkpoint.import', { project, folder: foreign })).rejects.toThrow(/checkpoint-mismatch/);
  expect(await backend.call('checkpoint.list', { project })).toEqual([]);
  expect(readdirSync(join(project, 'checkpoints'))).toEqual([]);

  expect(await backend.call('checkpoint.import', { project, folder: dir })).toMatchObject({ id, sha256 });
  await expect(backend.call('checkpoint.import', { project, folder: dir })).rejects.toThrow(/already-exists/);
  expect(await backend.call('checkpoint.list', { project })).toMatchObject([
    { id, modelId: 'srgan', kind: 'super-resolution', dataset: null },
  ]);
  expect(await backend.call('project.check', { project })).toMatchObject({ ok: true });

  const source = scanAt(join(folder, 'in', 'thick.nii.gz'));
  const out = join(folder, 'out');
  const input = { project, checkpoint: null, files: [source], out, tile: null, uncertainty: true, backProjection: 1 };
  const job = await backend.untilOver(await backend.call('scan.superResolve', { ...input, factor: '1x1x2' }));
  expect(job).toMatchObject({ state: 'succeeded', kind: 'super-resolve', error: null });
  const { volumes } = await backend.call('scan.superResolveResult', { project, job: job.id });
  expect(volumes).toMatchObject([{ source, path: join(out, 'thick_superres.nii.gz'), spacingMm: [2, 2, 1] }]);
  expect(Object.values(volumes[0]?.ids ?? {}).every((found) => found !== null)).toBe(true);
  const wrong = await backend.untilOver(await backend.call('scan.superResolve', { ...input, factor: '2' }));
  expect(wrong).toMatchObject({ state: 'failed', error: { code: 'checkpoint-mismatch' } });
  await expect(
    backend.call('checkpoint.synthesize', { project, checkpoint: id, count: 1, seed: 0, truncation: 1, out: null }),
  ).rejects.toThrow(/checkpoint-mismatch/);

  const handed = join(folder, 'for-a-colleague');
  await backend.call('checkpoint.export', { project, checkpoint: id, folder: handed });
  expect(readdirSync(handed).sort()).toEqual(['checkpoint.json', 'weights.safetensors']);
  const other = await newProject(backend);
  expect(await backend.call('checkpoint.import', { project: other, folder: handed })).toMatchObject({ id, sha256 });
});

test('the scanner model needs no project, and refuses to write over the scan', { timeout }, async () => {
  const backend = openBackend();
  const folder = temporaryFolder();
  const file = scanAt(join(folder, 'scan.nii'));
  const input = {
    file,
    out: join(folder, 'thick.nii.gz'),
    factor: '1x1x4',
    profile: 'gaussian',
    noise: 0.02,
    seed: 1,
  } as const;
  const first = await backend.call('scan.degrade', input);
  expect(first).toMatchObject({ path: input.out, size: [20, 24, 4], spacingMm: [2, 2, 8], warnings: [] });
  expect((await backend.call('scan.degrade', input)).sha256).toBe(first.sha256);
  expect((await backend.call('scan.degrade', { ...input, seed: 2 })).sha256).not.toBe(first.sha256);
  await expect(backend.call('scan.degrade', { ...input, out: join(folder, 'x.mgz') })).rejects.toThrow(/usage/);
  const plain = { ...input, factor: '2' };
  await expect(backend.call('scan.degrade', { ...plain, out: file })).rejects.toThrow(/take the place of the scan/);
  const fourD = writeScan(join(folder, 'four.nii'), { size: [8, 8, 8, 3], values: new Float32Array(8 ** 3 * 3) });
  await expect(backend.call('scan.degrade', { ...plain, file: fourD })).rejects.toThrow(/bad-input/);
  expect(readdirSync(folder).sort()).toEqual(['four.nii', 'scan.nii', 'thick.nii.gz']);
});

/** A file system of 256 kB, where the system lets us make one. */
function tinyDisk(): string | null {
  const folder = join(temporaryFolder(), 'tiny');
  mkdirSync(folder);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    return null;
  }
  onTestFinished(() => {
    execFileSync('umount', [folder]);
  });
  return folder;
}

test('a full disk ends the job with a clear error and leaves nothing half-written', { timeout }, async (context) => {
  const disk = tinyDisk();
  if (disk === null) {
    context.skip('mounting a small file system needs root');
    return;
  }
  const backend = openBackend();
  const project = await newProject(backend);
  const folder = temporaryFolder();
  const { dir } = await writeSmallCheckpoint(folder, { factor: 2 });
  await backend.call('checkpoint.import', { project, folder: dir });
  const source = scanAt(join(folder, 'scan.nii.gz'));
  writeFileSync(join(disk, 'filler'), new Uint8Array(240 * 1024));
  const out = join(disk, 'out');
  const rest = { factor: null, tile: null, uncertainty: false, backProjection: 0 };
  const job = await backend.untilOver(
    await backend.call('scan.superResolve', { project, checkpoint: null, files: [source], out, ...rest }),
  );
  expect(job).toMatchObject({ state: 'failed', error: { code: 'disk-full' } });
  expect(existsSync(out) ? readdirSync(out) : []).toEqual([]);
});
