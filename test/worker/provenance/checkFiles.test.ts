/** A marked synthetic scan on its way through other hands: what still tells where it comes from. */
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import type { FileProvenance } from '#contract/evidence/provenance.ts';
import type { TaskOf, WorkerMessage } from '#contract/jobs.ts';
import { sha256OfFile } from '#imaging/atomicWrite.ts';
import { addMark } from '#imaging/mark/addMark.ts';
import { writeNifti } from '#imaging/niftiWrite.ts';
import { drawnScan, high, low } from '#test/imaging/mark/drawnScan.ts';
import { temporaryFolder } from '#test/imaging/temporaryFolder.ts';
import { checkFiles } from '#worker/provenance/checkFiles.ts';

const markKey = '5a'.repeat(32);
const weights = 'cd'.repeat(32);
const storage = { kind: 'int16', slope: 1 / 32, intercept: 0 } as const;
const description = `SYNTHETIC Doppel 0.1.0 hagan ${weights.slice(0, 12)}`;

async function check(files: string[], known: Partial<TaskOf<'provenance-check'>>): Promise<readonly FileProvenance[]> {
  const sent: WorkerMessage[] = [];
  const task = {
    files,
    hasProject: true,
    markKeys: [markKey],
    fileHashes: {},
    voxelHashes: {},
    checkpoints: {},
    ...known,
  };
  await checkFiles(
    { kind: 'provenance-check', ...task },
    { send: (message) => sent.push(message), isCancelled: () => false },
  );
  const [answer] = sent;
  return answer?.type === 'provenance-checked' ? answer.files : [];
}

test('a scan of the project is known by its file, its voxels, its mark and its header, in this order', async () => {
  const folder = temporaryFolder();
  const at = (name: string): string => join(folder, name);
  const { volume } = addMark({ volume: drawnScan(3), low, high, background: 0, key: markKey });
  const written = await writeNifti(at('own.nii.gz'), volume, { storage, description });
  const plain = gunzipSync(readFileSync(at('own.nii.gz')));
  writeFileSync(at('unpacked.nii'), plain);
  plain.fill(0, 148, 228); // somebody removed the description
  writeFileSync(at('anonymous.nii.gz'), gzipSync(plain, { level: 1 }));
  const rescaled = { ...volume, data: volume.data.map((value) => value / 7 + 3) };
  await writeNifti(at('rescaled.nii'), rescaled, { storage: { kind: 'float32' }, description: '' });
  await writeNifti(at('blurred.nii'), drawnScan(3), { storage, description });
  await writeNifti(at('other.nii'), drawnScan(4), { storage, description: 'T1' });
  copyFileSync(at('other.nii'), at('patient.nii'));
  await writeNifti(at('foreign.nii'), drawnScan(5), { storage, description: description.replace('cdcd', 'abab') });
  writeFileSync(at('notes.nii'), 'no scan');

  const known = { id: 'a1', jobId: 'synthesize-1', seed: 9 };
  const names = [
    'own.nii.gz', 'unpacked.nii', 'anonymous.nii.gz', 'rescaled.nii', 'blurred.nii', 'other.nii', 'foreign.nii', 'notes.nii', 'nowhere.nii',
  ]; // prettier-ignore
  const found = await check(names.map(at), {
    fileHashes: { [written.sha256]: { what: 'synthetic-volume', ...known } },
    voxelHashes: { [written.voxelsSha256]: { what: 'synthetic-volume', ...known } },
    checkpoints: { [weights]: 'c1' },
  });
  expect(found.map(({ verdict, hash, mark }) => [verdict, hash?.of ?? null, mark?.found ?? null])).toEqual([
    ['made-here', 'file', true],
    ['made-here', 'voxels', true],
    ['made-here', 'voxels', true],
    ['made-here', null, true],
    ['probably', null, false],
    ['no-sign', null, false],
    ['no-sign', null, false],
    ['unreadable', null, null],
    ['unreadable', null, null],
  ]);
  expect(found[8]?.words).toMatch(/The file cannot be read \(ENOENT\): check that it is there/);
  expect(found[0]?.words).toContain('synthetic scan of seed 9 that job synthesize-1 wrote');
  expect(found[3]?.words).toMatch(/carries the project's mark \(score \d+\.\d; at most one in 10\^\d+ scans/);
  expect(found[4]?.header).toEqual({ says: 'synthetic', model: 'hagan', checkpointHash: weights.slice(0, 12), checkpoint: 'c1' }); // prettier-ignore

  const sourceSha256 = await sha256OfFile(at('patient.nii'));
  const [patient] = await check([at('patient.nii')], { fileHashes: { [sourceSha256]: { what: 'imported-scan', id: 'v1', jobId: null, seed: null } } }); // prettier-ignore
  expect(patient).toMatchObject({ verdict: 'imported', mark: { found: false } });
  const [nameless] = await check([at('blurred.nii')], { hasProject: false, markKeys: [] });
  expect(nameless).toMatchObject({ verdict: 'probably', mark: null, hash: null });
});
