/**
 * What a person does in the window, by what is written there: clicks and typing on the real pages. The system's own
 * dialogs, which no test can click, answer what they are told to.
 */
import type { ElectronApplication, Locator, Page } from 'playwright-core';

/** From now on the system's dialog for folders gives this one. */
export async function answerFolder(app: ElectronApplication, folder: string): Promise<void> {
  await app.evaluate(({ dialog }, chosen) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [chosen] });
  }, folder);
}

/** From now on the system's dialogs give this file: an existing one to read, and one to write. */
export async function answerFile(app: ElectronApplication, file: string): Promise<void> {
  await app.evaluate(({ dialog }, chosen) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [chosen] });
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath: chosen });
  }, file);
}

/** The question that closing with a job at work asks is answered: stop it. */
export async function stopJobsOnClose(app: ElectronApplication): Promise<void> {
  await app.evaluate(({ dialog }) => {
    const stop = (_window: unknown, { buttons }: { buttons: readonly string[] }) =>
      Promise.resolve({ response: buttons.indexOf('Stop and keep a checkpoint'), checkboxChecked: false });
    dialog.showMessageBox = stop as unknown as typeof dialog.showMessageBox;
  });
}

export const goTo = (page: Page, name: string): Promise<void> =>
  page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name, exact: true }).click();

const button = (page: Page, name: string | RegExp): Locator =>
  page.getByRole('button', { name, exact: typeof name === 'string' });

export async function chooseTheme(page: Page, theme: 'Light' | 'Dark'): Promise<void> {
  await goTo(page, 'Settings');
  // The radio button itself is drawn over by its words.
  await page.getByRole('radiogroup', { name: 'Theme' }).getByText(theme, { exact: true }).click();
  await page.locator(theme === 'Dark' ? 'html.dark' : 'html:not(.dark)').waitFor({ state: 'attached' });
}

/** Lets new projects go to `folder`, and makes one there; the Data page is shown then. */
export async function createProject(app: ElectronApplication, page: Page, place: ProjectPlace): Promise<void> {
  await keepProjectsIn(app, page, place.folder);
  await button(page, 'New project').first().click();
  await page.getByLabel('Name').fill(place.name);
  await button(page, 'Create project').click();
  await page.getByText('No scans yet').waitFor();
}

async function keepProjectsIn(app: ElectronApplication, page: Page, folder: string): Promise<void> {
  await answerFolder(app, folder);
  await goTo(page, 'Settings');
  await button(page, 'Change…').click();
  await page.getByText(folder, { exact: true }).waitFor();
  await goTo(page, 'Projects');
}

/** Opens a project that is there, of the folder where projects are kept. */
export async function openProject(
  app: ElectronApplication,
  page: Page,
  { folder, project }: { folder: string; project: string },
): Promise<void> {
  await keepProjectsIn(app, page, folder);
  await answerFolder(app, project);
  await button(page, 'Open…').click();
  await page.getByRole('heading', { name: 'Recent' }).waitFor();
}

export interface ProjectPlace {
  readonly folder: string;
  readonly name: string;
}

/** Drags a folder from the file manager onto the Data page, and waits until it was looked through. */
export async function dropFolder(page: Page, folder: string): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files: [folder], dragOperationsMask: 1 }; // 1: copy
  const place = { x: 600, y: 400 };
  for (const type of ['dragEnter', 'dragOver'] as const)
    await session.send('Input.dispatchDragEvent', { type, ...place, data });
  await page.getByText('Drop the folder to look through it').waitFor();
  await session.send('Input.dispatchDragEvent', { type: 'drop', ...place, data });
  await untilLookedThrough(page);
}

/** Opens the wizard and lets it look through `folder` to the end. */
export async function lookThrough(app: ElectronApplication, page: Page, folder: string): Promise<void> {
  await answerFolder(app, folder);
  await button(page, 'Import scans').click();
  await button(page, 'Choose folder').click();
  await untilLookedThrough(page);
}

async function untilLookedThrough(page: Page): Promise<void> {
  await page.getByRole('heading', { name: 'What was found' }).waitFor();
  await page.getByText(/^Fine/).first().waitFor();
  await page.getByRole('button', { name: 'Stop looking' }).waitFor({ state: 'detached', timeout: 120_000 });
}

/** From what was found to the end of the import; the gallery is shown then. */
export async function importFound(page: Page, { grid, labels }: { grid: number; labels: string }): Promise<void> {
  await button(page, 'Next').click();
  await page.getByRole('heading', { name: 'What is done to the scans first' }).waitFor();
  await button(page, 'Next').click();
  await page.getByRole('group', { name: 'Voxels a side' }).getByText(String(grid), { exact: true }).click();
  await gridPreview(page);
  await button(page, 'Next').click();
  await page.getByLabel('Label maps').fill(labels);
  await button(page, /^Import (one scan|\d+ scans)$/).click();
  await button(page, 'Show the dataset').click({ timeout: 120_000 });
  await page.getByRole('list', { name: /^Volumes of/ }).waitFor();
}

/** Waits until the scan before and after is drawn. */
export async function gridPreview(page: Page): Promise<void> {
  await page.locator('figure:nth-of-type(2) .picture:not(.old) img').waitFor({ timeout: 60_000 });
}

/** Expert settings of a network that takes a fraction of a second for a step. */
export const smallNetwork = { width: 16, latent: 8, codeUnits: 16, batch: 1 };

/** Fills the expert settings of a new run by their names; the form is open. */
export async function changeSettings(page: Page, settings: Readonly<Record<string, number>>): Promise<void> {
  await page.getByText('Expert settings').click();
  for (const [name, value] of Object.entries(settings)) {
    const field = page.locator(`#config-${name}`);
    const isList = await field.evaluate((element) => element.tagName === 'SELECT');
    if (isList) await field.selectOption(String(value));
    else await field.fill(String(value));
  }
}

/** Starts a run from the open form. */
export async function startTraining(page: Page, minutes: number): Promise<void> {
  await page.getByLabel('Train for').first().fill(String(minutes));
  await button(page, /^(Start training|Add to queue)$/).click();
  await page.getByRole('heading', { name: 'Losses' }).waitFor();
}

/** Opens a measure of how a run fares, and reads what it says; the measures do not lie on each other. */
export async function readHealth(page: Page, measure: string): Promise<string> {
  const health = page.getByRole('region', { name: 'Health of the run' });
  const boxes = await Promise.all((await health.getByRole('listitem').all()).map((item) => item.boundingBox()));
  for (const [index, box] of boxes.entries()) {
    const next = boxes[index + 1];
    if (box === null || (next && next.y < box.y + box.height && next.x < box.x + box.width))
      throw new Error(`Measure ${String(index + 1)} of the health of a run is hidden.`);
  }
  await health.getByRole('button', { name: measure }).click();
  return health.innerText();
}

/** Writes the generator of the chosen checkpoint to a file, and makes a checkpoint of that file again. */
export async function moveWeights(app: ElectronApplication, page: Page, file: string): Promise<void> {
  await answerFile(app, file);
  await button(page, 'Export weights…').click();
  await page.getByText(/tensors written to/).waitFor();
  await goTo(page, 'Train');
  await page.getByRole('link', { name: '+ New run' }).click();
  await button(page, 'Import weights…').click();
  const dialog = page.getByRole('dialog', { name: 'Import weights' });
  await dialog.getByRole('button', { name: 'Choose file…' }).click();
  await dialog.getByText('Expert settings').click();
  for (const [name, value] of Object.entries(smallNetwork)) {
    const field = dialog.locator(`#weights-${name}`);
    const isList = await field.evaluate((element) => element.tagName === 'SELECT');
    if (isList) await field.selectOption(String(value));
    else await field.fill(String(value));
  }
  await dialog.getByRole('button', { name: 'Import', exact: true }).click();
  await dialog.getByText(/^Imported\./).waitFor({ timeout: 60_000 });
  await dialog.locator('footer').getByRole('button', { name: 'Close' }).click();
  await page.locator('#train-begin option', { hasText: /^imported/ }).waitFor({ state: 'attached' });
}

/** The figure with this name in the head of a run. */
export const figure = (page: Page, name: string): Locator =>
  page.locator('main dl.figures > div', { has: page.getByText(name, { exact: true }) }).locator('dd');

/** Waits until the run has done this many iterations. */
export async function untilIteration(page: Page, least: number): Promise<void> {
  await page.waitForFunction(
    ([name, wanted]) => {
      const terms = [...document.querySelectorAll('main dl.figures dt')];
      const found = terms.find(({ textContent }) => textContent === name)?.nextElementSibling?.textContent ?? '';
      return Number.parseInt(found.replaceAll(',', ''), 10) >= wanted;
    },
    ['Iteration', least] as const,
    { timeout: 90_000 },
  );
}

/** Makes scans from the chosen checkpoint, and waits for all of them. */
export async function synthesise(page: Page, count: number): Promise<void> {
  await page.getByLabel('Scans', { exact: true }).fill(String(count));
  await button(page, /^(Synthesise|Add to queue)$/).click();
  await page.getByRole('list', { name: 'Scans', exact: true }).getByRole('listitem').nth(count - 1).waitFor({ timeout: 90_000 }); // prettier-ignore
  await page.getByRole('complementary').getByText('Done').first().waitFor();
}
