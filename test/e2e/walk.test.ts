/** The whole way of a user through the window, by clicks alone: from nothing to a synthetic scan, and back after a restart. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, onTestFinished, test } from 'vitest';
import { call, temporaryFolder } from './doppelTest.ts';
import { launchDoppel, type Doppel } from './launch.ts';
import { drawPhantoms } from './phantoms.ts';
import {
  changeSettings,
  createProject,
  figure,
  goTo,
  importFound,
  lookThrough,
  moveWeights,
  readHealth,
  smallNetwork,
  startTraining,
  stopJobsOnClose,
  synthesise,
  untilIteration,
} from './walkSteps.ts';

async function open(userData: string): Promise<Doppel> {
  const doppel = await launchDoppel({ userData });
  onTestFinished(() => doppel.close().catch(() => undefined)); // a step may have ended it
  await stopJobsOnClose(doppel.app);
  return doppel;
}

/** What the last values of all losses are, as the chart's legend shows them. */
const losses = (page: Page): Promise<string> => page.getByRole('group', { name: 'Loss terms shown' }).innerText();

const inkOfChart = (page: Page): Promise<number> =>
  page.locator('.chart canvas').evaluate((canvas: HTMLCanvasElement) => {
    const { data } = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height) ?? { data: [] };
    return [...data].filter((value, index) => index % 4 === 3 && value > 0).length;
  });

test(
  'from nothing to a synthetic scan in the viewer, and all of it there after a restart',
  { timeout: 240_000 },
  async () => {
    const userData = temporaryFolder();
    const folder = temporaryFolder();
    const scans = await drawPhantoms(join(folder, 'drawn'), 4);
    const doppel = await open(userData);
    const { app, page } = doppel;
    page.setDefaultTimeout(30_000);

    await createProject(app, page, { folder, name: 'First study' });
    await lookThrough(app, page, scans);
    expect(await page.getByRole('listitem').filter({ hasText: '_T1w.nii.gz' }).count()).toBe(4);
    await importFound(page, { grid: 16, labels: 'labels' });
    expect(await page.locator('[data-volume]').count()).toBe(4);

    await goTo(page, 'Train');
    await changeSettings(page, smallNetwork);
    const card = page.getByRole('article').filter({ has: page.getByRole('radio', { checked: true }) });
    await card.getByRole('button', { name: 'Plan', exact: true }).click();
    await page.getByText('1,000 iterations take about').waitFor({ timeout: 60_000 });
    await startTraining(page, 10);
    await untilIteration(page, 3);
    const [lossesBefore, previewBefore] = [await losses(page), await page.locator('.preview .at').innerText()];
    await untilIteration(page, 12);
    expect(await losses(page)).not.toBe(lossesBefore);
    expect(await inkOfChart(page)).toBeGreaterThan(1000);
    expect(await figure(page, 'Pace').innerText()).toMatch(/it/);
    expect(await figure(page, 'Time left').innerText()).toMatch(/min/);
    expect(await figure(page, 'Memory, at most').innerText()).toMatch(/[MG]B/);

    await page.getByRole('button', { name: 'Pause', exact: true }).click();
    await page.getByRole('main').getByText('Paused').first().waitFor();
    const paused = Number.parseInt((await figure(page, 'Iteration').innerText()).replaceAll(',', ''), 10);
    await expect.poll(() => page.locator('.preview .at').innerText()).not.toBe(previewBefore);
    const slider = page.getByRole('slider', { name: 'Iteration of the preview' });
    await slider.focus();
    await page.keyboard.press('ArrowLeft');
    expect(await page.locator('.preview .at').innerText()).toBe('Iteration 0');
    await page.getByRole('button', { name: 'Resume' }).click();
    await untilIteration(page, paused + 3);
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Stop the run' }).click();
    await page.getByRole('main').getByText('Stopped').first().waitFor();
    expect(await readHealth(page, 'Diversity')).toContain('How much more alike synthetic scans are');

    await page.getByRole('main').getByRole('button', { name: 'Synthesise' }).click();
    await moveWeights(app, page, join(folder, 'generator.safetensors'));
    await page
      .getByRole('complementary')
      .getByRole('link', { name: /Stopped/ })
      .click();
    await page.getByRole('main').getByRole('button', { name: 'Synthesise' }).click();
    await synthesise(page, 2);
    await page.getByRole('link', { name: 'Open the scan of seed 1 in the viewer' }).click();

    const readOut = page.getByRole('main');
    await readOut.getByText('Voxel', { exact: true }).waitFor();
    const axial = page.locator('[data-pane]').first();
    const box = await axial.boundingBox();
    if (box === null) throw new Error('There is no view.');
    const middle = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
    const said = (): Promise<string> => page.locator('.viewer').innerText();
    const before = await said();
    await page.mouse.click(middle.x + 40, middle.y - 30);
    await expect.poll(said).not.toBe(before);
    const pointed = await said();
    await page.mouse.move(middle.x, middle.y);
    await page.mouse.down({ button: 'right' });
    await page.mouse.move(middle.x + 60, middle.y - 40, { steps: 4 });
    await page.mouse.up({ button: 'right' });
    await expect.poll(said).not.toBe(pointed);
    const left = axial.locator('.letter.left');
    expect(await left.innerText()).toBe('R');
    await page.getByRole('radiogroup', { name: 'Convention' }).getByText('Neurological').click();
    await expect.poll(() => left.innerText()).toBe('L');

    expect(doppel.console.filter((line) => line.startsWith('error'))).toEqual([]);
    await doppel.close();
    const again = await open(userData);
    again.page.setDefaultTimeout(30_000);
    await again.page
      .getByRole('button', { name: /First study/ })
      .first()
      .click();
    await goTo(again.page, 'Data');
    await expect.poll(() => again.page.locator('[data-volume]').count()).toBe(4);
    await goTo(again.page, 'Train');
    await again.page.getByRole('heading', { name: 'Losses' }).waitFor();
    expect(await figure(again.page, 'Iteration').innerText()).not.toBe('0');
    await expect.poll(() => inkOfChart(again.page)).toBeGreaterThan(1000);
    await goTo(again.page, 'Synthesise');
    await again.page
      .getByRole('complementary')
      .getByRole('link', { name: /2 scans/ })
      .click();
    await expect.poll(() => again.page.getByRole('link', { name: /^Open the scan of seed/ }).count()).toBe(2);
    const project = join(folder, 'First study.doppel');
    expect(readdirSync(join(project, 'checkpoints')).length).toBeGreaterThan(1);
    expect(await call(again.page, 'project.check', { project })).toMatchObject({ ok: true, problems: [] });
  },
);
