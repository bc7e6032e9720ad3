/** Suspected copies: known by the bytes of their file, held back until somebody lets them go, with a name and a reason. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { withoutHeld } from '#backend/evidence/heldBack.ts';
import { openForOwner } from '#backend/store/connection.ts';
import { createStore, type Store } from '#backend/store/store.ts';
import type { AppError } from '#contract/errors.ts';
import { sha256 } from '../exampleRecords.ts';
import { newProject, openBackend } from '../openBackend.ts';
import { temporaryFolder } from '../temporaryFolder.ts';

function openStore(): Store {
  const db = openForOwner(temporaryFolder());
  onTestFinished(() => {
    db.close();
  });
  return createStore(db);
}

const suspicion = (content: string, id: string) => ({
  id,
  sha256: sha256(content),
  name: `sub-synth0001/${id}.nii.gz`,
  nearest: 'sub-07',
  similarity: 0.93,
  limit: 0.6,
  jobId: 'synthesize-1',
  foundAt: '2026-01-01T00:00:00.000Z',
});

const byAReader = { at: '2026-01-02T00:00:00.000Z', by: 'A. Reader', reason: 'Other gyri, seen side by side' };

test('a suspected copy is held back under any name until it is released, and stays on record', async () => {
  const store = openStore();
  const folder = temporaryFolder();
  const files = ['copied', 'new', 'copied'].map((content, at) => {
    const path = join(folder, `${String(at)}.nii.gz`);
    writeFileSync(path, content);
    return { path };
  });
  expect(await withoutHeld(store, files)).toEqual({ free: files, held: 0 });
  store.suspectedCopies.insert(suspicion('copied', 'copy-1'));
  expect(await withoutHeld(store, files)).toEqual({ free: [files[1]], held: 2 });
  expect(store.suspectedCopies.release('copy-1', byAReader).release).toEqual(byAReader);
  expect(await withoutHeld(store, files)).toEqual({ free: files, held: 0 });
  expect(store.suspectedCopies.list()).toMatchObject([{ id: 'copy-1', release: byAReader }]);
});

test('a file that is suspected again keeps its id and its release', () => {
  const store = openStore();
  store.suspectedCopies.insert(suspicion('copied', 'copy-1'));
  store.suspectedCopies.release('copy-1', byAReader);
  store.suspectedCopies.insert({ ...suspicion('copied', 'copy-2'), similarity: 0.95 });
  expect(store.suspectedCopies.list()).toMatchObject([{ id: 'copy-1', similarity: 0.95, release: byAReader }]);
  expect(store.suspectedCopies.heldHashes().size).toBe(0);
});

test('what is not there cannot be released, nor what was released before', () => {
  const store = openStore();
  const codeOf = (id: string): string | undefined => {
    try {
      store.suspectedCopies.release(id, byAReader);
      return undefined;
    } catch (thrown) {
      return (thrown as AppError).code;
    }
  };
  store.suspectedCopies.insert(suspicion('copied', 'copy-1'));
  expect([codeOf('copy-9'), codeOf('copy-1'), codeOf('copy-1')]).toEqual(['not-found', undefined, 'wrong-state']);
});

test('a release without a reason is refused', async () => {
  const backend = openBackend();
  const project = await newProject(backend);
  expect(await backend.call('evidence.suspects', { project })).toEqual([]);
  const reply = await backend.dispatch('evidence.release', { project, id: 'copy-1', by: 'A. Reader', reason: '  ' });
  expect(reply).toMatchObject({ ok: false, error: { code: 'usage' } });
});
