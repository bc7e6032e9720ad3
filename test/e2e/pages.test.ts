/** Every page in both themes with axe-core: names, roles, contrast. And the empty window, which says what to do next. */
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { call, temporaryFolder } from './doppelTest.ts';
import { launchDoppel } from './launch.ts';
import { faults } from './faults.ts';
import { pageStates } from './pageStates.ts';
import { drawPhantoms } from './phantoms.ts';
import { twoStudies } from './studySteps.ts';
import { superResolveAll } from './superResolutionSteps.ts';
import {
  changeSettings,
  chooseTheme,
  createProject,
  goTo,
  importFound,
  lookThrough,
  smallNetwork,
  startTraining,
  stopJobsOnClose,
  synthesise,
} from './walkSteps.ts';
import { reportEvidence } from './work.ts';

const themes = ['Light', 'Dark'] as const;
test('every page is accessible in both themes, the empty window, too', { timeout: 480_000 }, async () => {
  const folder = temporaryFolder();
  const scans = await drawPhantoms(join(folder, 'drawn'), 3);
  const { app, page, close } = await launchDoppel();
  onTestFinished(close);
  await stopJobsOnClose(app);
  page.setDefaultTimeout(30_000);
  const found: Record<string, readonly string[]> = {};
  for (const theme of themes) {
    await chooseTheme(page, theme);
    await goTo(page, 'Projects');
    found[`empty ${theme}`] = await faults(page);
  }
  await createProject(app, page, { folder, name: 'Pages' });
  await lookThrough(app, page, scans);
  await importFound(page, { grid: 16, labels: 'labels' });
  const project = join(folder, 'Pages.doppel');
  const { datasetList } = await call(page, 'project.show', { project });
  await superResolveAll(page, project, datasetList[0]?.name ?? '');
  await twoStudies(page, { project, dataset: datasetList[0]?.name ?? '', synthetic: scans });
  await goTo(page, 'Train');
  await page.getByRole('link', { name: '+ New run' }).click();
  await changeSettings(page, smallNetwork);
  await startTraining(page, 0.05);
  await page.getByRole('main').getByRole('button', { name: 'Train further' }).waitFor();
  await page.getByRole('main').getByRole('button', { name: 'Synthesise' }).click();
  await synthesise(page, 2);
  await reportEvidence(page, project, scans);
  for (const theme of themes) {
    await chooseTheme(page, theme);
    for (const { name, open } of pageStates) {
      await open({ app, page, scans });
      found[`${name} ${theme}`] = await faults(page);
    }
  }
  expect(Object.entries(found).filter(([, lines]) => lines.length > 0)).toEqual([]);
});
