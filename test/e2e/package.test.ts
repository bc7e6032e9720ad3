/** The packaged application, started where nothing but itself can help it: no checkout, no network, no other program. */
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join, relative } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CommandInput, CommandName, CommandResult, DoctorReport } from '#contract/commands.ts';
import type { Job } from '#contract/jobs.ts';
import { provideApplication } from '../../scripts/package/application.mjs';
import { cacheFolder } from '../../scripts/setup/engine.mjs';
import { provideElectron } from '../../scripts/setup/testElectron.mjs';
import { backendOf, isRunning, waitFor } from './backendOf.ts';
import { spawnCutOff } from './cutOff.ts';
import { pageOver, type DebuggedPage } from './debuggerPipe.ts';
import { openDisplay, type Display } from './display.ts';

const root = join(import.meta.dirname, '..', '..');
const hidden = [root, cacheFolder()];
const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : []; // Chromium refuses its sandbox to root
const home = mkdtempSync(join(tmpdir(), 'doppel-package-'));
const project = join(home, 'study.doppel');

let application: Awaited<ReturnType<typeof provideApplication>>;
let display: Display;
let window: ChildProcess;
let page: DebuggedPage;

beforeAll(async () => {
  const say = (): void => undefined;
  const electron = await provideElectron({ root, mayFetch: false, say });
  application = await provideApplication({ root, variant: 'cpu', electron, say });
  display = await openDisplay();
  window = spawnCutOff({
    application: application.folder,
    program: relative(application.folder, application.executable),
    args: [...asRoot, '--disable-gpu', '--remote-debugging-pipe', `--user-data-dir=${join(home, 'data')}`],
    home,
    display: display.name,
    hidden,
    stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
  });
  page = await pageOver(window.stdio[3] as Writable, window.stdio[4] as Readable);
}, 300_000);

afterAll(() => {
  window.kill('SIGKILL');
  display.close();
  rmSync(home, { recursive: true, force: true });
});

async function call<Name extends CommandName>(name: Name, input: CommandInput<Name>): Promise<CommandResult<Name>> {
  const reply = await page.ask(name, input);
  if (!reply.ok) throw new Error(`${name}: ${reply.error.code}: ${reply.error.message}`);
  return reply.value as CommandResult<Name>;
}

async function succeeded({ id }: Job): Promise<Job> {
  const job = await waitFor(async () => {
    const { job: current } = await call('job.show', { project, job: id });
    return ['queued', 'running'].includes(current.state) ? undefined : current;
  });
  expect(job).toMatchObject({ state: 'succeeded' });
  return job;
}

test('its window opens with the backend at work and nothing to complain about', async () => {
  expect(await page.evaluate('document.title')).toBe('Doppel');
  expect(await waitFor(async () => (await page.ask('model.list', {})).ok || undefined)).toBe(true);
  expect(await page.evaluate('document.querySelector("nav")?.innerText')).toContain('Projects');
  expect(page.errors).toEqual([]);
});

test('it imports phantoms, trains and synthesises', async () => {
  await call('project.create', { project });
  const scans = join(home, 'scans');
  await succeeded(await call('phantom.create', { project, count: 3, seed: 1, out: scans }));
  const grid = { grid: 16, spacingMm: 'auto', holdout: 0.34, seed: 1, derivative: null } as const;
  await succeeded(await call('dataset.import', { project, folder: scans, name: 'phantoms', ...grid }));
  await succeeded(
    await call('model.train', {
      project,
      dataset: 'phantoms',
      modelId: 'alpha-wgan',
      preset: null,
      overrides: { width: 16, latent: 8, batch: 1 },
      until: { iterations: 2 },
      seed: 3,
      previewEvery: null,
      checkpointEvery: null,
    }),
  );
  const out = join(home, 'synthetic');
  const { id } = await call('checkpoint.synthesize', {
    project,
    checkpoint: null,
    count: 1,
    seed: 1,
    truncation: 1,
    out,
  });
  await succeeded({ id } as Job);
  expect(readdirSync(out, { recursive: true })).toContainEqual(expect.stringMatching(/\.nii\.gz$/));
});

test('its command line finds everything in order', async () => {
  const doctor = spawnCutOff({
    application: application.folder,
    program: join(relative(application.folder, application.resources), 'doppel', 'doppel'),
    args: ['doctor', '--json'],
    home,
    hidden,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const report = JSON.parse(await text(doctor.stdout as Readable)) as DoctorReport;
  expect(report.checks.filter(({ ok }) => !ok)).toEqual([]);
  expect(report).toMatchObject({
    ok: true,
    node: expect.stringMatching(/^24\./) as string,
    engine: { version: '2.21.0' },
  });
});

test('its fuses are set: what would run foreign code in it is off', async () => {
  const on = '1'.charCodeAt(0);
  const wire = await getCurrentFuseWire(application.executable);
  const states = Object.fromEntries(
    Object.entries(wire)
      .filter(([index]) => index !== 'version')
      .map(([index, state]) => [FuseV1Options[Number(index)] ?? index, Number(state) === on]),
  );
  expect(states).toMatchObject({
    RunAsNode: false,
    EnableCookieEncryption: true,
    EnableNodeOptionsEnvironmentVariable: false,
    EnableNodeCliInspectArguments: false,
    EnableEmbeddedAsarIntegrityValidation: true,
    OnlyLoadAppFromAsar: true,
    ...(application.missingFuses.length > 0 ? {} : { GrantFileProtocolExtraPrivileges: false }),
  });
});

test('it holds what it runs on and nothing of how it was made', () => {
  expect(readdirSync(application.resources).filter((name) => name.startsWith('app'))).toEqual(['app.asar']);
  const folder = join(application.resources, 'doppel');
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const names = files.map((file) => relative(folder, file));
  expect(names.filter((name) => /\.(map|d\.ts|test\.ts|h|cc|whl)$|_test\.js$/.test(name))).toEqual([]);
  for (const name of ['typescript', 'vite', 'electron', '@types', 'playwright-core', 'node-addon-api'])
    expect(existsSync(join(folder, 'node_modules', name)), name).toBe(false);
  const places = [root, cacheFolder()];
  const ours = files.filter((file) => ['.ts', '.json', '.node', ''].includes(extname(file)) && !file.includes('/bin/'));
  const telling = ours.filter((file) => places.some((place) => readFileSync(file).includes(place)));
  expect(telling.map((file) => relative(folder, file))).toEqual([]);
});

test('told to end, it takes its backend along', async () => {
  const backend = await backendOf(window.pid ?? 0);
  const ended = new Promise((resolve) => window.once('exit', resolve));
  window.kill('SIGTERM');
  expect(await ended).toBe(0);
  expect(isRunning(backend)).toBe(false);
});
