/** What goes wrong on the way, as a user meets it: scans that cannot be used, and a training whose process is killed. */
import { copyFileSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ElectronApplication, Page } from 'playwright-core';
import { expect, onTestFinished, test } from 'vitest';
import { workerOf } from '../backend/jobs/workerOf.ts';
import { describeShared } from '../sharedData.ts';
import { call, temporaryFolder } from './doppelTest.ts';
import { launchDoppel, type Doppel } from './launch.ts';
import { drawPhantoms } from './phantoms.ts';
import {
  answerFile,
  changeSettings,
  createProject,
  dropFolder,
  figure,
  goTo,
  gridPreview,
  importFound,
  lookThrough,
  smallNetwork,
  startTraining,
  stopJobsOnClose,
  untilIteration,
} from './walkSteps.ts';

/** As `real/bad` was made: one file for each fault. */
const expectedVerdicts: Readonly<Record<string, string>> = {
  'constant.nii.gz': 'No image',
  'empty.nii.gz': 'Empty file',
  'four-d.nii.gz': 'A series',
  'huge-dims.nii': 'Too large',
  'infinite.nii.gz': 'Not all numbers',
  'nan.nii.gz': 'Not all numbers',
  'negative-dims.nii': 'Impossible size',
  'one-slice.nii.gz': 'Single slice',
  'rgb.nii.gz': 'Colour image',
  'singular-affine.nii': 'No place in space',
  'text.nii': 'Not an image',
  'truncated.nii.gz': 'Cut off',
  'unknown-datatype.nii': 'Unknown data type',
  'vox-offset-past-end.nii': 'Damaged header',
  'zeros.nii': 'Only zeros',
};

async function open(): Promise<Doppel> {
  const doppel = await launchDoppel();
  onTestFinished(doppel.close);
  doppel.page.setDefaultTimeout(30_000);
  await stopJobsOnClose(doppel.app); // a test that fails leaves a training behind
  return doppel;
}

test(
  'a killed trainer is told in words, and the run goes on from its newest checkpoint',
  { timeout: 180_000 },
  async () => {
    const folder = temporaryFolder();
    const scans = await drawPhantoms(join(folder, 'drawn'), 3);
    const { app, page } = await open();
    await createProject(app, page, { folder, name: 'Study' });
    await lookThrough(app, page, scans);
    await importFound(page, { grid: 16, labels: '' });
    await goTo(page, 'Train');
    await changeSettings(page, smallNetwork);
    await startTraining(page, 10);
    await untilIteration(page, 3);
    await page.getByRole('button', { name: 'Pause', exact: true }).click();
    await page.getByRole('button', { name: 'Resume' }).waitFor();
    const kept = Number(await figure(page, 'Iteration').innerText());
    await page.getByRole('button', { name: 'Resume' }).click();
    await untilIteration(page, kept + 2);

    const project = join(folder, 'Study.doppel');
    const [job] = await call(page, 'job.list', { project });
    process.kill(workerOf(job?.id ?? ''), 'SIGKILL');
    const alert = page.getByRole('main').getByRole('alert');
    await alert.waitFor();
    const words = await alert.innerText();
    expect(words).toContain('The job’s process ended unexpectedly');
    expect(words).toMatch(/SIGKILL.*memory/);
    expect(words).toMatch(/Resume continues from checkpoint/);
    expect(words).toContain('Copy details');
    await page.getByRole('main').getByText('Failed', { exact: true }).first().waitFor();
    await goTo(page, 'Jobs');
    await page.getByRole('main').getByRole('alert').getByText('SIGKILL').waitFor();
    await page.getByRole('main').getByRole('button', { name: 'Resume' }).click();
    await goTo(page, 'Train');
    await alert.waitFor({ state: 'detached' });
    const measured = async (): Promise<readonly number[]> =>
      (await call(page, 'job.metrics', { project, job: job?.id ?? '' })).iterations;
    await expect.poll(async () => (await measured()).length, { timeout: 60_000 }).toBeGreaterThan(kept);
    const iterations = await measured();
    expect(iterations).toEqual(Array.from({ length: iterations.length }, (_, index) => index + 1));
    await page.getByRole('button', { name: 'Pause', exact: true }).click();
    await page.getByRole('button', { name: 'Resume' }).waitFor();
  },
);

/** A study of a scanner: its localizer and a series without slice 18 stand aside, and who it is of is told nowhere. */
async function importStudy(
  app: ElectronApplication,
  page: Page,
  { study, key }: { study: string; key: string },
): Promise<void> {
  await lookThrough(app, page, study);
  const rows = page.getByRole('list', { name: 'Files that were found' }).getByRole('listitem');
  await rows.filter({ hasText: 'Localizer' }).waitFor();
  expect(await rows.filter({ hasText: 'Slices missing' }).innerText()).toMatch(/Slice 18 is missing of 40/);
  await page.getByText('Take series with missing slices too').click();
  await rows.filter({ hasText: 'Slices interpolated' }).waitFor({ timeout: 60_000 });
  await rows.filter({ hasText: 'Slices interpolated' }).locator('.el-checkbox').click();

  await page.getByRole('button', { name: 'Next', exact: true }).click();
  await page.locator('label').getByText('Found automatically, human').click();
  await page.locator('label').getByText(/N4/).click();
  await gridPreview(page);
  await page.getByText(/^corrected \(N4\)/).waitFor();
  await page.getByRole('button', { name: 'Next', exact: true }).click();
  await page.getByRole('group', { name: 'Voxels a side' }).getByText('16', { exact: true }).click();
  await page.getByRole('button', { name: 'Next', exact: true }).click();
  expect(await page.getByLabel('Name of the dataset').inputValue()).toBe('dataset 2');
  await answerFile(app, key);
  await page.getByRole('button', { name: /^Write a key file/ }).click();
  await page.getByText(key, { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Import 1 scan' }).click();
  await page.getByRole('button', { name: 'Show the dataset' }).waitFor({ timeout: 120_000 });
  await page.getByText(/^De-identified/).click();
  await page.getByText(/\(0010,0010\) PatientName: removed/).waitFor();
  expect(await page.getByRole('main').innerText()).not.toMatch(/doe|jane/i);
  expect(readFileSync(key, 'utf8')).toMatch(/"sub-0001".*"MRN-0012345"/);
  await page.getByRole('button', { name: 'Show the dataset' }).click();
  await page.locator('[data-volume]').first().waitFor();
}

/** One key each: accepted, set aside, and taken back where it is listed then. */
async function reviewByKeys(page: Page): Promise<void> {
  const volume = page.locator('[data-volume]').first();
  await volume.click();
  await page.keyboard.press('s');
  const share = (name: string) => page.locator('label').getByText(name);
  await share('Removed').getByText('1').waitFor();
  await share('Removed').click();
  await volume.click();
  await page.keyboard.press('s');
  await share('Removed').getByText('0').waitFor();
}

describeShared('files that cannot be used', 'real', (real) => {
  test('each gets its verdict in words, and the good ones go on', { timeout: 240_000 }, async () => {
    const bad = join(real, 'bad');
    const folder = temporaryFolder();
    const scans = await drawPhantoms(join(folder, 'drawn'), 2);
    const files = readdirSync(bad);
    const mixed = join(folder, 'mixed');
    mkdirSync(mixed);
    for (const name of files) copyFileSync(join(bad, name), join(mixed, name));
    for (const subject of readdirSync(scans).filter((name) => name.startsWith('sub-')))
      copyFileSync(join(scans, subject, 'anat', `${subject}_T1w.nii.gz`), join(mixed, `${subject}.nii.gz`));
    const { app, page } = await open();
    await createProject(app, page, { folder, name: 'Mixed' });
    await dropFolder(page, mixed);

    const search = page.getByRole('searchbox', { name: 'Subject or file' });
    const rows = page.getByRole('list', { name: 'Files that were found' }).getByRole('listitem');
    const verdicts: Record<string, string> = {};
    for (const name of files) {
      await search.fill(name);
      await expect.poll(() => rows.count()).toBe(1);
      const [verdict = '', reason = ''] = (await rows.first().locator('.verdict').innerText())
        .split('\n')
        .filter(Boolean);
      verdicts[name] = verdict;
      expect({ name, words: reason.split(' ').length > 3 }).toEqual({ name, words: true });
    }
    expect(verdicts).toEqual(expectedVerdicts);
    await search.fill('');
    await importFound(page, { grid: 16, labels: '' });
    await expect.poll(() => page.locator('[data-volume]').count()).toBe(2);
    await reviewByKeys(page);
    await importStudy(app, page, { study: join(real, 'dicom-study'), key: join(folder, 'key.csv') });
  });
});
