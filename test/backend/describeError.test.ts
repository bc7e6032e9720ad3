import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { describeError } from '#backend/describeError.ts';
import { openForOwner } from '#backend/store/connection.ts';
import { newProject, openBackend } from './openBackend.ts';
import { temporaryFolder } from './temporaryFolder.ts';

test.each(['EACCES', 'EPERM', 'EROFS'])(
  'a write that is refused (%s) is told with the place and what to do',
  (code) => {
    const refused = Object.assign(new Error(`${code}: refused, mkdir '/studies/.a'`), { code, path: '/studies/.a' });
    expect(describeError(refused, '/studies/a.doppel')).toEqual({
      code: 'project-damaged',
      message: expect.stringMatching(/^\/studies\/a\.doppel cannot be written .*may write there/) as string,
    });
  },
);

test('an error of ours without words is internal', () => {
  expect(describeError(new TypeError('x is undefined'), '/p')).toEqual({ code: 'internal', message: 'x is undefined' });
});

test('a damaged database is told in words alone, without a stack', async () => {
  const loud = vi.spyOn(console, 'error');
  const backend = openBackend();
  const project = await newProject(backend);
  await backend.close();
  const db = openForOwner(project);
  db.pragma('wal_checkpoint(TRUNCATE)');
  const pages = db.serialize();
  db.close();
  pages.fill(0xa5, 4096);
  const copy = join(temporaryFolder(), 'damaged.doppel');
  mkdirSync(copy);
  writeFileSync(join(copy, 'project.sqlite'), pages);
  expect(await openBackend().dispatch('project.show', { project: copy })).toMatchObject({
    ok: false,
    error: { code: 'project-damaged' },
  });
  expect(loud).not.toHaveBeenCalled();
  loud.mockRestore();
});
