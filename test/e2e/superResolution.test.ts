/** Super-resolution by clicks: a scan is chosen, made finer, looked at under its maps; the checkpoint is evaluated. */
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Locator } from 'playwright-core';
import { expect, test } from 'vitest';
import { brainValues, writeScan } from '../imaging/scanFixture.ts';
import { call, openDoppel, temporaryFolder } from './doppelTest.ts';
import { goTo, openProject } from './walkSteps.ts';
import { answerFiles, projectWithSuperResolution } from './superResolutionSteps.ts';

/** Pixels that are not transparent. */
const inkOf = (overlay: Locator): Promise<number> =>
  overlay.evaluate((element) => {
    const canvas = element as HTMLCanvasElement;
    const { data } = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height) ?? { data: [] };
    return [...data].filter((value, index) => index % 4 === 3 && value > 0).length;
  });

test('a scan is made finer and looked at, and its model evaluated, by clicks', { timeout: 120_000 }, async () => {
  const { app, page, console: said } = await openDoppel();
  page.setDefaultTimeout(30_000);
  const project = await projectWithSuperResolution(page);
  await openProject(app, page, { folder: dirname(project), project });
  const size = [20, 24, 16] as const;
  const coarse = writeScan(join(temporaryFolder(), 'coarse.nii.gz'), { size, values: brainValues(size), datatype: 'float32' }); // prettier-ignore
  const main = page.getByRole('main');

  await goTo(page, 'Super-resolution');
  await main.getByText('While training').waitFor();
  const start = main.getByRole('button', { name: 'Make finer' });
  expect(await start.isDisabled()).toBe(true);
  await answerFiles(app, [coarse]);
  await main.getByRole('button', { name: 'Choose files…' }).click();
  await main.getByText('one chosen').waitFor();
  await main.getByText('Uncertainty map').click();
  await start.click();

  const scans = main.getByRole('list', { name: 'Finer scans' });
  await scans.getByText('Look at it with care:').waitFor(); // its voxels are not those of the training
  expect(await scans.innerText()).toMatch(/1 × 1 × 1/);
  await scans.getByRole('button', { name: 'View coarse.nii.gz' }).click();
  const divider = page.getByRole('slider', { name: 'Where the split view divides' });
  await divider.waitFor();
  await page.getByTestId('intensity-b').waitFor();
  const panes = page.locator('[data-pane]');
  await expect.poll(() => panes.count()).toBe(6);
  await divider.fill('25');
  await expect.poll(() => panes.first().getAttribute('data-to')).toBe('0.25');
  await expect.poll(() => page.locator('[data-pane=lower-axial]').getAttribute('data-from')).toBe('0.25');
  const maps = page.getByRole('radiogroup', { name: 'Over the result' });
  for (const name of ['Difference', 'Uncertainty', 'Data consistency']) {
    await maps.getByText(name, { exact: true }).click();
    await page.getByRole('complementary').getByRole('heading', { name, exact: true }).waitFor();
    expect(await page.getByTestId('map').innerText()).toMatch(/\d/);
  }
  expect(await inkOf(page.locator('[data-pane=lower-axial] canvas.overlay'))).toBeGreaterThan(0);
  expect(await inkOf(page.locator('[data-pane=upper-axial] canvas.overlay'))).toBe(0);

  await goTo(page, 'Super-resolution');
  await main.getByRole('button', { name: 'Evaluate on held-out scans' }).first().click();
  const table = main.getByRole('table', { name: 'Inside the brain, medians' });
  await table.waitFor({ timeout: 60_000 });
  expect(await table.getByRole('row', { name: /PSNR/ }).innerText()).toMatch(/\d+\.\d\d/);
  await main.getByRole('img', { name: 'PSNR, dB of each scan by method' }).waitFor();
  await main.getByRole('button', { name: 'Show the report in its folder' }).waitFor();
  await goTo(page, 'Super-resolution');
  await main.getByText(/dB PSNR on one scan/).waitFor();

  expect(said.filter((line) => line.startsWith('error'))).toEqual([]);
  expect(readdirSync(join(project, 'reports')).length).toBe(2);
  expect(await call(page, 'project.check', { project })).toMatchObject({ ok: true, problems: [] });
});
