/** The folder the demo works in: replaced if an earlier demo made it, and nothing else is ever deleted. */
import { lstat, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '#contract/errors.ts';

const markName = 'made-by-demo.json';
/** What a demo makes besides its mark. */
export const demoEntries = {
  project: 'Demo.doppel',
  phantoms: 'phantoms',
  synthetic: 'synthetic',
  report: 'report.html',
} as const;

async function isMarked(folder: string): Promise<boolean> {
  try {
    const mark: unknown = JSON.parse(await readFile(join(folder, markName), 'utf8'));
    return typeof mark === 'object' && mark !== null && 'madeBy' in mark && mark.madeBy === 'doppel demo';
  } catch {
    return false; // no mark, or not ours
  }
}

/**
 * Makes `folder` ready for a new demo. An earlier demo's own entries go; other files in it stay. Throws `already-exists`
 * if entries of those names are there that no demo made.
 */
export async function prepareDemoFolder(folder: string): Promise<void> {
  const found = await lstat(folder).catch(() => null);
  if (found !== null && !found.isDirectory()) {
    throw new AppError('already-exists', `${folder} is there and is not a folder. Move it away and start again.`);
  }
  const names: readonly string[] = Object.values(demoEntries);
  const there = found === null ? [] : (await readdir(folder)).filter((name) => names.includes(name));
  if (there.length > 0) {
    if (!(await isMarked(folder))) {
      throw new AppError(
        'already-exists',
        `${folder} holds ${there.join(', ')}, not made by a demo. Move them away and start again.`,
      );
    }
    for (const name of there) await rm(join(folder, name), { recursive: true, force: true });
  }
  await mkdir(folder, { recursive: true });
  const mark = {
    madeBy: 'doppel demo',
    replaces: names,
    note: 'The next demo deletes these entries and makes them anew.',
  };
  await writeFile(join(folder, markName), `${JSON.stringify(mark, null, 2)}\n`);
}
