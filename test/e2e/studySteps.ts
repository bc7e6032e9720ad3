/** What a study's owner and its readers do in the window, by clicks and keys. */
import { join } from 'node:path';
import type { ElectronApplication, Page } from 'playwright-core';
import { expect } from 'vitest';
import { call, temporaryFolder } from './doppelTest.ts';
import { goTo } from './walkSteps.ts';
import { ended } from './work.ts';

const button = (page: Page, name: string | RegExp) =>
  page.getByRole('button', { name, exact: typeof name === 'string' });
const next = (page: Page): Promise<void> => button(page, 'Next').click();

export const passphrase = 'correct horse battery staple';

export interface StudyMaterial {
  readonly project: string;
  /** Of synthetic scans from elsewhere. */
  readonly synthetic: string;
}

/** A project with a dataset of `real` brains, one synthetic scan of its own, and a folder with others. */
export async function studyMaterial(
  page: Page,
  { real, others }: { real: number; others: number },
): Promise<StudyMaterial> {
  const folder = temporaryFolder();
  const project = join(folder, 'Owner.doppel');
  await call(page, 'project.create', { project });
  const draw = async (name: string, count: number, seed: number): Promise<string> => {
    const out = join(folder, name);
    const job = await call(page, 'phantom.create', { project, count, seed, out });
    expect(await ended(page, project, job)).toMatchObject({ state: 'succeeded' });
    return out;
  };
  const scans = await draw('hospital', real, 1);
  const imported = await call(page, 'dataset.import', {
    project,
    folder: scans,
    name: 'hospital',
    grid: 16,
    spacingMm: 'auto',
    holdout: 0.34,
    seed: 1,
    derivative: null,
  });
  expect(await ended(page, project, imported)).toMatchObject({ state: 'succeeded' });
  const trained = await call(page, 'model.train', {
    project,
    dataset: 'hospital',
    modelId: 'alpha-wgan',
    preset: null,
    overrides: { width: 16, latent: 8, codeUnits: 16, batch: 1 },
    until: { iterations: 2 },
    seed: 3,
    previewEvery: null,
    checkpointEvery: null,
  });
  expect(await ended(page, project, trained)).toMatchObject({ state: 'succeeded' });
  const made = await call(page, 'checkpoint.synthesize', { project, checkpoint: null, count: 1, seed: 1, truncation: 1, out: null }); // prettier-ignore
  expect(await ended(page, project, made)).toMatchObject({ state: 'succeeded' });
  return { project, synthetic: await draw('made elsewhere', others, 50) };
}

export interface PlannedReader {
  readonly name: string;
  readonly pin: string;
}

interface Plan {
  readonly name: string;
  readonly trials: number;
  readonly repeats: number;
  readonly practice: number;
  readonly readers: readonly PlannedReader[];
  /** Of synthetic scans from elsewhere. */
  readonly synthetic: string;
}

async function fillNumber(page: Page, label: string, value: number): Promise<void> {
  const field = page.getByLabel(label, { exact: true }).and(page.locator('input'));
  await field.fill(String(value));
  await field.press('Tab');
}

/** Through all steps of the wizard; the scans are being prepared then. */
export async function designStudy(app: ElectronApplication, page: Page, plan: Plan): Promise<void> {
  await goTo(page, 'Turing test');
  await page.getByRole('link', { name: '+ New study' }).click();
  await page.getByLabel('Name of the study').fill(plan.name);
  await next(page);
  await page.getByRole('radiogroup', { name: 'Which of its scans' }).getByText(/^All/).click();
  await page.getByText(/^A network may have learned training scans by heart/).waitFor();
  await page
    .locator('label')
    .getByText(/^one scan/)
    .click();
  await app.evaluate(({ dialog }, chosen) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [chosen] });
  }, plan.synthetic);
  await button(page, 'Add a folder…').click();
  await page.getByText(plan.synthetic, { exact: true }).waitFor();
  await next(page);
  await fillNumber(page, 'Shown twice', plan.repeats);
  await fillNumber(page, 'Practice before', plan.practice);
  await fillNumber(page, 'Scans a reader sees', plan.trials);
  await page.getByText(new RegExp(`^${String(plan.trials)} trials × one reader`)).waitFor();
  await next(page);
  for (const [at, { name, pin }] of plan.readers.entries()) {
    if (at > 0) await button(page, 'Add a reader').click();
    await page.getByLabel(`Name or pseudonym ${String(at + 1)}`).fill(name);
    await page.getByLabel(`Role ${String(at + 1)}`).fill('Radiologist');
    await page.getByLabel(`Years of experience ${String(at + 1)}`).fill('7');
    await page.getByLabel(`PIN ${String(at + 1)}`).fill(pin);
  }
  await button(page, 'Prepare the scans').click();
}

/** Waits for the fairness guard, and locks in spite of what it may have found among so few scans. */
export async function lockStudy(page: Page): Promise<void> {
  await page.getByRole('rowheader', { name: 'Power spectrum' }).waitFor({ timeout: 120_000 });
  await button(page, 'Lock the study…').click();
  const dialog = page.getByRole('dialog');
  const reason = dialog.getByLabel(/^Why the study is fair/);
  if ((await reason.count()) > 0) await reason.fill('A test with a handful of phantoms.');
  await dialog.getByLabel(/^Passphrase, at least/).fill(passphrase);
  await dialog.getByLabel('Passphrase once more').fill(`${passphrase}!`);
  await dialog.getByText('The two differ.').waitFor();
  await dialog.getByLabel('Passphrase once more').fill(passphrase);
  await dialog.getByText('I have written the passphrase down.').click();
  await dialog.getByRole('button', { name: 'Lock', exact: true }).click();
  await button(page, 'Start reading').waitFor({ timeout: 60_000 });
}

/** From the study's page to the reader's chair: the instructions are shown then. */
export async function sitDown(page: Page, { name, pin }: PlannedReader): Promise<void> {
  await page.getByRole('radio', { name: new RegExp(`^${name}`) }).check();
  await page.getByLabel('PIN').fill(pin);
  await button(page, 'Sit down').click();
  await page.getByRole('heading', { name: 'What to do' }).waitFor({ timeout: 60_000 });
}

const panel = (page: Page) => page.locator('aside[aria-label=Answer]:not([inert])');

/** Waits until the scan with this number is on the screen. */
export async function untilTrial(page: Page, index: number, total: number): Promise<void> {
  await page.getByText(`${String(index)} of ${String(total)}`, { exact: true }).waitFor({ timeout: 60_000 });
  await panel(page).waitFor({ timeout: 60_000 });
}

/** Looks a little, answers by keys, and confirms. */
export async function answerByKeys(page: Page, confidence: number): Promise<void> {
  await page.keyboard.press('PageUp');
  await page.keyboard.press(']');
  await page.keyboard.press('m');
  await page.getByText('one mark', { exact: true }).waitFor();
  await page.keyboard.press(String(confidence));
  await panel(page).getByRole('button', { pressed: true }).first().waitFor();
  await page.keyboard.press('Enter');
}

/** In a project with a dataset: a study that waits to be locked, and one that is being read. */
export async function twoStudies(
  page: Page,
  { project, dataset, synthetic }: { project: string; dataset: string; synthetic: string },
): Promise<void> {
  const prepare = async (name: string): Promise<string> => {
    const { study, job } = await call(page, 'study.create', {
      project,
      design: {
        name,
        real: { dataset, split: 'all' },
        synthetic: [synthetic],
        protocol: 'single',
        realism: true,
        trials: 4,
        repeats: 1,
        practice: 0,
        timeLimitSeconds: null,
        tools: ['scroll', 'window', 'zoom'],
        margin: 0.1,
        seed: 1,
      },
      readers: ['Reader 1', 'Reader 2'].map((reader) => ({
        name: reader,
        role: 'Neuroradiologist',
        years: 12,
        pin: null,
      })),
    });
    expect(await ended(page, project, job)).toMatchObject({ state: 'succeeded' });
    return study.id;
  };
  const study = await prepare('Pilot');
  await call(page, 'study.lock', { project, study, passphrase, overrideFairness: 'A test of a handful of phantoms.' });
  await prepare('Main study');
}
