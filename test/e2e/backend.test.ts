/** The backend's process beside the window: its death, the shell's end, volumes by their ids, settings. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { backendOf, isRunning, waitFor } from './backendOf.ts';
import { ask, call, callShell, openDoppel, temporaryFolder } from './doppelTest.ts';
import { importPhantoms } from './work.ts';

test('a killed backend is told to the window, answered for, and started again', async () => {
  const { page, pid } = await openDoppel();
  const project = join(temporaryFolder(), 'study.doppel');
  await call(page, 'project.create', { project });
  await page.evaluate(() => {
    const told: unknown[] = [];
    Object.assign(window, { told });
    window.bridge.listen((message) => told.push(message));
  });
  const first = await backendOf(pid);
  const asked = ask(page, 'engine.doctor', {});
  process.kill(first, 'SIGKILL');
  expect(await asked).toMatchObject({ ok: false, error: { message: expect.stringContaining('SIGKILL') as string } });
  await backendOf(pid, first);
  const states = await waitFor(async () => {
    const told = await page.evaluate(() => (window as unknown as { told: { backend?: { state: string } }[] }).told);
    const names = told.flatMap(({ backend }) => backend?.state ?? []);
    return names.at(-1) === 'running' && names.length > 1 ? names : undefined;
  });
  expect(states).toEqual(['running', 'restarting', 'running']);
  expect(await call(page, 'project.show', { project })).toMatchObject({ name: 'study' });
});

test(
  'a backend that dies again and again is given up, said so, and started when asked',
  { timeout: 90_000 },
  async () => {
    const { page, pid } = await openDoppel();
    const killed: number[] = [];
    for (let count = 0; count < 5; count++) {
      const next = await backendOf(pid, killed.at(-1));
      killed.push(next);
      process.kill(next, 'SIGKILL');
    }
    await page.getByText('again and again').first().waitFor();
    expect(await ask(page, 'model.list', {})).toMatchObject({
      ok: false,
      error: { message: expect.stringContaining('again and again') as string },
    });
    await callShell(page, 'shell.restartBackend', {});
    await waitFor(async () => ((await ask(page, 'model.list', {})).ok ? true : undefined));
  },
);

test('volumes come by their ids, to the interface alone, and nothing else does', async () => {
  const { page } = await openDoppel();
  const folder = temporaryFolder();
  const project = join(folder, 'study.doppel');
  const { id } = await call(page, 'project.create', { project });
  const other = await call(page, 'project.create', { project: join(folder, 'other.doppel') });
  await importPhantoms(page, project);
  const { volumeList } = await call(page, 'dataset.show', { project, name: 'phantoms' });
  const [volume] = volumeList;
  if (volume === undefined) throw new Error('Nothing was imported.');
  const get = (address: string, method = 'GET'): Promise<{ status: number; bytes: number }> =>
    page.evaluate(
      async ([url, verb]) => {
        const reply = await fetch(url, { method: verb });
        return { status: reply.status, bytes: (await reply.arrayBuffer()).byteLength };
      },
      [address, method] as const,
    );
  expect(await get(`volume://${id}/volume/${volume.id}`)).toEqual({
    status: 200,
    bytes: readFileSync(volume.path).length,
  });
  expect(await get(`volume://${id}/thumbnail/${volume.id}`)).toMatchObject({ status: 200 });
  const refused = [
    `volume://${id}/volume/unknown`,
    `volume://${other.id}/volume/${volume.id}`,
    `volume://project-00000000/volume/${volume.id}`,
    `volume://${id}/log/${volume.id}`,
    `volume://${id}/volume`,
    `volume://${id}/volume/${volume.id}/more`,
    `volume://${id}/volume/..%2f..%2fproject.sqlite`,
    `volume://${id}/volume/%2e%2e/%2e%2e/project.sqlite`,
    `volume://${id}/volume/${encodeURIComponent(volume.path)}`,
    `volume://${id}/artifact/%2fetc%2fpasswd`,
  ];
  for (const address of refused) expect({ address, ...(await get(address)) }).toMatchObject({ address, status: 404 });
  expect(await get(`volume://${id}/volume/${volume.id}`, 'POST')).toMatchObject({ status: 403 });
});

test('a shell that is killed takes its backend along', async () => {
  const { app, pid } = await openDoppel();
  const backend = await backendOf(pid);
  app.process().kill('SIGKILL');
  await waitFor(() => (isRunning(backend) ? undefined : true));
});

test('settings survive a restart, and a damaged file does not stop the start', async () => {
  const userData = temporaryFolder();
  const first = await openDoppel({ userData });
  const recentProjects = [{ path: '/data/study.doppel', name: 'study', openedAt: '2026-11-21T10:00:00.000Z' }];
  await callShell(first.page, 'shell.changeSettings', { theme: 'dark', threads: 2, recentProjects });
  await first.close();
  const second = await openDoppel({ userData });
  expect(await callShell(second.page, 'shell.settings', {})).toMatchObject({
    theme: 'dark',
    threads: 2,
    recentProjects,
  });
  expect(await second.app.evaluate(({ nativeTheme }) => nativeTheme.themeSource)).toBe('dark');
  expect(await ask(second.page, 'shell.changeSettings', { theme: 'pink' })).toMatchObject({
    ok: false,
    error: { code: 'usage' },
  });
  await second.close();
  writeFileSync(join(userData, 'settings.json'), '{ "theme": "da');
  const third = await openDoppel({ userData });
  expect(await callShell(third.page, 'shell.settings', {})).toMatchObject({ theme: 'system', recentProjects: [] });
  expect(readFileSync(join(userData, 'settings.json.damaged'), 'utf8')).toBe('{ "theme": "da');
});
