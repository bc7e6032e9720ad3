import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { markKeyOf } from '#backend/provenance/markKey.ts';
import { openForOwner } from '#backend/store/connection.ts';
import { createStore } from '#backend/store/store.ts';
import { newProject, openBackend } from '../openBackend.ts';
import { temporaryFolder } from '../temporaryFolder.ts';

test('the same weights have the same key in every project, other weights another; a project keeps the keys it used', async () => {
  const backend = openBackend();
  const projects = [await newProject(backend), await newProject(backend)];
  await backend.close();
  const checkpoint = (name: string, byte: number): string => {
    const folder = join(temporaryFolder(), name);
    mkdirSync(folder);
    writeFileSync(join(folder, 'weights.safetensors'), new Uint8Array(3_000_000).fill(byte));
    return folder;
  };
  const [one, same, other] = [checkpoint('one', 1), checkpoint('same', 1), checkpoint('other', 2)];
  const stores = projects.map((project) => createStore(openForOwner(project)));
  const [here, there] = stores as [(typeof stores)[0], (typeof stores)[0]];
  try {
    const key = markKeyOf(here, one);
    expect(key).toMatch(/^[0-9a-f]{64}$/);
    expect(markKeyOf(there, same)).toBe(key);
    const second = markKeyOf(here, other);
    expect(second).not.toBe(key);
    expect(markKeyOf(here, one)).toBe(key);
    expect(here.provenance.markKeys()).toEqual([key, second].sort());
    expect(() => markKeyOf(here, temporaryFolder())).toThrow('weights.safetensors');
  } finally {
    for (const store of stores) store.close();
  }
});
