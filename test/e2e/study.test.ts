/** The expert Turing test in the real window: its design, its lock, two readers of whom one stops and resumes, its end. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ElectronApplication, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { ask, call, openDoppel, temporaryFolder } from './doppelTest.ts';
import {
  answerByKeys,
  designStudy,
  lockStudy,
  passphrase,
  sitDown,
  studyMaterial,
  untilTrial,
  type PlannedReader,
} from './studySteps.ts';
import { goTo, openProject } from './walkSteps.ts';

const [trials, repeats, practice] = [4, 1, 2];
const total = trials + repeats + practice;
const anna: PlannedReader = { name: 'Anna', pin: '4711' };
const boris: PlannedReader = { name: 'Boris', pin: '0815' };

interface Overheard {
  /** What the page asked for, by name. */
  readonly asked: readonly string[];
  /** Everything it was told: replies and events. */
  readonly told: readonly string[];
}
type Listening = typeof globalThis & { overheard?: { asked: string[]; told: string[] } };

/** From now on the main process notes every message to the page. */
const overhear = (app: ElectronApplication): Promise<void> =>
  app.evaluate(({ BrowserWindow, ipcMain }) => {
    const overheard: { asked: string[]; told: string[] } = { asked: [], told: [] };
    (globalThis as Listening).overheard = overheard;
    type Handler = (...call: unknown[]) => unknown;
    const handlers = (ipcMain as unknown as { _invokeHandlers: Map<string, Handler> })._invokeHandlers;
    const handle = handlers.get('call');
    if (handle === undefined) throw new Error('Nobody handles calls.');
    handlers.set('call', async (event, name, input) => {
      const reply = await handle(event, name, input);
      overheard.asked.push(String(name));
      overheard.told.push(JSON.stringify(reply));
      return reply;
    });
    const contents = BrowserWindow.getAllWindows()[0]?.webContents;
    if (contents === undefined) throw new Error('There is no window.');
    const send = contents.send.bind(contents);
    contents.send = (channel, ...args) => {
      overheard.told.push(JSON.stringify([channel, ...(args as unknown[])]));
      send(channel, ...(args as unknown[]));
    };
  });

const overheardOf = (app: ElectronApplication): Promise<Overheard> =>
  app.evaluate(() => (globalThis as Listening).overheard ?? { asked: [], told: [] });

const isKiosk = (app: ElectronApplication): Promise<boolean | undefined> =>
  app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.isKiosk());

interface File {
  readonly url: string;
  readonly bytes: string | undefined;
}

/** Everything that the page loads from now on. */
function loadedBy(page: Page): readonly File[] {
  const files: File[] = [];
  page.on('response', (response) => {
    files.push({ url: response.url(), bytes: response.headers()['content-length'] });
  });
  return files;
}

const everythingShown = (page: Page): Promise<string> =>
  page.evaluate(() => `${document.title} ${document.documentElement.outerHTML}`);

const start = (page: Page): Promise<void> => page.getByRole('button', { name: 'Start reading' }).click();
const begin = (page: Page, name: 'Begin' | 'Go on'): Promise<void> =>
  page.getByRole('button', { name, exact: true }).click();

/** Answers the trials from `first` to `last`; `before` each answer something may be looked at. */
async function read(
  page: Page,
  first: number,
  last: number,
  before = (): Promise<void> => Promise.resolve(),
): Promise<void> {
  for (let index = first; index <= last; index++) {
    if (index === practice + 1 && first <= practice) {
      await page.getByRole('heading', { name: 'Practice is over' }).waitFor({ timeout: 60_000 });
      await begin(page, 'Go on');
    }
    await untilTrial(page, index, total);
    await before();
    await answerByKeys(page, (index % 6) + 1);
  }
}

test(
  'from its design to its end: two readers, one of whom stops and resumes, and nothing tells them the truth',
  { timeout: 420_000 },
  async () => {
    const userData = temporaryFolder();
    const first = await openDoppel({ userData });
    const { app, page } = first;
    page.setDefaultTimeout(30_000);
    const { project, synthetic } = await studyMaterial(page, { real: 3, others: 2 });
    await openProject(app, page, { folder: dirname(project), project });
    await designStudy(app, page, { name: 'Blinded', trials, repeats, practice, readers: [anna, boris], synthetic });
    await lockStudy(page);
    const [study] = await call(page, 'study.list', { project });
    expect(study).toMatchObject({ state: 'locked' });
    const { id: projectId } = await call(page, 'project.show', { project });

    await start(page);
    await page.getByRole('heading', { name: 'Who is reading?' }).waitFor();
    expect(await isKiosk(app)).toBe(true);
    await overhear(app);
    const files = loadedBy(page);
    const shown: string[] = [];
    const note = async (): Promise<void> => void shown.push(await everythingShown(page));
    await page.getByRole('radio', { name: /^Anna/ }).check();
    await page.getByLabel('PIN').fill('9999');
    await page.getByRole('button', { name: 'Sit down' }).click();
    await page.getByText('The passphrase or PIN is wrong').waitFor({ timeout: 60_000 });
    await sitDown(page, anna);
    await note();
    await begin(page, 'Begin');
    await read(page, 1, total, note);
    await page.getByRole('heading', { name: 'Thank you' }).waitFor({ timeout: 60_000 });
    await note();

    // What else the page might ask for while a reader is at work is refused.
    const folder = join(project, 'studies', study?.id ?? '');
    expect(await ask(page, 'study.show', { project, study: study?.id ?? null })).toMatchObject({ ok: false, error: { code: 'wrong-state' } }); // prettier-ignore
    expect(await page.evaluate((id) => fetch(`volume://${id}/volume/x`).then(({ status }) => status), projectId)).toBe(
      403,
    );

    const { asked, told } = await overheardOf(app);
    expect(new Set(asked)).toEqual(new Set(['study.unlockReader', 'study.event', 'study.next', 'study.answer', 'study.show'])); // prettier-ignore
    const cases = readdirSync(join(folder, 'cases')).map((name) => name.replace('.nii', ''));
    expect(cases.length).toBe(trials + practice);
    const subjects = readdirSync(join(dirname(project), 'hospital')).filter((name) => name.startsWith('sub-'));
    const secrets = [...cases, ...subjects, project, synthetic, dirname(project), 'hospital', 'sub-', 'alpha-wgan', '.nii', 'checkpoint', 'ynthetic']; // prettier-ignore
    const leaks = (texts: readonly string[], words: readonly string[]): string[] =>
      words.filter((word) => texts.some((text) => text.includes(word)));
    expect(leaks(told, secrets)).toEqual([]);

    const volumes = files.filter(({ url }) => url.startsWith('volume:') && url.includes('/trial/'));
    expect(new Set(volumes.map(({ url }) => url)).size).toBe(total);
    expect(new Set(volumes.map(({ bytes }) => bytes)).size).toBe(1);
    expect(leaks(files.map(({ url }) => url), secrets)).toEqual([]); // prettier-ignore
    const trialIds = volumes.map(({ url }) => url.split('/').at(-1) ?? '');
    expect(trialIds.every((id) => /^[0-9a-f]{32}$/.test(id))).toBe(true);
    // “synthetic” is a word of the question.
    const notShown = [
      ...secrets.filter((word) => word !== 'ynthetic'),
      ...trialIds,
      projectId,
      study?.id ?? '-',
      'Owner',
    ];
    expect(leaks(shown, notShown)).toEqual([]);

    await page.getByRole('button', { name: 'Next reader' }).click();
    await sitDown(page, boris);
    await begin(page, 'Begin');
    await read(page, 1, 3);
    await untilTrial(page, 4, total);
    await page.keyboard.press('p');
    await page.getByRole('heading', { name: 'Paused' }).waitFor();
    await page.locator('button:focus', { hasText: 'Go on' }).waitFor();
    await page.keyboard.press('Enter');
    await untilTrial(page, 4, total);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').getByRole('button', { name: 'Leave' }).click();
    await page.getByRole('button', { name: 'Start reading' }).waitFor();
    expect(await isKiosk(app)).toBe(false);
    expect(first.console.filter((line) => line.startsWith('error'))).toEqual([
      expect.stringContaining('403'), // the one that was asked for above
    ]);
    await first.close();

    const again = await openDoppel({ userData });
    again.page.setDefaultTimeout(30_000);
    await again.page.getByRole('button', { name: /Owner/ }).first().click();
    await goTo(again.page, 'Turing test');
    await again.page.getByRole('link', { name: /^Blinded/ }).click();
    await start(again.page);
    await sitDown(again.page, boris);
    await begin(again.page, 'Go on');
    await read(again.page, 4, total);
    await again.page.getByRole('heading', { name: 'Thank you' }).waitFor({ timeout: 60_000 });
    await again.page.getByRole('button', { name: 'Leave the study' }).click();

    await again.page.getByRole('button', { name: 'Verify' }).click();
    await again.page.getByText(/^Nothing was changed/).waitFor({ timeout: 60_000 });
    await again.page.getByRole('button', { name: 'Close the study…' }).click();
    const dialog = again.page.getByRole('dialog');
    await dialog.getByLabel('Passphrase of the study').fill('not the passphrase');
    await dialog.getByRole('button', { name: 'Close and open the truth' }).click();
    await dialog.getByText('The passphrase or PIN is wrong').waitFor({ timeout: 60_000 });
    await dialog.getByLabel('Passphrase of the study').fill(passphrase);
    await dialog.getByRole('button', { name: 'Close and open the truth' }).click();
    await again.page.getByRole('heading', { name: 'Primary endpoint' }).waitFor({ timeout: 60_000 }); // of the results

    const log = readFileSync(join(folder, 'log.jsonl'), 'utf8').trim().split('\n').map((line) => JSON.parse(line) as LogLine); // prettier-ignore
    const answers = log.filter(({ type }) => type === 'answer');
    expect(answers.length).toBe(2 * total);
    for (const { data } of answers)
      expect(data.answer).toMatchObject({ marks: [expect.any(Array)], windowChanges: 1, isTimedOut: false });
    expect(
      answers.every(({ data }) => (data.answer?.reactionMs ?? 0) > 0 && (data.answer?.slicesViewed ?? 0) >= 4),
    ).toBe(true);
    const events = log
      .filter(({ type, data }) => type === 'event' && data.reader === 'Boris')
      .map(({ data }) => data.event);
    expect(events).toEqual(['begin', 'pause', 'resume', 'leave', 'begin']);
  },
);

interface LogLine {
  readonly type: string;
  readonly data: {
    readonly reader?: string;
    readonly event?: string;
    readonly answer?: { readonly reactionMs: number; readonly slicesViewed: number };
  };
}
