import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { requireWritable } from '#backend/outFolder.ts';
import { newProject, openBackend } from './openBackend.ts';
import { temporaryFolder } from './temporaryFolder.ts';

test('a folder that can be made passes and is not made yet; one that is there stays as it is', async () => {
  const root = temporaryFolder();
  await requireWritable(join(root, 'a', 'b', 'c'));
  expect(readdirSync(root)).toEqual([]);
  writeFileSync(join(root, 'kept.txt'), 'kept');
  await requireWritable(root);
  expect(readdirSync(root)).toEqual(['kept.txt']);
});

test('a file in the way is named', async () => {
  const root = temporaryFolder();
  const file = join(root, 'file');
  writeFileSync(file, '');
  await expect(requireWritable(file)).rejects.toMatchObject({ code: 'already-exists' });
  await expect(requireWritable(join(file, 'below'))).rejects.toMatchObject({ code: 'usage' });
});

/** A place that takes nothing: the system's own folder on Linux, also for root; elsewhere one whose rights are taken. */
function closedFolder(): string {
  if (process.platform === 'linux') return '/proc';
  const folder = join(temporaryFolder(), 'closed');
  mkdirSync(folder);
  chmodSync(folder, 0o500);
  return folder;
}

test('where nothing can be written, a job is refused before it is queued, with words', async () => {
  const backend = openBackend();
  const project = await newProject(backend);
  const out = join(closedFolder(), 'doppel', 'scans');
  const reply = await backend.dispatch('phantom.create', { project, count: 1, seed: 1, out });
  expect(reply).toMatchObject({
    ok: false,
    error: { code: 'usage', message: expect.stringContaining(`Nothing can be written to ${out}`) as string },
  });
  expect(await backend.call('job.list', { project })).toEqual([]);
  expect(existsSync(out)).toBe(false);
});
