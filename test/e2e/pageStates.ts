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
 * Of a project with a dataset, trained runs, synthetic and super-resolved scans, an evaluation, a study that is not locked
 * and one that is. Those of a wizard and of a reader's way follow each other: each is a step on from the one before.
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
    name: 'import-preparation',
    open: async ({ page }) => {
      await next(page);
      await page.getByLabel('Intensity normalisation').selectOption('zscore');
      await gridPreview(page);
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
    name: 'evidence-new',
    open: async ({ page }) => {
      await goTo(page, 'Evidence');
      await page.getByRole('link', { name: '+ New report' }).click();
      await page.getByText(/^Against the/).waitFor();
    },
  },
  {
    name: 'evidence-use',
    open: async ({ page }) => {
      await page.getByRole('link', { name: 'Do they help?' }).click();
      await page.getByRole('button', { name: /^(Run the comparison|Add to queue)$/ }).waitFor();
    },
  },
  {
    name: 'evidence-check',
    open: async ({ page }) => {
      await page.getByRole('link', { name: 'Where does a file come from?' }).click();
      await page.getByRole('button', { name: 'Choose files…' }).waitFor();
    },
  },
  {
    name: 'evidence',
    open: async ({ page }) => {
      await page
        .getByRole('complementary')
        .getByRole('link', { name: /^Evidence report/ })
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
    name: 'study-question',
    open: async ({ page }) => {
      await goTo(page, 'Turing test');
      await page.getByRole('link', { name: '+ New study' }).click();
      await page.getByLabel('Name of the study').fill('HA-GAN against the scanner');
      await page
        .getByRole('rowheader', { name: /^Chance, within/ })
        .first()
        .waitFor();
    },
  },
  {
    name: 'study-scans',
    open: async ({ page }) => {
      await next(page);
      await page.locator('label').getByText(/scans/).last().click();
    },
  },
  {
    name: 'study-numbers',
    open: async ({ page }) => {
      await next(page);
      await page.getByLabel('Margin of equivalence').and(page.locator('input')).waitFor();
    },
  },
  {
    name: 'study-fairness',
    open: async ({ page }) => {
      await page.getByRole('button', { name: 'Leave' }).click();
      await page.getByRole('link', { name: /Not locked/ }).click();
      await page.getByRole('rowheader', { name: 'Power spectrum' }).waitFor();
    },
  },
  {
    name: 'study-lock',
    open: async ({ page }) => {
      await page.getByRole('button', { name: 'Lock the study…' }).click();
      await page.getByRole('dialog').getByText('Doppel does not keep the passphrase.').waitFor();
    },
  },
  {
    name: 'study-who',
    open: async ({ page }) => {
      await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
      await page.getByRole('link', { name: /Being read/ }).click();
      await page.getByRole('button', { name: 'Start reading' }).click();
      await page.getByRole('radio', { name: /^Reader 1/ }).check();
    },
  },
  {
    name: 'study-rules',
    open: async ({ page }) => {
      await page.getByRole('button', { name: 'Sit down' }).click();
      await page.getByRole('heading', { name: 'What to do' }).waitFor();
    },
  },
  {
    name: 'study-trial',
    open: async ({ page }) => {
      await page.getByRole('button', { name: 'Begin' }).click();
      await page.locator('aside[aria-label=Answer]:not([inert])').waitFor({ timeout: 60_000 });
      await page.keyboard.press('4');
      await page.keyboard.press('m');
    },
  },
  {
    name: 'study-paused',
    open: async ({ page }) => {
      await page.keyboard.press('p');
      await page.getByRole('heading', { name: 'Paused' }).waitFor();
    },
  },
  {
    name: 'study',
    open: async ({ page }) => {
      await page.locator('.cover').getByRole('button', { name: 'Leave' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Leave' }).click();
      await page.getByRole('heading', { name: 'Commitments' }).waitFor();
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
