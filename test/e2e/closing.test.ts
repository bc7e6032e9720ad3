/** Closing Doppel over a job at work: it stays, it stops the job, or it goes on without a window until it is called back. */
import type { ElectronApplication } from 'playwright-core';
import { expect, test } from 'vitest';
import { backendOf, isRunning, waitFor } from './backendOf.ts';
import { call, openDoppel } from './doppelTest.ts';
import type { Doppel } from './launch.ts';
import { ended, startTraining } from './work.ts';

const patience = { timeout: 180_000 };

/** Answers the question that closing with a job at work asks, and closes the window as its user does. */
async function closeWith(
  app: ElectronApplication,
  answer: 'Keep running in the background' | 'Stop and keep a checkpoint' | 'Cancel',
): Promise<void> {
  await app.evaluate(({ dialog, BrowserWindow }, chosen) => {
    dialog.showMessageBox = (async (_window: unknown, { buttons }: { buttons: string[] }) => ({
      response: buttons.indexOf(chosen),
      checkboxChecked: false,
    })) as unknown as typeof dialog.showMessageBox;
    setTimeout(() => BrowserWindow.getAllWindows()[0]?.close(), 50);
  }, answer);
}

async function closeIntoBackground({ app, page }: Doppel): Promise<void> {
  const closed = page.waitForEvent('close');
  await closeWith(app, 'Keep running in the background');
  await closed;
}

const exitOf = ({ app }: Doppel): Promise<unknown> => new Promise((resolve) => app.process().once('exit', resolve));

test('a window that closes over a job stays when told to, and stops it when told to', patience, async () => {
  const doppel = await openDoppel();
  const { app, page, pid, userData } = doppel;
  const [project, job] = await startTraining(page, { minutes: 10 });
  await closeWith(app, 'Cancel');
  await page.waitForTimeout(500);
  expect(await call(page, 'job.show', { project, job: job.id })).toMatchObject({ job: { state: 'running' } });
  const backend = await backendOf(pid);
  const exited = exitOf(doppel);
  await closeWith(app, 'Stop and keep a checkpoint');
  await exited;
  expect(isRunning(backend)).toBe(false);
  const again = await openDoppel({ userData });
  const found = await call(again.page, 'job.show', { project, job: job.id });
  expect(found.job).toMatchObject({ state: 'interrupted' });
  expect(Math.max(...found.checkpoints.map(({ iteration }) => iteration))).toBeGreaterThan(0);
});

test('a job goes on without a window; Doppel started again shows it live and can stop it', patience, async () => {
  const doppel = await openDoppel();
  const { app, pid } = doppel;
  const [project, job] = await startTraining(doppel.page, { minutes: 10 });
  const backend = await backendOf(pid);
  await closeIntoBackground(doppel);
  expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(0);

  const [page, code] = await Promise.all([app.waitForEvent('window'), doppel.startAgain()]);
  expect(code).toBe(0);
  expect(await backendOf(pid)).toBe(backend);
  const bar = page.getByRole('region', { name: 'Running job' });
  await bar.getByText('Training').waitFor();
  const { iteration } = (await call(page, 'job.show', { project, job: job.id })).job;
  await waitFor(async () =>
    (await call(page, 'job.show', { project, job: job.id })).job.iteration > iteration ? true : undefined,
  );
  await page.getByRole('navigation').getByText('study').waitFor(); // the project that the job belongs to
  await call(page, 'job.cancel', { project, job: job.id });
  expect(await ended(page, project, job)).toMatchObject({ state: 'cancelled' });
  expect((await call(page, 'job.show', { project, job: job.id })).checkpoints.length).toBeGreaterThan(0);
});

test('without a window Doppel ends when the last job has', patience, async () => {
  const doppel = await openDoppel();
  const [project, job] = await startTraining(doppel.page, { minutes: 0.1 });
  const backend = await backendOf(doppel.pid);
  const exited = exitOf(doppel);
  await closeIntoBackground(doppel);
  await exited;
  expect(isRunning(backend)).toBe(false);
  const again = await openDoppel({ userData: doppel.userData });
  expect(await call(again.page, 'job.show', { project, job: job.id })).toMatchObject({ job: { state: 'succeeded' } });
});

test('asked by the system to end, Doppel stops a job in the background with a checkpoint', patience, async () => {
  const doppel = await openDoppel();
  const [project, job] = await startTraining(doppel.page, { minutes: 10 });
  const exited = exitOf(doppel);
  await closeIntoBackground(doppel);
  doppel.app.process().kill('SIGTERM');
  await exited;
  const again = await openDoppel({ userData: doppel.userData });
  const found = await call(again.page, 'job.show', { project, job: job.id });
  expect(found.job).toMatchObject({ state: 'interrupted' });
  expect(found.checkpoints.length).toBeGreaterThan(0);
});
