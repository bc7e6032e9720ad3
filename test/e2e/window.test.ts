/** The window itself: where it opens, and its menu. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ElectronApplication } from 'playwright-core';
import { expect, test } from 'vitest';
import { waitFor } from './backendOf.ts';
import { call, callShell, openDoppel, temporaryFolder } from './doppelTest.ts';

const boundsOf = (app: ElectronApplication): Promise<unknown> =>
  app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getNormalBounds());

interface MenuEntry {
  readonly label: string;
  readonly accelerator: string;
}

/** Every item of the menu that does something, and what its key is. */
const menuOf = (app: ElectronApplication): Promise<MenuEntry[]> =>
  app.evaluate(({ Menu }) => {
    const items = Menu.getApplicationMenu()?.items.flatMap(({ submenu }) => submenu?.items ?? []) ?? [];
    return items
      .filter(({ type }) => type !== 'separator')
      .map((item) => ({
        label: item.label,
        accelerator:
          item.accelerator ??
          (item as unknown as { getDefaultRoleAccelerator?(): string }).getDefaultRoleAccelerator?.() ??
          '',
      }));
  });

const choose = (app: ElectronApplication, label: string): Promise<void> =>
  app.evaluate(({ Menu }, wanted) => {
    const items = Menu.getApplicationMenu()?.items.flatMap(({ submenu }) => submenu?.items ?? []) ?? [];
    items.find((item) => item.label === wanted)?.click();
  }, label);

test('the window opens where it was closed, and on a display when that one is gone', async () => {
  const userData = temporaryFolder();
  const first = await openDoppel({ userData });
  const bounds = { x: 60, y: 40, width: 1100, height: 700 };
  await first.app.evaluate(({ BrowserWindow }, wanted) => {
    BrowserWindow.getAllWindows()[0]?.setBounds(wanted);
  }, bounds);
  await waitFor(async () => ((await boundsOf(first.app)) as typeof bounds).width === bounds.width || undefined);
  const closed = new Promise((resolve) => first.app.process().once('exit', resolve));
  await choose(first.app, 'Quit');
  await closed;
  const file = join(userData, 'window.json');
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ bounds, isMaximized: false });

  const second = await openDoppel({ userData });
  expect(await boundsOf(second.app)).toEqual(bounds);
  await second.close();

  writeFileSync(file, JSON.stringify({ bounds: { ...bounds, x: 9000 }, isMaximized: false }));
  const third = await openDoppel({ userData });
  expect(await boundsOf(third.app)).toEqual({ x: 250, y: 150, width: 1100, height: 700 });
  expect(existsSync(`${file}.fresh`)).toBe(false);
});

test('the menu leads to every page, shows its keys, and waits with pages that need a project', async () => {
  const { app, page } = await openDoppel();
  const menu = await menuOf(app);
  expect(menu.every(({ label }) => label !== '')).toBe(true);
  expect(menu).toEqual(
    expect.arrayContaining([
      { label: 'Quit', accelerator: 'CmdOrCtrl+Q' },
      { label: 'Copy', accelerator: 'CommandOrControl+C' },
    ]),
  );
  const shown = (title: string): Promise<void> =>
    page.locator('nav a.router-link-active').getByText(title, { exact: true }).waitFor();
  await choose(app, 'Jobs'); // needs a project
  await choose(app, 'Settings…');
  await shown('Settings');

  const project = join(temporaryFolder(), 'study.doppel');
  await call(page, 'project.create', { project });
  await callShell(page, 'shell.changeSettings', {
    recentProjects: [{ path: project, name: 'study', openedAt: '2026-11-21T10:00:00.000Z' }],
  });
  await page.reload();
  await page.getByText('study').first().click();
  await page.locator('nav').getByText('study').waitFor();
  const entries: readonly (readonly [string, MenuEntry])[] = [
    ['Data', { label: 'Data', accelerator: 'CmdOrCtrl+2' }],
    ['Train', { label: 'Train', accelerator: 'CmdOrCtrl+3' }],
    ['Synthesise', { label: 'Synthesise', accelerator: 'CmdOrCtrl+4' }],
    ['Super-resolution', { label: 'Super-resolution', accelerator: 'CmdOrCtrl+5' }],
    ['Evidence', { label: 'Evidence', accelerator: 'CmdOrCtrl+6' }],
    ['Latent space', { label: 'Latent space', accelerator: 'CmdOrCtrl+7' }],
    ['View', { label: 'View', accelerator: 'CmdOrCtrl+8' }],
    ['Turing test', { label: 'Turing test', accelerator: 'CmdOrCtrl+9' }],
    ['Jobs', { label: 'Jobs', accelerator: '' }],
    ['Settings', { label: 'Settings…', accelerator: 'CmdOrCtrl+,' }],
    ['Projects', { label: 'Projects', accelerator: 'CmdOrCtrl+1' }],
  ];
  for (const [title, entry] of entries) {
    expect(menu).toContainEqual(entry);
    await choose(app, entry.label);
    await shown(title);
  }
});
