/**
 * The import job: finds the scans of a folder, has each looked at (first pass), settles the spacing of the grid, has each
 * stored on it (second pass), splits the subjects. One bad file never stops the rest. Outcomes, copies and records follow
 * the order of the candidates, whoever works on them and whichever is ready first. A failure or cancellation leaves no
 * file; an import whose process ended goes on from its journal.
 */
import { mkdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { AppError } from '#contract/errors.ts';
import type { ImportRequest } from '#contract/importing.ts';
import type { TaskOf } from '#contract/jobs.ts';
import type { FileOutcome, ScanQuality, VolumeRecord } from '#contract/records.ts';
import { sha256Of } from '#imaging/atomicWrite.ts';
import type { ScanWarning } from '#imaging/badScan.ts';
import { chooseSpacing } from '#imaging/chooseSpacing.ts';
import { createDuplicates } from '#imaging/findDuplicates.ts';
import { openLabelMaps } from '#imaging/labelMaps.ts';
import { subjectKey } from '#imaging/participants.ts';
import { readVolume } from '#imaging/readVolume.ts';
import { scanFolder, type Candidate, type FolderContent } from '#imaging/scanFolder.ts';
import { splitSubjects } from '#imaging/splitSubjects.ts';
import { supportedFormats } from '#imaging/volumeFile.ts';
import { distancesToOthers } from '#shared/statistics/distancesToOthers.ts';
import { cancelledError, headerWatch, type WorkerContext } from './context.ts';
import { openJournal, type ImportJournal } from './importJournal.ts';
import { findPairs } from './importPairs.ts';
import { createPool, type ScanPool } from './importPool.ts';
import { deidentify } from './importPrivacy.ts';
import { openPreprocess, type Preprocess } from './importPreprocess.ts';
import {
  outlineOf,
  volumesFolder,
  type MeasuredScan,
  type ScanAnswer,
  type StoredScan,
  type StoreOrder,
} from './importScan.ts';
import { sourceState } from './importSources.ts';

/** A record but for what is known when all scans are stored: the split, and the distance to the others. */
interface StoredVolume extends Omit<VolumeRecord, 'split' | 'quality'> {
  readonly quality: Omit<ScanQuality, 'distance'>;
}

interface ImportRun {
  readonly request: ImportRequest;
  readonly projectDir: string;
  readonly context: WorkerContext;
  readonly content: FolderContent;
  readonly lowOf: ReadonlyMap<string, Candidate> | null;
  readonly preprocess: Preprocess;
  readonly pool: ScanPool;
  readonly journal: ImportJournal;
  readonly progress: Progress;
  /** What was stored, on few voxels, in the same order. */
  readonly outlines: Float32Array[];
}

/** What the first pass keeps of a scan. */
interface Measured {
  readonly index: number;
  readonly scan: MeasuredScan;
}

interface Progress {
  /** Says what is being done, after `steps` more were finished. */
  step(steps: number, note: string): void;
}

/** A brain that reaches this many times farther, or less far, than the usual one of its dataset is pointed out. */
const unusualReach = 1.35;
const unusuallyShort = 0.6;
const workingProcesses = 2;
/** Below these an import is over before another process has started. */
const fewScans = 3;
const fewBytes = 6 * 2 ** 20;
/** Prepared scans kept between the passes, by all processes together; each needs about 400 MiB beside them at 1 mm. */
const cacheBytes = 256 * 2 ** 20;
/** How often it is looked whether the import should stop. */
const stopPollMs = 200;

function createProgress(context: WorkerContext, total: number): Progress {
  const startedAt = performance.now();
  let done = 0;
  return {
    step: (steps, note) => {
      done += steps;
      const secondsLeft = done < 2 ? null : ((performance.now() - startedAt) / 1000 / done) * (total - done);
      context.send({ type: 'progress', progress: { done, total, unit: 'steps', secondsLeft, note } });
    },
  };
}

function outcomeOf(path: string, warnings: StoredScan['warnings']): FileOutcome {
  const [first] = warnings;
  if (first === undefined) return { path, status: 'imported', code: 'ok', reason: '' };
  return { path, status: 'warning', code: first.code, reason: warnings.map(({ reason }) => reason).join(' ') };
}

/** An answer that is awaited in the order of the candidates may fail before its turn: that is told then. */
function inTurn<T>(answers: Promise<T>[]): Promise<T>[] {
  for (const answer of answers) answer.catch(() => undefined);
  return answers;
}

function reject({ context }: ImportRun, { path }: Candidate, rejection: NonNullable<ScanAnswer['rejection']>): void {
  context.send({ type: 'file', outcome: { path, status: 'rejected', ...rejection } });
}

async function measureScan({ pool, journal }: ImportRun, index: number): Promise<ScanAnswer> {
  const known = journal.measured(index);
  if (known !== null) return { measured: known, stored: null, rejection: null };
  const answer = await pool.run({ index, alignment: null, store: null });
  if (answer.measured !== null) await journal.addMeasured(index, answer.measured);
  return answer;
}

/** Stores a scan; one that is stored is left as it is. */
async function storeScan(
  run: ImportRun,
  { index, scan }: { index: number; scan: MeasuredScan | null },
  wishes: Omit<StoreOrder, 'id'>,
): Promise<ScanAnswer> {
  const { pool, journal, projectDir } = run;
  const settings = sha256Of(JSON.stringify(wishes));
  const known = journal.stored(index, settings);
  const measured = scan ?? journal.measured(index);
  if (known !== null && measured !== null) {
    const { volume } = await readVolume(join(projectDir, known.volume.path));
    return { measured, stored: { ...known, outline: outlineOf(volume) }, rejection: null };
  }
  await journal.remove(index);
  const store = { ...wishes, id: journal.ids[index] ?? '' };
  const answer = await pool.run({ index, alignment: measured?.alignment ?? null, store });
  if (answer.measured !== null && measured === null) await journal.addMeasured(index, answer.measured);
  if (answer.stored !== null) await journal.addStored(index, settings, answer.stored);
  return answer;
}

/** A stored scan with what only its candidate knows; it is reported. */
function recordOf(run: ImportRun, candidate: Candidate, stored: NonNullable<ScanAnswer['stored']>): StoredVolume {
  const { content, context, lowOf, outlines } = run;
  const { volume, warnings, outline } = stored;
  const low = lowOf?.get(candidate.path);
  outlines.push(outline);
  context.send({ type: 'file', outcome: outcomeOf(candidate.path, warnings) });
  return {
    ...volume,
    subject: candidate.subject,
    session: candidate.session,
    low: volume.low === null || low === undefined ? null : { ...volume.low, sourceFile: low.path },
    sourceFile: candidate.path,
    attributes: { ...candidate.series?.attributes, ...content.participants.get(subjectKey(candidate.subject)) },
  };
}

/** First pass: has every candidate looked at and hands on those that are usable and new. */
async function lookAtScans(
  run: ImportRun,
  { look, stepsEach }: { look: (index: number) => Promise<ScanAnswer>; stepsEach: number },
  use: (scan: Measured, answer: ScanAnswer) => void,
): Promise<void> {
  const { candidates } = run.content;
  const duplicates = createDuplicates();
  const answers = inTurn(candidates.map((_, index) => look(index)));
  for (const [index, candidate] of candidates.entries()) {
    if (run.context.isCancelled()) throw cancelledError();
    run.progress.step(0, `Reading ${candidate.path}`);
    const answer = await answers[index];
    const scan = answer?.measured ?? null;
    const original = scan === null ? null : duplicates.findOrKeep(candidate.path, scan);
    if (original !== null) {
      await run.journal.remove(index); // where it was stored before it was known
      reject(run, candidate, {
        code: 'duplicate',
        reason: `This is the same scan as "${original}", voxel for voxel; it was imported once.`,
      });
    } else if (answer !== undefined) {
      if (scan !== null) use({ index, scan }, answer);
      if (answer.rejection !== null) reject(run, candidate, answer.rejection);
    }
    const isUsed = answer?.rejection === null && original === null;
    run.progress.step(isUsed ? 1 : stepsEach, `Read ${candidate.path}`);
  }
}

/** Candidates that an earlier run has found to be copies, as far as it came. */
function knownCopies({ content, journal }: ImportRun): ReadonlySet<number> {
  const duplicates = createDuplicates();
  const copies = content.candidates.map(({ path }, index) => {
    const scan = journal.measured(index);
    return scan !== null && duplicates.findOrKeep(path, scan) !== null ? index : -1;
  });
  return new Set(copies);
}

/** With a given spacing every scan is read once and stored at once; a copy, which is known as one only then, is removed. */
async function importAtSpacing(run: ImportRun, spacingMm: number): Promise<StoredVolume[]> {
  const { candidates } = run.content;
  const stored: StoredVolume[] = [];
  const copies = knownCopies(run);
  const look = (index: number): Promise<ScanAnswer> =>
    copies.has(index)
      ? measureScan(run, index)
      : storeScan(run, { index, scan: null }, { spacingMm, scale: null, notes: [] });
  await lookAtScans(run, { look, stepsEach: 1 }, ({ index }, answer) => {
    const candidate = candidates[index];
    if (candidate !== undefined && answer.stored !== null) stored.push(recordOf(run, candidate, answer.stored));
  });
  return stored;
}

function sizeNotes(reach: number, reaches: readonly number[]): ScanWarning[] {
  const usual = reaches.toSorted((a, b) => a - b)[Math.floor(reaches.length / 2)] ?? reach;
  const isLarge = reach > unusualReach * usual;
  if (reaches.length < 3 || !(isLarge || reach < unusuallyShort * usual)) return [];
  const [found, others] = [reach, usual].map((length) => `${(2 * length).toFixed(0)} mm`);
  const effect = isLarge ? 'the grid is as coarse as it is for this scan' : 'it fills little of the grid';
  return [
    {
      code: 'unusual-size',
      reason: `The brain found here spans ${String(found)}, the usual one of the dataset ${String(others)}; ${effect}. Check it, or leave it out.`,
    },
  ];
}

/** What needs every scan, the spacing or a common scale of intensities, is known when all have been measured. */
async function importInTwoPasses(run: ImportRun): Promise<{ spacingMm: number; stored: StoredVolume[] }> {
  const { request, content, context, progress, preprocess } = run;
  const measured: Measured[] = [];
  const look = (index: number): Promise<ScanAnswer> => measureScan(run, index);
  await lookAtScans(run, { look, stepsEach: 2 }, (scan) => measured.push(scan));
  if (measured.length === 0) return { spacingMm: 1, stored: [] };
  const scans = measured.map(({ scan }) => scan);
  const spacingMm =
    request.spacingMm === 'auto'
      ? chooseSpacing(
          scans.map(({ measures }) => measures.reachMm),
          request.grid,
        )
      : request.spacingMm;
  const scale = preprocess.scaleOf(scans);
  const reaches = scans.map(({ measures }) => Math.max(...measures.reachMm));
  const answers = inTurn(
    measured.map((one) => {
      const notes = sizeNotes(Math.max(...one.scan.measures.reachMm), reaches);
      return storeScan(run, one, { spacingMm, scale, notes });
    }),
  );
  const stored: StoredVolume[] = [];
  for (const [at, { index }] of measured.entries()) {
    const candidate = content.candidates[index];
    if (context.isCancelled()) throw cancelledError();
    if (candidate === undefined) continue;
    progress.step(0, `Resampling ${candidate.path}`);
    const answer = await answers[at];
    if (answer?.stored) stored.push(recordOf(run, candidate, answer.stored));
    if (answer?.rejection) reject(run, candidate, answer.rejection);
    progress.step(1, `Stored ${candidate.path}`);
  }
  return { spacingMm, stored };
}

async function importScans(run: ImportRun): Promise<void> {
  const { request, context, content } = run;
  for (const outcome of content.outcomes) context.send({ type: 'file', outcome });
  const { spacingMm, stored } =
    request.spacingMm === 'auto' || run.preprocess.needsSet
      ? await importInTwoPasses(run)
      : { spacingMm: request.spacingMm, stored: await importAtSpacing(run, request.spacingMm) };
  if (context.isCancelled()) throw cancelledError();
  if (stored.length === 0) {
    const files = content.candidates.length + content.outcomes.filter(({ status }) => status === 'rejected').length;
    const seen =
      files === 0
        ? 'holds no scans'
        : `holds ${String(files)} image ${files === 1 ? 'file' : 'files'}, none of which can be used`;
    throw new AppError(
      'no-usable-scans',
      `The folder ${request.folder} ${seen}. ${supportedFormats} are read, in one folder, a folder per patient, or BIDS.`,
    );
  }
  const distances = distancesToOthers(run.outlines);
  const measured = stored.map((volume, index) => ({
    ...volume,
    quality: { ...volume.quality, distance: distances[index] ?? 0 },
  }));
  const { volumes, privacy } = await deidentify(request, content, measured);
  const splits = splitSubjects(
    volumes.map(({ subject }) => subject),
    request.holdout,
    request.seed,
  );
  context.send({
    type: 'dataset',
    spacingMm,
    volumes: volumes.map((volume) => ({ ...volume, split: splits.get(volume.subject) ?? 'train' })),
    privacy,
  });
}

/** How many processes work on the scans. */
function processesFor(scans: number, bytes: number): number {
  return scans <= fewScans || bytes < fewBytes ? 1 : Math.min(workingProcesses, availableParallelism());
}

/**
 * Imports the folder of `task.request` into `task.projectDir/volumes`. Sends one `file` message for every file that
 * looks like a scan and at the end one `dataset` message. `processes`: not given, as many as the scans are worth. Throws
 * AppError: 'no-usable-scans', 'not-found', 'cancelled'; and the system's errors where the project cannot be written.
 */
export async function importDataset(task: TaskOf<'import'>, context: WorkerContext, processes?: number): Promise<void> {
  const { request, projectDir, jobDir } = task;
  context.send({
    type: 'progress',
    progress: { done: 0, total: 0, unit: 'steps', secondsLeft: null, note: 'Looking for scans' },
  });
  const found = await scanFolder(request.folder, { named: request.scans, watch: headerWatch(context) });
  const { lowOf, content } = await findPairs(request, found);
  const { candidates } = content;
  const labels = request.derivative === null ? null : await openLabelMaps(request.folder, request.derivative);
  const preprocess = await openPreprocess(request, candidates);
  await mkdir(join(projectDir, volumesFolder), { recursive: true });
  const states = await Promise.all(
    candidates.map((one) => sourceState({ request, labels, lowOf, preparedWith: preprocess.filesOf }, one)),
  );
  const bytes = states.reduce((sum, state) => sum + state.bytes, 0);
  const journal = await openJournal({ projectDir, jobDir, states: states.map(({ hash }) => hash) });
  if (journal.changed > 0) {
    const which = journal.changed === 1 ? '1 scan that was' : `${String(journal.changed)} scans that were`;
    context.send({
      type: 'noticed',
      text: `Files have changed since the import was interrupted (scans, masks, label maps or the reference): ${which} done already will be done again.`,
    });
  }
  const pool = await createPool(
    { request, projectDir, candidates, lowOf, cacheBytes },
    processes ?? processesFor(candidates.length, bytes),
  );
  const watch = setInterval(() => {
    if (context.isCancelled()) void pool.close();
  }, stopPollMs);
  const steps = candidates.length * (request.spacingMm === 'auto' || preprocess.needsSet ? 2 : 1);
  const progress = createProgress(context, steps);
  try {
    await importScans({
      request,
      projectDir,
      context,
      content,
      lowOf,
      preprocess,
      pool,
      journal,
      progress,
      outlines: [],
    });
    await pool.close();
    await journal.close();
  } catch (thrown) {
    await pool.close();
    if (context.mayGoOn?.() === true) await journal.close();
    else await journal.discard();
    throw thrown;
  } finally {
    clearInterval(watch);
  }
}
