/** Makes a new project folder. */
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { AppError } from '#contract/errors.ts';
import { newId, now } from '../identifiers.ts';
import { openForOwner } from '../store/connection.ts';
import { createStore } from '../store/store.ts';
import { folders, suffix } from './layout.ts';

/** An empty folder may be taken over; anything else that is there stays as it is. */
async function refuseIfTaken(dir: string): Promise<void> {
  if (!existsSync(dir)) return;
  const content = await readdir(dir).catch(() => null); // null: a file
  if (content?.length !== 0)
    throw new AppError('already-exists', `${dir} is there already. Choose another name, or open it as it is.`);
}

/** Appears whole or not at all: made under another name beside its place, then renamed. Throws `usage`, `already-exists`. */
export async function createProject(path: string): Promise<void> {
  const dir = resolve(path);
  if (!dir.endsWith(suffix) || basename(dir) === suffix) {
    throw new AppError('usage', `A project's folder is called NAME${suffix}; "${basename(dir)}" is not.`);
  }
  await refuseIfTaken(dir);
  await mkdir(dirname(dir), { recursive: true });
  const draft = join(dirname(dir), `.${newId(basename(dir))}`);
  await mkdir(draft); // As the user's umask says.
  try {
    for (const folder of folders) await mkdir(join(draft, folder));
    const store = createStore(openForOwner(draft));
    try {
      store.project.insert({ id: newId('project'), createdAt: now() });
    } finally {
      store.close();
    }
    if (existsSync(dir)) await rmdir(dir); // Empty, as seen above.
    await rename(draft, dir);
  } catch (thrown) {
    await rm(draft, { recursive: true, force: true });
    throw thrown;
  }
}
