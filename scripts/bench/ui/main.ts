/**
 * `npm run -s bench -- ui [FOLDER]`: how fast the window is, measured in the real one on a virtual screen without a GPU,
 * with a project of a thousand scans. One line a figure: value, goal, whether it is met. The project takes minutes to
 * make; in a FOLDER that is named it is kept, and used again the next time.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import type { Page } from 'playwright-core';
import { launchDoppel } from '#test/e2e/launch.ts';
import { isMet, lineOf, type Figure } from './figures.ts';
import { provideProject } from './makeProject.ts';
import { measureCurves, measureGallery, measurePages, measureStart } from './measurePages.ts';
import { measureMemory, measureOpening, measureScrolling } from './measureViewer.ts';

const startedAt = performance.now();
const say = (line: string): void => {
  console.error(`${((performance.now() - startedAt) / 1000).toFixed(1).padStart(6)} s  ${line}`);
};

let missed = 0;
function report(...figures: readonly Figure[]): void {
  for (const figure of figures) {
    console.log(lineOf(figure));
    if (!isMet(figure)) missed += 1;
  }
}

/** User data of a window in which the project was open before. */
async function knowing(path: string, userData: string): Promise<string> {
  await mkdir(userData, { recursive: true });
  const recentProjects = [{ path, name: basename(path), openedAt: new Date().toISOString() }];
  await writeFile(join(userData, 'settings.json'), JSON.stringify({ recentProjects }));
  return userData;
}

async function openProject(page: Page, path: string): Promise<void> {
  await page.getByRole('button', { name: path }).click();
  await page.getByRole('link', { name: 'Train' }).waitFor();
}

const named = process.argv[2];
const work = named === undefined ? await mkdtemp(join(tmpdir(), 'doppel-bench-ui-')) : resolve(named);
try {
  await mkdir(work, { recursive: true });
  const project = await provideProject(work, say);
  report(await measureStart());
  const doppel = await launchDoppel({ userData: await knowing(project.path, join(work, 'window')) });
  try {
    await openProject(doppel.page, project.path);
    report(...(await measurePages(doppel)));
    report(await measureGallery(doppel), await measureCurves(doppel));
    report(...(await measureOpening(doppel, project)));
    report(await measureScrolling(doppel));
    report(...(await measureMemory(doppel, project, say)));
  } finally {
    await doppel.close();
  }
  say(missed === 0 ? 'Every goal is met.' : `${String(missed)} goals are not met.`);
} finally {
  if (named === undefined) await rm(work, { recursive: true, force: true });
}
