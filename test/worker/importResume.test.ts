import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ImportRequest } from '#contract/importing.ts';
import { workerMessage, type WorkerMessage } from '#contract/jobs.ts';
import type { FileOutcome, VolumeRecord } from '#contract/records.ts';
import { openBackend, newProject } from '#test/backend/openBackend.ts';
import { workerOf } from '#test/backend/jobs/workerOf.ts';
import { brainValues, writeScan } from '#test/imaging/scanFixture.ts';
import { temporaryFolder } from '#test/imaging/temporaryFolder.ts';
import { importDataset } from '#worker/importDataset.ts';
import { createPool } from '#worker/importPool.ts';
import { openPreprocess } from '#worker/importPreprocess.ts';

const size = [30, 34, 30] as const;
const name = (index: number): string => `sub-0${String(index)}_T1w.nii`;

/** Made-up brains of different shades; the third is a copy of the second, the fifth no image. */
function exampleFolder(): string {
  const root = temporaryFolder();
  for (const [index, shade] of [0, 1, 1, 2, 3, 4, 5].entries())
    writeScan(join(root, name(index)), { size, values: brainValues(size, shade) });
  writeFileSync(join(root, name(4)), 'not an image');
  return root;
}

interface Wishes extends Partial<ImportRequest> {
  readonly projectDir?: string;
  readonly processes?: number;
  /** Interrupts the import when so many volumes are stored. */
  readonly untilStored?: number;
}

interface Imported {
  readonly projectDir: string;
  readonly files: readonly FileOutcome[];
  readonly volumes: readonly VolumeRecord[];
  readonly notices: readonly string[];
  readonly error: unknown;
}

const storedIn = (projectDir: string): string[] => {
  const folder = join(projectDir, 'volumes');
  return existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith('.png')) : [];
};

async function runImport(folder: string, wishes: Wishes = {}): Promise<Imported> {
  const { projectDir = temporaryFolder(), processes = 1, untilStored = Infinity, ...others } = wishes;
  const request: ImportRequest = { kind: 'import', folder, name: 'test', grid: 24, spacingMm: 'auto', holdout: 0.25, seed: 1, derivative: null, ...others }; // prettier-ignore
  const messages: WorkerMessage[] = [];
  const isStopped = (): boolean => storedIn(projectDir).length >= untilStored;
  const error: unknown = await importDataset(
    { kind: 'import', request, projectDir, jobDir: projectDir },
    {
      send: (message) => messages.push(workerMessage.parse(JSON.parse(JSON.stringify(message)))),
      isCancelled: isStopped,
      mayGoOn: isStopped,
    },
    processes,
  ).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  return {
    projectDir,
    files: messages.flatMap((message) => (message.type === 'file' ? [message.outcome] : [])),
    volumes: messages.flatMap((message) => (message.type === 'dataset' ? message.volumes : [])),
    notices: messages.flatMap((message) => (message.type === 'noticed' ? [message.text] : [])),
    error,
  };
}

/** Records as they are for any run: their ids and what is called after them left out. */
const gist = (volumes: readonly VolumeRecord[]): object[] =>
  volumes.map(({ id, ...volume }) => JSON.parse(JSON.stringify(volume).replaceAll(id, 'ID')) as object);

/** By their ids, what tells that the files of the volumes which a journal names were not written again. */
function marksOf(projectDir: string, jobDir: string): Map<string, string> {
  const lines = readFileSync(join(jobDir, 'import.jsonl'), 'utf8').split('\n');
  const ids = lines.flatMap((line) => /"type":"stored".*?"id":"([^"]+)"/.exec(line)?.[1] ?? []);
  const found = ids.map((id) => [id, join(projectDir, 'volumes', `${id}.nii`)] as const);
  return new Map(found.filter(([, path]) => existsSync(path)).map(([id, path]) => [id, markOf(path)]));
}

function markOf(path: string): string {
  const { ino, mtimeMs } = statSync(path);
  return `${String(ino)} ${String(mtimeMs)}`;
}

describe('an import in two processes', () => {
  it('tells and stores what one process does, in the same order', { timeout: 60_000 }, async () => {
    const folder = exampleFolder();
    for (const spacingMm of ['auto', 4] as const) {
      const alone = await runImport(folder, { spacingMm });
      const helped = await runImport(folder, { spacingMm, processes: 2 });
      expect(helped.error).toBeNull();
      expect(helped.files).toEqual(alone.files);
      expect(alone.files.find(({ path }) => path === name(2))?.reason).toContain(name(1));
      expect(gist(helped.volumes)).toEqual(gist(alone.volumes));
      expect(storedIn(helped.projectDir).length).toBe(5);
    }
  });

  it('loses one scan when a process ends in the middle of it', { timeout: 60_000 }, async () => {
    const folder = exampleFolder();
    execFileSync('mkfifo', [join(folder, 'endless.nii')]); // reading it waits for ever
    const candidates = ['endless.nii', name(0), name(1), name(3)].map((path) => ({
      path,
      subject: path,
      session: null,
    }));
    const request: ImportRequest = { kind: 'import', folder, name: 'test', grid: 24, spacingMm: 4, holdout: 0, seed: 1, derivative: null }; // prettier-ignore
    const pool = await createPool({ request, projectDir: folder, candidates, lowOf: null, cacheBytes: 0 }, 2);
    onTestFinished(() => pool.close());
    const ask = (index: number): ReturnType<typeof pool.run> => pool.run({ index, alignment: null, store: null });
    expect(await ask(2)).toMatchObject({ rejection: null });
    const [first = ''] = childrenOf(process.pid);
    const waiting = ask(0);
    expect(await ask(1)).toMatchObject({ rejection: null });
    process.kill(Number(first), 'SIGKILL');
    expect(await waiting).toMatchObject({ measured: null, rejection: { code: 'process-ended' } });
    for (const index of [2, 3]) expect(await ask(index)).toMatchObject({ rejection: null });
  });
});

const isChild = (pid: string): boolean => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('importChild.ts');
  } catch {
    return false;
  }
};

/** The processes that help with an import, oldest first. */
const childrenOf = (pid: number): string[] =>
  readFileSync(`/proc/${String(pid)}/task/${String(pid)}/children`, 'utf8')
    .trim()
    .split(' ')
    .filter(isChild);

describe('an import that was interrupted', () => {
  it('goes on: nothing is done again, nothing doubled, the result is the same', async () => {
    const folder = exampleFolder();
    for (const spacingMm of ['auto', 4] as const) {
      const whole = await runImport(folder, { spacingMm });
      const { projectDir, error } = await runImport(folder, { spacingMm, untilStored: 2 });
      expect(error).toMatchObject({ code: 'cancelled' });
      const before = marksOf(projectDir, projectDir);
      expect(before.size).toBeGreaterThan(0);
      const journal = join(projectDir, 'import.jsonl');
      expect(readFileSync(journal, 'utf8')).not.toContain('sub-');
      appendFileSync(journal, '{"type":"stored","ind'); // cut off as it was written
      const [id = ''] = before.keys();
      writeFileSync(join(projectDir, 'volumes', `.${id}.nii.half.part`), 'half a volume');
      const unfinished = readdirSync(join(projectDir, 'volumes')).filter((file) => file.startsWith('.'));
      const again = await runImport(folder, { spacingMm, projectDir });
      expect(again.error).toBeNull();
      expect(unfinished.length).toBe(1);
      expect(gist(again.volumes)).toEqual(gist(whole.volumes));
      expect(again.files).toEqual(whole.files);
      for (const volume of again.volumes)
        if (before.has(volume.id)) expect(markOf(join(projectDir, volume.path))).toBe(before.get(volume.id));
      expect(readdirSync(join(projectDir, 'volumes')).length).toBe(2 * whole.volumes.length);
    }
  });

  it('does a scan again whose file has changed', async () => {
    const folder = exampleFolder();
    const { projectDir } = await runImport(folder, { spacingMm: 4, untilStored: 3 });
    writeScan(join(folder, name(0)), { size, values: brainValues(size, 9) });
    const again = await runImport(folder, { spacingMm: 4, projectDir });
    const fresh = await runImport(folder, { spacingMm: 4 });
    expect(gist(again.volumes)).toEqual(gist(fresh.volumes));
  });
});

describe('what an interrupted import goes on from', () => {
  it('does not hold what a mask or a reference went into that has changed since, and that is said', async () => {
    const folder = exampleFolder();
    const masks = temporaryFolder();
    for (const index of [0, 1, 3, 5, 6])
      writeScan(join(masks, name(index).replace('_T1w', '_mask')), { size, values: brainValues(size).map((value) => (value > 0 ? 1 : 0)) }); // prettier-ignore
    const brainMask = { from: { method: 'files' as const, folder: masks }, steps: [] };
    const preprocess = { biasField: false, brainMask, normalise: 'percentile' as const, align: null };
    const wishes = { spacingMm: 4, preprocess } as const;
    const { projectDir } = await runImport(folder, { ...wishes, untilStored: 3 });
    const before = marksOf(projectDir, projectDir);
    expect(before.size).toBeGreaterThan(1);
    // Killed after a volume was written and before the line that tells of it.
    const journal = join(projectDir, 'import.jsonl');
    const lines = readFileSync(journal, 'utf8').trimEnd().split('\n');
    const last = lines.findLastIndex((line) => line.includes('"type":"stored"'));
    writeFileSync(
      journal,
      lines
        .filter((_, at) => at !== last)
        .map((line) => `${line}\n`)
        .join(''),
    );
    const smaller = brainValues(size).map((value, at) => (value > 0 && at % size[0] < 18 ? 1 : 0));
    writeScan(join(masks, 'sub-00_mask.nii'), { size, values: smaller });
    const again = await runImport(folder, { ...wishes, projectDir });
    const fresh = await runImport(folder, wishes);
    expect(gist(again.volumes)).toEqual(gist(fresh.volumes));
    expect(readdirSync(join(projectDir, 'volumes')).length).toBe(2 * fresh.volumes.length);
    expect(again.notices).toEqual([expect.stringMatching(/reference\): 1 scan that was done already/)]);
    expect(fresh.notices).toEqual([]);

    const align = { reference: name(3), transform: 'rigid' as const, metric: 'correlation' as const };
    const candidates = [0, 3].map((index) => ({ path: name(index), subject: name(index), session: null }));
    const request = { folder, seed: 1, preprocess: { ...preprocess, align } };
    const { filesOf } = await openPreprocess(request, candidates);
    expect(candidates.map((one) => filesOf(one))).toEqual([
      [join(masks, 'sub-00_mask.nii'), join(folder, name(3)), join(masks, 'sub-03_mask.nii')],
      [join(masks, 'sub-03_mask.nii'), join(folder, name(3)), join(masks, 'sub-03_mask.nii')],
    ]);
  });
});

describe('an import job whose process is killed', () => {
  const large = [96, 100, 96] as const;

  it(
    'leaves no process, goes on by Resume, and leaves no file when it is cancelled',
    { timeout: 120_000 },
    async () => {
      const folder = temporaryFolder();
      for (let index = 0; index < 6; index++)
        writeScan(join(folder, name(index)), { size: large, values: brainValues(large, index), datatype: 'float32' });
      const backend = openBackend();
      const project = await newProject(backend);
      const request = { folder, grid: 32, spacingMm: 4, holdout: 0.2, seed: 1, derivative: null } as const; // prettier-ignore
      const start = (called: string) => backend.call('dataset.import', { project, ...request, name: called });
      const jobDir = (id: string): string => join(project, 'jobs', id);
      const untilOneStored = async (id: string): Promise<void> => {
        const isThere = (): boolean =>
          existsSync(join(jobDir(id), 'import.jsonl')) && marksOf(project, jobDir(id)).size > 0;
        await expect.poll(isThere, { timeout: 60_000, interval: 20 }).toBe(true);
      };
      const killed = await start('killed');
      await untilOneStored(killed.id);
      const pid = workerOf(killed.id);
      const children = childrenOf(pid);
      process.kill(pid, 'SIGKILL');
      expect(await backend.untilOver(killed)).toMatchObject({ state: 'failed', error: { code: 'worker-crashed' } });
      expect(children.length).toBe(2);
      await expect.poll(() => children.filter(isChild), { timeout: 30_000 }).toEqual([]);
      const before = marksOf(project, jobDir(killed.id));
      const resumed = await backend.call('job.resume', { project, job: killed.id, until: null });
      expect(await backend.untilOver(resumed)).toMatchObject({ state: 'succeeded' });
      for (const [id, was] of before) expect(markOf(join(project, 'volumes', `${id}.nii`))).toBe(was);
      const files = readdirSync(join(project, 'volumes')).sort();
      expect(files.length).toBe(12);
      expect((await backend.call('job.show', { project, job: killed.id })).files.length).toBe(6);
      await expect.poll(() => existsSync(join(jobDir(killed.id), 'import.jsonl'))).toBe(false);

      const cancelled = await start('cancelled');
      await untilOneStored(cancelled.id);
      const helpers = childrenOf(workerOf(cancelled.id));
      await backend.call('job.cancel', { project, job: cancelled.id });
      expect(await backend.untilOver(cancelled)).toMatchObject({ state: 'cancelled' });
      expect(readdirSync(join(project, 'volumes')).sort()).toEqual(files);
      expect(helpers.filter(isChild)).toEqual([]);

      const givenUp = await start('given up');
      await untilOneStored(givenUp.id);
      process.kill(workerOf(givenUp.id), 'SIGKILL');
      await backend.untilOver(givenUp);
      expect(await backend.call('job.cancel', { project, job: givenUp.id })).toMatchObject({ state: 'cancelled' });
      expect(readdirSync(join(project, 'volumes')).sort()).toEqual(files);
    },
  );
});
