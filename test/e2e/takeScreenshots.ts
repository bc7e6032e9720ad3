/**
 * `npm run screenshots -- PROJECT.doppel SCANS [NAME [STUDY]]`: pictures of every page in both themes, to
 * docs/screenshots, or of those whose names begin with NAME. The project has a dataset, a trained run, synthetic scans,
 * scans made finer with the evaluation of their network, a study that is not locked and one that is being read; SCANS is a
 * folder for the import wizard to look through. STUDY names a closed reader study of the project, whose results are shown
 * too.
 */
import { dirname, resolve } from 'node:path';
import { launchDoppel } from './launch.ts';
import { closedStudyStates, pageStates } from './pageStates.ts';
import { chooseTheme, openProject } from './walkSteps.ts';

const settleMs = 600; // charts, slices and what fades in
const themes = ['Light', 'Dark'] as const;

const [asked, folder, beginning = '', study] = process.argv.slice(2);
if (asked === undefined || folder === undefined) {
  console.error('npm run screenshots -- PROJECT.doppel SCANS [NAME [STUDY]]');
  process.exit(2);
}
const [project, scans] = [resolve(asked), resolve(folder)];
const states = [...pageStates, ...(study === undefined ? [] : closedStudyStates(study))];
const { app, page, screenshot, close } = await launchDoppel();
try {
  await openProject(app, page, { folder: dirname(project), project });
  for (const theme of themes) {
    await chooseTheme(page, theme);
    for (const { name, open } of states.filter((state) => state.name.startsWith(beginning))) {
      await open({ app, page, scans });
      await page.mouse.move(0, 0); // no button looks as if it were pointed at
      await page.waitForTimeout(settleMs);
      await screenshot(`${name}-${theme.toLowerCase()}`);
    }
  }
} finally {
  await close();
}
