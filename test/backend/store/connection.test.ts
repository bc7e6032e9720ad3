import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { inspectProject, openForOwner } from '#backend/store/connection.ts';
import { migrate, newestVersion, readVersion } from '#backend/store/migrate.ts';
import { newProject, openBackend } from '../openBackend.ts';
import { temporaryFolder } from '../temporaryFolder.ts';

/** Every file with its content and time; `-shm` is memory that readers share, not content. */
function photograph(folder: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(folder)
      .filter((name) => !name.endsWith('-shm'))
      .map((name) => {
        const path = join(folder, name);
        const stats = statSync(path);
        return [
          name,
          stats.isFile()
            ? `${createHash('sha256').update(readFileSync(path)).digest('hex')} ${String(stats.mtimeMs)}`
            : 'folder',
        ];
      }),
  );
}

test('a new database gets every migration once', () => {
  const db = openForOwner(temporaryFolder());
  expect(readVersion(db)).toBe(newestVersion());
  migrate(db);
  expect(readVersion(db)).toBe(newestVersion());
  db.close();
});

test.each(['after a clean end', 'with its last change still in the log'])(
  'a database of a newer version is told so and not touched, %s',
  async (how) => {
    const backend = openBackend();
    const project = await newProject(backend);
    await backend.close();
    const newer = new Database(join(project, 'project.sqlite'));
    newer.pragma(`user_version = ${String(newestVersion() + 1)}`);
    if (how === 'after a clean end') newer.close();
    const before = photograph(project);

    for (const name of ['project.show', 'project.check', 'job.list'] as const) {
      const reply = await backend.dispatch(name, { project });
      expect(reply).toMatchObject({
        ok: false,
        error: { code: 'project-newer', message: expect.stringContaining('Update Doppel') as string },
      });
    }
    expect(photograph(project)).toEqual(before);
    newer.close();
  },
);

test('what is not a project is told apart from what is damaged, and left alone', () => {
  const parent = temporaryFolder();
  expect(() => inspectProject(join(parent, 'none.doppel'))).toThrow(expect.objectContaining({ code: 'not-found' }));

  const plain = join(parent, 'plain.doppel');
  mkdirSync(plain);
  expect(() => inspectProject(plain)).toThrow(
    expect.objectContaining({
      code: 'project-damaged',
      message: expect.stringContaining('no project.sqlite') as string,
    }),
  );

  writeFileSync(join(plain, 'project.sqlite'), 'x'.repeat(5000));
  expect(() => inspectProject(plain)).toThrow(
    expect.objectContaining({
      code: 'project-damaged',
      message: expect.stringContaining('not an SQLite database') as string,
    }),
  );

  const other = join(parent, 'other.doppel');
  mkdirSync(other);
  const foreign = new Database(join(other, 'project.sqlite'));
  foreign.exec('CREATE TABLE notes (text TEXT)');
  foreign.close();
  expect(() => inspectProject(other)).toThrow(
    expect.objectContaining({ code: 'project-damaged', message: expect.stringContaining('another program') as string }),
  );
  expect(readdirSync(other)).toEqual(['project.sqlite']);
});

test('a database with torn pages is reported as damaged', async () => {
  const backend = openBackend();
  const project = await newProject(backend);
  await backend.close();
  const file = join(project, 'project.sqlite');
  const bytes = readFileSync(file);
  bytes.fill(0xa5, 4096);
  writeFileSync(file, bytes);
  expect(await backend.dispatch('project.show', { project })).toMatchObject({
    ok: false,
    error: { code: 'project-damaged' },
  });
});
