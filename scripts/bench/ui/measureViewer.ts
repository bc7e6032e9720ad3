/** Figures of the viewer: from the click to the picture, scrolling, and memory over many volumes. */
import { basename } from 'node:path';
import type { ElectronApplication, Page } from 'playwright-core';
import type { Doppel } from '#test/e2e/launch.ts';
import { median, slopeOf, type Figure } from './figures.ts';
import { openVolume, scrollSlices, showPage, type Opening } from './inPage.ts';
import type { BenchProject } from './makeProject.ts';

const openings = 10;
const scrollSeconds = 5;
const volumes = 50;
const sampleEvery = 10;
/** Before memory is looked at: code, shaders and caches come with the first ones. */
const warmUp = 5;

const onScreen = { kind: 'below', value: 1 } as const;

async function openOne(page: Page, name: string): Promise<Opening> {
  const opening = await page.evaluate(openVolume, name);
  await page.waitForTimeout(300); // what comes after the picture is not the next one's
  return opening;
}

function openingFigures(title: string, found: readonly Opening[]): readonly Figure[] {
  const [first, ...later] = found;
  const seconds = later.map(({ shownMs }) => shownMs / 1000);
  const blocked = Math.max(...later.map(({ blockedMs }) => blockedMs));
  return [
    {
      name: `${title}: the first`,
      value: (first?.shownMs ?? Number.NaN) / 1000,
      unit: 's',
      goal: onScreen,
    },
    {
      name: `${title}: later ones (median)`,
      value: median(seconds),
      unit: 's',
      goal: onScreen,
      note: `of ${String(later.length)}; slowest ${Math.max(...seconds).toFixed(2)} s; page blocked at most ${blocked.toFixed(0)} ms`,
    },
  ];
}

/** Those of the project come over `volume://`, those opened as files from the disk. */
export async function measureOpening({ page }: Doppel, { files }: BenchProject): Promise<readonly Figure[]> {
  await page.evaluate(showPage, 'View');
  await page.locator('nav button[title="phantom-1"]').waitFor();
  const fromProject: Opening[] = [];
  for (let index = 0; index <= openings; index++) {
    fromProject.push(await openOne(page, `phantom-${String((index % 2) + 1)}`));
  }
  await offerFiles(page, files);
  const fromDisk: Opening[] = [];
  for (let index = 0; index <= openings; index++) {
    fromDisk.push(await openOne(page, basename(files[index % 2] ?? '')));
  }
  return [
    ...openingFigures('On screen after a click, 192³ of the project', fromProject),
    ...openingFigures('On screen after a click, 181×217×181 from disk', fromDisk),
  ];
}

/** Puts files on the list, as the button for them does, and leaves another volume open. */
async function offerFiles(page: Page, files: readonly string[]): Promise<void> {
  for (const file of files) {
    await page.setInputFiles('input[type=file]', file); // one by one: of two, the second would be compared
    await page.locator(`nav li.open button[title="${basename(file)}"]`).waitFor();
    await page.locator('[role=status]').waitFor({ state: 'detached' });
  }
  await openOne(page, 'phantom-1');
}

export async function measureScrolling({ page }: Doppel): Promise<Figure> {
  return {
    name: 'Scrolling through slices of 181×217×181, one view',
    value: await page.evaluate(scrollSlices, scrollSeconds),
    unit: 'fps',
    goal: { kind: 'atLeast', value: 20 },
  };
}

interface Memory {
  readonly rendererMiB: number;
  readonly graphicsMiB: number;
}

async function memoryOf(app: ElectronApplication, page: Page): Promise<Memory> {
  const devTools = await page.context().newCDPSession(page);
  try {
    // Twice: what the first round finalises is free for the second.
    for (let round = 0; round < 2; round++) {
      await devTools.send('HeapProfiler.collectGarbage');
      await page.waitForTimeout(500);
    }
  } finally {
    await devTools.detach();
  }
  return app.evaluate((electron) => {
    const metrics = electron.app.getAppMetrics();
    const mib = (type: string): number =>
      metrics.filter((each) => each.type === type).reduce((sum, { memory }) => sum + memory.workingSetSize / 1024, 0);
    return { rendererMiB: mib('Tab'), graphicsMiB: mib('GPU') };
  });
}

function memoryFigure(name: string, found: readonly number[]): Figure {
  return {
    name: `${name} over ${String(volumes)} volumes (slope)`,
    value: slopeOf(found, sampleEvery),
    unit: 'MiB each',
    goal: { kind: 'below', value: 0.3 },
    note: `first ${(found[0] ?? 0).toFixed(0)}, last ${(found.at(-1) ?? 0).toFixed(0)} MiB: ${found.map((mib) => mib.toFixed(0)).join(', ')}; a volume has 27`,
  };
}

/** Opens a volume, leaves the page, and comes back for the next, after which nothing of the last may be left. */
export async function measureMemory(
  { app, page }: Doppel,
  { files }: BenchProject,
  say: (line: string) => void,
): Promise<readonly Figure[]> {
  const found: Memory[] = [];
  for (let opened = -warmUp; opened <= volumes; opened++) {
    if (opened >= 0 && opened % sampleEvery === 0) {
      found.push(await memoryOf(app, page));
      say(`Memory after ${String(opened)} volumes …`);
    }
    await page.evaluate(showPage, 'View');
    await page.evaluate(openVolume, basename(files[Math.abs(opened) % 2] ?? ''));
    await page.evaluate(showPage, 'Jobs');
  }
  return [
    memoryFigure(
      'Memory of the page',
      found.map(({ rendererMiB }) => rendererMiB),
    ),
    memoryFigure(
      'Memory of the graphics process',
      found.map(({ graphicsMiB }) => graphicsMiB),
    ),
  ];
}
