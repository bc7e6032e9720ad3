/** The whole way of a user without a mouse: Tab to what is wanted, whose focus can be seen, and a key to use it. */
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { openDoppel, temporaryFolder } from './doppelTest.ts';
import { drawPhantoms } from './phantoms.ts';
import { answerFolder, figure, smallNetwork, stopJobsOnClose, untilIteration } from './walkSteps.ts';

const mostTabs = 120;

/** How an element and what frames it are drawn: outlines, rings, borders, grounds. */
const look = (wanted: Locator): Promise<string> =>
  wanted.evaluate(async (element) => {
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    return [element, element.parentElement, element.nextElementSibling, element.closest('label')]
      .flatMap((near) => (near === null ? [] : [getComputedStyle(near)]))
      .map((style) => [style.outline, style.boxShadow, style.borderColor, style.backgroundColor].join())
      .join();
  });

/** Tabs on until `wanted` has the focus, and looks different for it. */
async function tabTo(page: Page, wanted: Locator): Promise<void> {
  const target = wanted.first();
  await target.waitFor({ state: 'attached' });
  const hasFocus = (): Promise<boolean> => target.evaluate((element) => element === document.activeElement);
  if (await hasFocus()) return;
  const before = await look(target);
  for (let tabs = 0; tabs < mostTabs; tabs++) {
    await page.keyboard.press('Tab');
    if (!(await hasFocus())) continue;
    await expect.poll(() => look(target), { message: `focus of ${String(wanted)}` }).not.toBe(before);
    return;
  }
  throw new Error(`${String(mostTabs)} times Tab never came to ${String(wanted)}.`);
}

const press = async (page: Page, wanted: Locator, key = 'Enter'): Promise<void> => {
  await tabTo(page, wanted);
  await page.keyboard.press(key);
};
const button = (page: Page, name: string | RegExp): Locator =>
  page.getByRole('button', { name, exact: typeof name === 'string' });
const pageLink = (page: Page, name: string): Locator =>
  page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name, exact: true });

async function type(page: Page, field: Locator, text: string): Promise<void> {
  await tabTo(page, field);
  await page.keyboard.press('Control+A');
  await page.keyboard.type(text);
}

test('from nothing to a synthetic scan in three planes without a mouse', { timeout: 240_000 }, async () => {
  const folder = temporaryFolder();
  const scans = await drawPhantoms(join(folder, 'drawn'), 3);
  const { app, page } = await openDoppel();
  await stopJobsOnClose(app);
  page.setDefaultTimeout(90_000);

  await answerFolder(app, folder);
  await press(page, pageLink(page, 'Settings'));
  await press(page, button(page, 'Change…'));
  await page.getByText(folder, { exact: true }).waitFor();
  await press(page, pageLink(page, 'Projects'));
  await press(page, button(page, 'New project'));
  await type(page, page.getByLabel('Name'), 'By keys');
  await page.keyboard.press('Enter');
  await page.getByText('No scans yet').waitFor();

  await answerFolder(app, scans);
  await press(page, button(page, 'Import scans'));
  await press(page, button(page, 'Choose folder'));
  await page.getByRole('heading', { name: 'What was found' }).waitFor();
  await page.getByRole('button', { name: 'Stop looking' }).waitFor({ state: 'detached' });
  await press(page, button(page, 'Next'));
  await page.getByRole('heading', { name: 'What is done to the scans first' }).waitFor();
  await press(page, button(page, 'Next'));
  const sides = page.getByRole('group', { name: 'Voxels a side' });
  await tabTo(page, sides.getByRole('radio', { checked: true }));
  const smallest = sides.getByRole('radio', { name: /^16\b/ });
  for (let presses = 0; presses < 8 && !(await smallest.isChecked()); presses++) await page.keyboard.press('ArrowUp');
  expect(await smallest.isChecked()).toBe(true);
  await press(page, button(page, 'Next'));
  await press(page, button(page, /^Import \d+ scans$/));
  await press(page, button(page, 'Show the dataset'));
  await page.getByRole('list', { name: /^Volumes of/ }).waitFor();

  await press(page, pageLink(page, 'Train'));
  await press(page, page.locator('summary', { hasText: 'Expert settings' }));
  for (const [name, value] of Object.entries(smallNetwork)) {
    const field = page.locator(`#config-${name}`);
    if ((await field.evaluate((element) => element.tagName)) === 'SELECT') {
      await tabTo(page, field);
      await page.keyboard.type(String(value));
    } else await type(page, field, String(value));
  }
  await press(page, button(page, /^(Start training|Add to queue)$/));
  await untilIteration(page, 2);
  await press(page, button(page, 'Stop'));
  await press(page, page.getByRole('dialog').getByRole('button', { name: 'Stop the run' }));
  await page.getByRole('main').getByText('Stopped').first().waitFor();
  expect(await figure(page, 'Iteration').innerText()).not.toBe('0');

  await press(page, page.getByRole('main').getByRole('button', { name: 'Synthesise' }));
  await type(page, page.getByLabel('Scans', { exact: true }), '1');
  await press(page, button(page, /^(Synthesise|Add to queue)$/));
  const link = page.getByRole('link', { name: 'Open the scan of seed 1 in the viewer' });
  await link.waitFor({ timeout: 90_000 });
  await press(page, link);
  await page.getByRole('main').getByText('Voxel', { exact: true }).waitFor();
  await tabTo(page, page.locator('.viewer'));
  const said = (): Promise<string> => page.locator('.viewer').innerText();
  const before = await said();
  await page.keyboard.press('ArrowUp');
  await expect.poll(said).not.toBe(before);
});
