/** Every page of the window in each of its states worth seeing, reached by clicks from any other. */
import type { ElectronApplication, Page } from 'playwright-core';
import { gridPreview, goTo, lookThrough } from './walkSteps.ts';

export interface Shown {
  readonly app: ElectronApplication;
  readonly page: Page;
  /** To look through in the wizard. */
  readonly scans: string;
}

export interface PageState {
  readonly name: string;
  open(shown: Shown): Promise<void>;
}

const main = (page: Page) => page.getByRole('main');
const next = (page: Page): Promise<void> => page.getByRole('button', { name: 'Next', exact: true }).click();

/**
 * Of a project with a dataset, trained runs, synthetic and super-resolved scans, and an evaluation. Those of the import wizard follow each other: each is
 * a step on from the one before.
 */
export const pageStates: readonly PageState[] = [
  {
    name: 'projects',
    open: async ({ page }) => {
      await goTo(page, 'Projects');
      await page.getByRole('heading', { name: 'Recent' }).waitFor();
    },
  },
  {
    name: 'data',
    open: async ({ page }) => {
      await goTo(page, 'Data');
      await page.locator('[data-volume]').nth(1).click();
    },
  },
  {
    name: 'import-folder',
    open: async ({ page }) => {
      await page.getByRole('button', { name: 'Import scans', exact: true }).click();
      await page.getByRole('heading', { name: 'Where are the scans?' }).waitFor();
    },
  },
  {
    name: 'import-scans',
    open: async ({ app, page, scans }) => {
      await page.getByRole('button', { name: 'Leave' }).click();
      await lookThrough(app, page, scans);
    },
  },
  {
    name: 'import-grid',
    open: async ({ page }) => {
      await next(page);
      await gridPreview(page);
    },
  },
  {
    name: 'import-split',
    open: async ({ page }) => {
      await next(page);
      await page.getByLabel('Name of the dataset').fill('second look');
    },
  },
  {
    name: 'train-new',
    open: async ({ page }) => {
      await page.getByRole('button', { name: 'Leave' }).click();
      await goTo(page, 'Train');
      await page.getByRole('link', { name: '+ New run' }).click();
      await page.getByText('Expert settings').click();
    },
  },
  {
    name: 'train',
    open: async ({ page }) => {
      await goTo(page, 'Train');
      await page.locator('.chart canvas').waitFor();
      await page.getByText('Logarithmic').click();
      await page.getByRole('img', { name: /^Four synthetic scans/ }).waitFor();
    },
  },
  {
    name: 'synthesise-new',
    open: async ({ page }) => {
      await goTo(page, 'Synthesise');
      await page.getByRole('radio').first().waitFor({ state: 'attached' });
    },
  },
  {
    name: 'synthesise',
    open: async ({ page }) => {
      await goTo(page, 'Synthesise');
      await page.getByRole('complementary').getByRole('link', { name: /scans/ }).nth(1).click();
      await page
        .getByRole('link', { name: /^Open the scan of seed/ })
        .first()
        .waitFor();
    },
  },
  {
    name: 'super-resolution-new',
    open: async ({ page }) => {
      await goTo(page, 'Super-resolution');
      await main(page).getByText('Evaluated', { exact: true }).first().waitFor();
    },
  },
  {
    name: 'super-resolution',
    open: async ({ page }) => {
      await page
        .getByRole('complementary')
        .getByRole('link', { name: /file or folder/ })
        .first()
        .click();
      await main(page).getByRole('list', { name: 'Finer scans' }).waitFor();
    },
  },
  {
    name: 'super-resolution-view',
    open: async ({ page }) => {
      await main(page)
        .getByRole('button', { name: /^View / })
        .first()
        .click();
      await page.getByTestId('intensity-b').waitFor();
      await page.getByRole('radiogroup', { name: 'Over the result' }).getByText('Uncertainty', { exact: true }).click();
      await page.getByTestId('map').waitFor();
    },
  },
  {
    name: 'super-resolution-evidence',
    open: async ({ page }) => {
      await page
        .getByRole('complementary')
        .getByRole('link', { name: /^Evaluation/ })
        .first()
        .click();
      await main(page).getByRole('table').first().waitFor();
    },
  },
  {
    name: 'view',
    open: async ({ page }) => {
      await goTo(page, 'Data');
      await page.locator('[data-volume]').nth(1).click();
      await page.getByRole('button', { name: 'Open in viewer' }).click();
      await main(page).getByText('Voxel', { exact: true }).waitFor();
    },
  },
  {
    name: 'jobs',
    open: async ({ page }) => {
      await goTo(page, 'Jobs');
      await main(page)
        .getByRole('button', { name: /^Training/ })
        .first()
        .click();
      await page.getByRole('heading', { name: 'Losses at the last step' }).waitFor();
    },
  },
  {
    name: 'settings',
    open: async ({ page }) => {
      await goTo(page, 'Settings');
      await page.getByRole('button', { name: 'Examine again' }).waitFor({ timeout: 60_000 });
    },
  },
];

/** The results of a closed study, when they are there. */
export async function showClosedStudy(page: Page, name: string): Promise<void> {
  await goTo(page, 'Turing test');
  await main(page).getByRole('link', { name }).click();
  await main(page).getByRole('button', { name: 'Save PDF' }).waitFor();
}

/** Of a project that has a closed study of this name besides: its results, from the top and at the pictures. */
export const closedStudyStates = (study: string): readonly PageState[] => [
  { name: 'study-results', open: ({ page }) => showClosedStudy(page, study) },
  {
    name: 'study-results-cases',
    open: async ({ page }) => {
      await showClosedStudy(page, study);
      await main(page).getByRole('heading', { name: 'Hardest and easiest cases' }).scrollIntoViewIfNeeded();
      await main(page)
        .getByRole('img', { name: /Three slices/ })
        .nth(2)
        .scrollIntoViewIfNeeded();
    },
  },
];
