import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { requireOwnFolder, type SynthesisPlan } from '#worker/synthesisFolder.ts';

const plan = (count: number): SynthesisPlan => ({
  checkpointSha256: 'abc',
  truncation: 1,
  label: null,
  isMarked: true,
  scans: Array.from({ length: count }, (_, index) => ({
    subject: `sub-synth000${String(index + 1)}`,
    sidecar: `sub-synth000${String(index + 1)}/anat/scan.json`,
    seed: index,
  })),
});

/** A folder with these files. */
function folderWith(files: Readonly<Record<string, unknown>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'doppel-out-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), JSON.stringify(content));
  }
  return folder;
}
const first = { ModelHash: 'abc', Seed: 0, Truncation: 1, Mark: { Psnr: 50, Score: 20 } };
const sidecar = 'sub-synth0001/anat/scan.json';

test.each([
  ['of other files', { 'notes.txt': 'mine' }],
  ['of the same synthesis, half done', { [sidecar]: first }],
  [
    'of the same synthesis, to be enlarged',
    { [sidecar]: first, 'dataset_description.json': {}, 'participants.tsv': '' },
  ],
])('a folder %s is written to', async (_name, files) => {
  await expect(requireOwnFolder(folderWith(files), plan(2))).resolves.toBeUndefined();
});

test('a folder that is not there yet is fine', async () => {
  await expect(requireOwnFolder(join(folderWith({}), 'new'), plan(1))).resolves.toBeUndefined();
});

test.each([
  ['another network', { [sidecar]: { ...first, ModelHash: 'other' } }],
  ['another seed', { [sidecar]: { ...first, Seed: 7 } }],
  ['another truncation', { [sidecar]: { ...first, Truncation: 0.5 } }],
  ['no mark', { [sidecar]: { ...first, Mark: false } }],
  ['more scans', { 'sub-synth0003/anat/scan.json': first }],
  ['real subjects', { 'sub-01/anat/sub-01_T1w.json': {} }],
  ['scans without a record', { 'sub-synth0001/anat/scan.nii.gz': 'x' }],
  ["a data set's description", { 'dataset_description.json': { Name: 'real' } }],
])('a folder of %s is left alone', async (_name, files) => {
  await expect(requireOwnFolder(folderWith(files), plan(2))).rejects.toMatchObject({ code: 'already-exists' });
});

test('a file in place of the folder is said to be one', async () => {
  const folder = folderWith({ out: 'x' });
  await expect(requireOwnFolder(join(folder, 'out'), plan(1))).rejects.toThrow('is a file, not a folder');
});
