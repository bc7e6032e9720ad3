/** The report of a closed study in the real window: its results, and the PDF that the shell prints. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { closedStudy } from '../backend/studies/closedStudy.ts';
import { openBackend } from '../backend/openBackend.ts';
import { ask, call, callShell, openDoppel } from './doppelTest.ts';

const timeout = 240_000;

/** Leaves of the tree of pages; Chromium writes them as plain text. */
const pagesOf = (pdf: Buffer): number => pdf.toString('latin1').match(/\/Type\s*\/Page\b(?!s)/g)?.length ?? 0;

test('the report is printed by a window that runs nothing, and lies whole beside the page', { timeout }, async () => {
  const backend = openBackend();
  const { project, study } = await closedStudy(backend);
  await backend.close();

  const { app, page, console: said } = await openDoppel();
  const { id: projectId } = await call(page, 'project.show', { project });
  const early = await ask(page, 'shell.printReport', { projectId, study });
  expect(early).toMatchObject({ ok: false, error: { code: 'not-found' } }); // nobody has asked for the report yet
  const { files } = await call(page, 'study.report', { project, study });
  await app.evaluate(({ app: electron }) => {
    electron.on('web-contents-created', (_event, contents) => {
      const { javascript, sandbox, preload } = contents.getLastWebPreferences() ?? {};
      Object.assign(globalThis, { printing: { javascript, sandbox, preload: preload ?? null } });
    });
  });
  const { name } = await callShell(page, 'shell.printReport', { projectId, study });
  const preferences = await app.evaluate(() => (globalThis as { printing?: unknown }).printing);
  expect(preferences).toEqual({ javascript: false, sandbox: true, preload: null });
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

  const refused = await ask(page, 'shell.printReport', { projectId, study: '../../etc' });
  expect(refused).toMatchObject({ ok: false, error: { code: 'not-found' } });
  expect(existsSync(join(folder, 'report.pdf'))).toBe(true);
  expect(said.filter((line) => line.startsWith('error'))).toEqual([]);
});
