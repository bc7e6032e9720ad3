/** The report of a closed study in the real window: its results, and the PDF that the shell prints. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { closedStudy } from '../backend/studies/closedStudy.ts';
import { openBackend } from '../backend/openBackend.ts';
import { ask, call, callShell, openDoppel } from './doppelTest.ts';
import { faults } from './faults.ts';
import { showClosedStudy } from './pageStates.ts';
import { chooseTheme, openProject } from './walkSteps.ts';

const timeout = 240_000;

/** Leaves of the tree of pages; Chromium writes them as plain text. */
const pagesOf = (pdf: Buffer): number => pdf.toString('latin1').match(/\/Type\s*\/Page\b(?!s)/g)?.length ?? 0;

test('the report is printed in a session of its own, and lies whole beside the page', { timeout }, async () => {
  const backend = openBackend();
  const { project, study } = await closedStudy(backend);
  await backend.close();

  const { app, page, console: said } = await openDoppel();
  const { id: projectId } = await call(page, 'project.show', { project });
  const early = await ask(page, 'shell.printReport', { projectId, kind: 'report', id: study });
  expect(early).toMatchObject({ ok: false, error: { code: 'not-found' } }); // nobody has asked for the report yet
  const { files } = await call(page, 'study.report', { project, study });
  await app.evaluate(({ app: electron, session }) => {
    electron.on('web-contents-created', (_event, contents) => {
      const found = {
        isOwn: contents.session !== session.defaultSession,
        isKept: contents.session.isPersistent(),
        url: '',
      };
      contents.on('did-finish-load', () => (found.url = contents.getURL()));
      Object.assign(globalThis, { printing: found });
    });
  });
  const { name } = await callShell(page, 'shell.printReport', { projectId, kind: 'report', id: study });
  const printing = await app.evaluate(() => (globalThis as { printing?: unknown }).printing);
  expect(printing).toEqual({ isOwn: true, isKept: false, url: 'report://page/' });
  const folder = dirname(files[0] ?? '');
  expect(basename(folder)).toBe(study);
  const pdf = readFileSync(join(folder, name));
  expect(name).toBe('report.pdf');
  expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
  expect(pdf.toString('latin1')).toMatch(/%%EOF\s*$/);
  expect(pagesOf(pdf)).toBeGreaterThan(5);
  expect(pdf.length).toBeGreaterThan(100_000); // its pictures are in it
  expect(readdirSync(folder).filter((file) => file.startsWith('.') || file.endsWith('.fresh'))).toEqual([]);
  expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);

  const refused = await ask(page, 'shell.printReport', { projectId, kind: 'report', id: '../../etc' });
  expect(refused).toMatchObject({ ok: false, error: { code: 'not-found' } });
  expect(existsSync(join(folder, 'report.pdf'))).toBe(true);
  expect(said.filter((line) => line.startsWith('error'))).toEqual([]);
});

test('the results of a closed study are a page: verdict, plots, tables, cases that open in the viewer, exports', { timeout }, async () => {
  const backend = openBackend();
  const { project, study } = await closedStudy(backend);
  await backend.close();

  const { app, page, console: said } = await openDoppel();
  page.setDefaultTimeout(60_000);
  await openProject(app, page, { folder: dirname(project), project });
  const main = page.getByRole('main');
  await showClosedStudy(page, 'turing');
  const report = await call(page, 'study.report', { project, study });
  await main.getByText(report.tost.verdict, { exact: true }).waitFor();
  const readers = main.getByRole('region', { name: 'Readers', exact: true }).getByRole('row');
  expect(await readers.count()).toBe(report.readers.length + 2);
  for (const { reader, correct, trials } of report.readers)
    await readers.filter({ hasText: reader }).getByText(`${String(correct)}/${String(trials)}`, { exact: true }).waitFor();
  for (const name of ['Accuracy of each reader', 'ROC curves', 'Cohen’s κ', 'Answers by score', 'Calibration'])
    await main.getByRole('img', { name: new RegExp(name) }).waitFor();
  const pictures = main.getByRole('img', { name: /Three slices/ });
  expect(await pictures.count()).toBe(12);
  const isDrawn = (): Promise<boolean> =>
    pictures.locator('image').evaluateAll(async (images) => {
      const loaded = images.map((image) => {
        const probe = new Image();
        probe.src = image.getAttribute('href') ?? '';
        return probe.decode().then(() => probe.naturalWidth > 100);
      });
      return (await Promise.all(loaded)).every(Boolean);
    });
  expect(await isDrawn()).toBe(true);

  for (const theme of ['Light', 'Dark'] as const) {
    await chooseTheme(page, theme);
    await showClosedStudy(page, 'turing');
    expect(await faults(page)).toEqual([]);
  }

  await main.getByRole('button', { name: 'Save PDF' }).click();
  await main.getByText('report.pdf lies in the report’s folder.').waitFor();
  const folder = dirname(report.files[0] ?? '');
  expect(readFileSync(join(folder, 'report.pdf')).subarray(0, 5).toString()).toBe('%PDF-');

  await main.getByRole('link', { name: 'Open in the viewer' }).first().click();
  await main.locator('canvas').first().waitFor();
  await main.getByRole('link', { name: 'Back to the results' }).click();
  await main.getByRole('button', { name: 'Save PDF' }).waitFor();
  expect(said.filter((line) => line.startsWith('error'))).toEqual([]);
}); // prettier-ignore
