/** The viewer in the real window: scans of a project and files that are dropped, by mouse and by keyboard. */
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { call } from './doppelTest.ts';
import { launchDoppel, type Doppel } from './launch.ts';
import { createProject, goTo } from './walkSteps.ts';
import { ended } from './work.ts';

let doppel: Doppel;
let page: Page;
const folder = mkdtempSync(join(tmpdir(), 'doppel-viewer-'));
const project = join(folder, 'Viewer.doppel');
const scans = join(folder, 'scans');
const subjects = ['01', '02'] as const;
const scanFile = (subject: string): string => join(scans, `sub-${subject}`, 'anat', `sub-${subject}_T1w.nii.gz`);

beforeAll(async () => {
  doppel = await launchDoppel();
  page = doppel.page;
  page.setDefaultTimeout(20_000);
  await createProject(doppel.app, page, { folder, name: 'Viewer' });
  await ended(page, project, await call(page, 'phantom.create', { project, count: 2, seed: 1, out: scans }));
  const request = { project, folder: scans, name: 'heads', grid: 48, spacingMm: 'auto' as const, holdout: 0, seed: 1 };
  const imported = await call(page, 'dataset.import', { ...request, derivative: 'labels' });
  expect(await ended(page, project, imported)).toMatchObject({ state: 'succeeded' });
  await goTo(page, 'View');
  await entry(subjects[0]).click();
});
afterAll(async () => {
  await doppel.close();
  rmSync(folder, { recursive: true, force: true });
});

const entry = (subject: string) => page.locator('nav button.show', { hasText: subject });
const text = (id: string): Promise<string> => page.getByTestId(id).innerText();

/** For each view whether it is drawn, from the pixels on the screen. */
const drawn = (): Promise<readonly boolean[]> =>
  page.evaluate(() =>
    [...document.querySelectorAll<HTMLCanvasElement>('[data-pane] .picture canvas')].map((canvas) => {
      const small = new OffscreenCanvas(16, 16).getContext('2d');
      if (canvas.width === 0 || small === null) return false;
      small.drawImage(canvas, 0, 0, 16, 16);
      return small.getImageData(0, 0, 16, 16).data.some((value, index) => index % 4 === 0 && value > 40);
    }),
  );
const shown = (views = 3): Promise<void> => expect.poll(drawn, { timeout: 20_000 }).toEqual(Array(views).fill(true));

/** Where a view is, and its middle. */
async function middleOf(pane: string): Promise<{ x: number; y: number }> {
  const box = await page.locator(`[data-pane="${pane}"] .picture`).boundingBox();
  if (box === null) throw new Error(`There is no view ${pane}.`);
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

async function drag(button: 'left' | 'right', by: { x: number; y: number }): Promise<void> {
  const from = await middleOf('upper-axial');
  await page.mouse.move(from.x, from.y);
  await page.mouse.down({ button });
  await page.mouse.move(from.x + by.x, from.y + by.y, { steps: 4 });
  await page.mouse.up({ button });
}

const depths = (): Promise<string[]> => page.locator('.corner.last').allInnerTexts();
const letters = (pane: string): Promise<string[]> => page.locator(`[data-pane="${pane}"] .letter`).allInnerTexts();
const reset = (): Promise<void> => page.getByRole('button', { name: 'Reset' }).click();

/** As the system does it when files are dragged over the window and let go. */
async function dropFile(path: string): Promise<void> {
  const { x, y } = await middleOf('upper-axial');
  const devTools = await page.context().newCDPSession(page);
  const data = { items: [], files: [path], dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    await devTools.send('Input.dispatchDragEvent', { type, x, y, data });
  }
  await devTools.detach();
}

test('all three views of a scan are drawn; a click in one moves the crosshair and the slices of the others', async () => {
  await shown();
  const before = { depths: await depths(), voxel: await text('voxel-a') };
  const { x, y } = await middleOf('upper-axial');
  await page.mouse.click(x + 60, y - 40);
  await expect.poll(() => text('voxel-a')).not.toBe(before.voxel);
  const [axial, coronal, sagittal] = await depths();
  expect(axial).toBe(before.depths[0]);
  expect([coronal, sagittal]).not.toEqual(before.depths.slice(1));
});

test('the wheel scrolls, with Ctrl it zooms; a drag with Shift pans, and Reset goes back', async () => {
  await reset();
  const [before, position] = [await depths(), await text('position')];
  const { x, y } = await middleOf('upper-axial');
  await page.mouse.move(x, y);
  await page.mouse.wheel(0, -100);
  await expect.poll(async () => (await depths())[0]).not.toBe(before[0]);
  await reset();
  const across = (): Promise<number> =>
    page
      .locator('[data-pane="upper-axial"] .line.upright')
      .evaluate((line) => new DOMMatrix(getComputedStyle(line).transform).m41);
  const middle = await across();
  await page.keyboard.down('Shift');
  await drag('left', { x: 50, y: 0 });
  await page.keyboard.up('Shift');
  await expect.poll(async () => Math.round((await across()) - middle)).toBe(50);
  await page.keyboard.down('Control');
  await page.mouse.wheel(0, -100);
  await page.keyboard.up('Control');
  await expect.poll(async () => Math.round((await across()) - middle)).toBe(55);
  expect(await text('position')).toBe(position);
  await reset();
  await expect.poll(across).toBe(middle);
});

test('a drag with the right button changes the window, A sets the automatic one', async () => {
  const automatic = await text('window-a');
  await drag('right', { x: 60, y: -40 });
  await expect.poll(() => text('window-a')).not.toBe(automatic);
  await page.keyboard.press('a');
  await expect.poll(() => text('window-a')).toBe(automatic);
});

test('the convention changes the sides of axial and coronal views, not of sagittal ones', async () => {
  const radiological = await letters('upper-axial');
  expect(radiological).toEqual(['R', 'L', 'A', 'P']);
  const sagittal = await letters('upper-sagittal');
  await page.getByRole('radiogroup', { name: 'Convention' }).getByText('Neurological').click();
  await expect.poll(() => letters('upper-axial')).toEqual(['L', 'R', 'A', 'P']);
  expect(await letters('upper-coronal')).toEqual(['L', 'R', 'S', 'I']);
  expect(await letters('upper-sagittal')).toEqual(sagittal);
  await page.locator('.viewer').focus();
  await page.keyboard.press('n');
  await expect.poll(() => letters('upper-axial')).toEqual(radiological);
});

test('structures are named, and their labels lie over the scan as strongly as is asked', async () => {
  await page.getByText('Left hippocampus').waitFor();
  const overlay = page.locator('[data-pane="upper-axial"] canvas.overlay');
  const opacity = (): Promise<string> => overlay.evaluate((canvas) => getComputedStyle(canvas).opacity);
  const before = Number(await opacity());
  await page.locator('.viewer').focus();
  await page.keyboard.press('.');
  await expect.poll(async () => Number(await opacity())).toBeCloseTo(before + 0.1);
});

test('two scans: side by side, in turn, and their difference; the bar stays one line', async () => {
  await entry(subjects[1]).hover();
  await page.getByRole('button', { name: new RegExp(`^Compare with .*${subjects[1]}$`) }).click();
  await shown(6);
  expect((await page.locator('.bar').boundingBox())?.height).toBeLessThan(50);
  const mode = page.getByRole('radiogroup', { name: 'Compare' });
  await mode.getByText('Difference').click();
  await page.getByTestId('difference').waitFor();
  await shown(3);
  await mode.getByText('Flicker').click();
  const title = (): Promise<string> => page.locator('[data-pane="upper-axial"] .corner.first').innerText();
  await expect.poll(title).toContain(subjects[1]);
  await expect.poll(title).toContain(subjects[0]);
  await page.getByRole('button', { name: new RegExp(`^Stop comparing with .*${subjects[1]}$`) }).click();
  await shown(3);
});

test('a NIfTI file that is dropped opens; a bad one says what is wrong, and the next opens all the same', async () => {
  const [dropped, damaged] = [join(folder, 'dropped.nii.gz'), join(folder, 'damaged.nii')];
  copyFileSync(scanFile(subjects[0]), dropped);
  writeFileSync(damaged, 'no scan');
  await dropFile(dropped);
  await page.locator('nav li.open', { hasText: 'dropped.nii.gz' }).waitFor();
  await page.getByRole('heading', { name: 'dropped.nii.gz' }).waitFor();
  await shown();
  await dropFile(damaged);
  await expect
    .poll(() => page.getByRole('alert').allInnerTexts())
    .toEqual([expect.stringContaining('not a NIfTI file')]);
  await entry(subjects[1]).click();
  await page.getByRole('heading', { name: subjects[1] }).waitFor();
  await expect.poll(() => page.getByRole('alert').count()).toBe(0);
  await shown();
  expect(doppel.console.filter((line) => line.startsWith('error'))).toEqual([]);
});
