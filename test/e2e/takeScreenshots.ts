/**
 * `npm run screenshots -- PROJECT.doppel SCANS`: pictures of every page in both themes, to docs/screenshots. The project
 * has a dataset, a trained run and synthetic scans; SCANS is a folder for the import wizard to look through.
 */
import { dirname, resolve } from 'node:path';
import { launchDoppel } from './launch.ts';
import { pageStates } from './pageStates.ts';
import { chooseTheme, openProject } from './walkSteps.ts';

const settleMs = 600; // charts, slices and what fades in
const themes = ['Light', 'Dark'] as const;

const [project, scans] = process.argv.slice(2).map((path) => resolve(path));
if (project === undefined || scans === undefined) {
  console.error('npm run screenshots -- PROJECT.doppel SCANS');
  process.exit(2);
}
const { app, page, screenshot, close } = await launchDoppel();
try {
  await openProject(app, page, { folder: dirname(project), project });
  for (const theme of themes) {
    await chooseTheme(page, theme);
    for (const { name, open } of pageStates) {
      await open({ app, page, scans });
      await page.mouse.move(0, 0); // no button looks as if it were pointed at
      await page.waitForTimeout(settleMs);
      await screenshot(`${name}-${theme.toLowerCase()}`);
    }
  }
} finally {
  await close();
}
