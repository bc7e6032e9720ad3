/** Figures of the window and its pages: the start, a click on each page, the gallery, the curves. */
import type { Page } from 'playwright-core';
import { launchDoppel, type Doppel } from '#test/e2e/launch.ts';
import { median, type Figure } from './figures.ts';
import { redrawCurves, scrollGallery, showPage } from './inPage.ts';
import { galleryScans, lossPoints } from './makeProject.ts';

const starts = 5;
const rounds = 5;
const redraws = 20;
const scrollSeconds = 5;
const pages = ['Data', 'Train', 'Synthesise', 'View', 'Jobs', 'Settings', 'Projects'] as const;

/** From the start of Electron's process to the first contents in the window. */
async function startOnce(): Promise<number> {
  const { app, page, close } = await launchDoppel();
  try {
    const painted = await page.waitForFunction(() => {
      const [first] = performance.getEntriesByName('first-contentful-paint');
      return first === undefined ? undefined : performance.timeOrigin + first.startTime;
    });
    const began = await app.evaluate(() => process.getCreationTime() ?? Number.NaN);
    return ((await painted.jsonValue()) ?? Number.NaN) - began;
  } finally {
    await close();
  }
}

export async function measureStart(): Promise<Figure> {
  const found: number[] = [];
  for (let index = 0; index < starts; index++) found.push((await startOnce()) / 1000);
  return {
    name: "First window after Electron's start (median)",
    value: median(found),
    unit: 's',
    goal: { kind: 'below', value: 2 },
    note: `of ${String(starts)}; slowest ${Math.max(...found).toFixed(2)} s`,
  };
}

const isIdle = (page: Page): Promise<unknown> =>
  page.evaluate(() => new Promise((resolve) => requestIdleCallback(resolve, { timeout: 5000 })));

/** The first click on a page loads its code; later ones find it there. */
export async function measurePages({ page }: Doppel): Promise<readonly Figure[]> {
  const first: (readonly [string, number])[] = [];
  const later: (readonly [string, number])[] = [];
  for (let round = 0; round <= rounds; round++) {
    for (const name of pages) {
      const ms = await page.evaluate(showPage, name);
      (round === 0 ? first : later).push([name, ms]);
      await isIdle(page);
    }
  }
  const figure = (title: string, found: typeof first): Figure => {
    const perPage = pages.map((name) => ({
      name,
      ms: median(found.filter(([each]) => each === name).map(([, ms]) => ms)),
    }));
    const slowest = perPage.reduce((a, b) => (b.ms > a.ms ? b : a));
    return {
      name: `Page interactive after ${title} (slowest)`,
      value: slowest.ms,
      unit: 'ms',
      goal: { kind: 'below', value: 100 },
      note: perPage.map(({ name, ms }) => `${name} ${ms.toFixed(0)}`).join(', '),
    };
  };
  return [figure('the first click', first), figure('later clicks', later)];
}

export async function measureGallery({ page }: Doppel): Promise<Figure> {
  await page.evaluate(showPage, 'Data');
  await page.locator('.scroller li').first().waitFor();
  await isIdle(page);
  const { perSecond, dropped, frames } = await page.evaluate(scrollGallery, scrollSeconds);
  const cells = await page.locator('.scroller li').count();
  return {
    name: `Gallery of ${String(galleryScans)} thumbnails, scrolling`,
    value: perSecond,
    unit: 'fps',
    goal: { kind: 'atLeast', value: 50 },
    note: `${String(dropped)} of ${String(frames)} frames dropped; ${String(cells)} cells exist`,
  };
}

export async function measureCurves({ page }: Doppel): Promise<Figure> {
  await page.evaluate(showPage, 'Train');
  await page.locator('.curves canvas').waitFor();
  await isIdle(page);
  const found: number[] = [];
  for (let index = 0; index < redraws; index++) {
    found.push(await page.evaluate(redrawCurves));
    await isIdle(page);
  }
  return {
    name: `Loss curves of ${String(lossPoints)} points drawn anew (median)`,
    value: median(found),
    unit: 'ms',
    goal: { kind: 'below', value: 50 },
    note: `of ${String(redraws)}; slowest ${Math.max(...found).toFixed(0)} ms`,
  };
}
