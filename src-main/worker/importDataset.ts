/**
 * The import job: finds the scans of a folder, looks at each (first pass), settles the spacing of the grid, stores each
 * on it (second pass), splits the subjects. One bad file never stops the rest; a failure or cancellation leaves no file.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '#contract/errors.ts';
import type { ImportRequest } from '#contract/importing.ts';
import type { TaskOf } from '#contract/jobs.ts';
import type { Alignment, FileOutcome, ScanQuality, VolumeRecord } from '#contract/records.ts';
import { moveVolume } from '#imaging/align/moveVolume.ts';
import { writeFileAtomic } from '#imaging/atomicWrite.ts';
import { BadScan, type ScanWarning } from '#imaging/badScan.ts';
import { chooseSpacing } from '#imaging/chooseSpacing.ts';
import { createDuplicates } from '#imaging/findDuplicates.ts';
import { labelStorage, openLabelMaps, type LabelMaps } from '#imaging/labelMaps.ts';
import { writeNifti } from '#imaging/niftiWrite.ts';
import { drawThumbnail } from '#imaging/thumbnail.ts';
import { subjectKey } from '#imaging/participants.ts';
import type { PreparedScan } from '#imaging/prepareScan.ts';
import { measureQuality } from '#imaging/quality/measureQuality.ts';
import { readVolume } from '#imaging/readVolume.ts';
import { reduceVolume } from '#imaging/reduceVolume.ts';
import { resampleLabels, resampleToGrid } from '#imaging/resampleToGrid.ts';
import { createScanCache } from '#imaging/scanCache.ts';
import { scanFolder, type Candidate, type FolderContent } from '#imaging/scanFolder.ts';
import { splitSubjects } from '#imaging/splitSubjects.ts';
import { supportedFormats } from '#imaging/volumeFile.ts';
import { distancesToOthers } from '#shared/statistics/distancesToOthers.ts';
import type { Volume } from '#shared/volume/volume.ts';
import { cancelledError, headerWatch, type WorkerContext } from './context.ts';
import { openPairs, type Pairs } from './importPairs.ts';
import { deidentify } from './importPrivacy.ts';
import { openPreprocess, type Preprocess } from './importPreprocess.ts';

/** A record but for what is known when all scans are stored: the split, and the distance to the others. */
interface StoredVolume extends Omit<VolumeRecord, 'split' | 'quality'> {
  readonly quality: Omit<ScanQuality, 'distance'>;
}

interface ImportRun {
  readonly request: ImportRequest;
  readonly projectDir: string;
  readonly context: WorkerContext;
  readonly content: FolderContent;
  readonly labels: LabelMaps | null;
  readonly pairs: Pairs | null;
  readonly preprocess: Preprocess;
  readonly progress: Progress;
  /** Paths relative to the project: to be removed if the import does not succeed. */
  readonly written: string[];
  /** What was stored, on few voxels, in the same order. */
  readonly outlines: Float32Array[];
}

/** What the first pass keeps of a scan. */
interface Measured extends Pick<PreparedScan, 'measures' | 'measure'> {
  readonly candidate: Candidate;
}

interface Progress {
  /** Says what is being done, after `steps` more were finished. */
  step(steps: number, note: string): void;
}

const volumesFolder = 'volumes';
/** A brain that reaches this many times farther, or less far, than the usual one of its dataset is pointed out. */
const unusualReach = 1.35;
const unusuallyShort = 0.6;
/** Of the volumes by which scans are compared with each other. */
const outlineSide = 16;

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

function outcomeOf(path: string, warnings: readonly ScanWarning[]): FileOutcome {
  const [first] = warnings;
  if (first === undefined) return { path, status: 'imported', code: 'ok', reason: '' };
  return { path, status: 'warning', code: first.code, reason: warnings.map(({ reason }) => reason).join(' ') };
}

/** Runs `work` on one scan; a bad one is reported as rejected and gives null. */
async function orRejected<T>({ context }: ImportRun, path: string, work: () => Promise<T>): Promise<T | null> {
  if (context.isCancelled()) throw cancelledError();
  try {
    return await work();
  } catch (thrown) {
    if (!(thrown instanceof BadScan)) throw thrown;
    context.send({
      type: 'file',
      outcome: { path, status: 'rejected', code: thrown.scanCode, reason: thrown.message },
    });
    return null;
  }
}

/** Writes the label map of a scan on the scan's grid; without one, or with a bad one, says so. */
async function storeLabels(
  { labels, projectDir, written }: ImportRun,
  candidate: Candidate,
  {
    id,
    grid,
    affine,
    alignment,
  }: { id: string; alignment: Alignment | null } & Pick<VolumeRecord, 'affine'> & Pick<ImportRequest, 'grid'>,
): Promise<{ labelPath: string | null; warnings: ScanWarning[] }> {
  if (labels === null) return { labelPath: null, warnings: [] };
  const found = labels.find(candidate);
  if (found === null) {
    return {
      labelPath: null,
      warnings: [{ code: 'no-label', reason: 'There is no label map for this scan in the derivative.' }],
    };
  }
  try {
    const { volume: read } = await readVolume(found);
    const volume = moveVolume(read, alignment);
    const onGrid = resampleLabels(volume, grid, affine);
    if (!onGrid.data.some((label) => label !== 0) && volume.data.some((label) => label !== 0)) {
      const reason =
        'Its label map was left out: no label lies within the brain’s grid. Scan and label map must share one space in mm.';
      return { labelPath: null, warnings: [{ code: 'bad-label', reason }] };
    }
    const storage = labelStorage(onGrid);
    const labelPath = `${volumesFolder}/${id}.labels.nii`;
    written.push(labelPath);
    await writeNifti(join(projectDir, labelPath), onGrid, { storage, description: 'Doppel label map' });
    return { labelPath, warnings: [] };
  } catch (thrown) {
    if (!(thrown instanceof BadScan)) throw thrown;
    return {
      labelPath: null,
      warnings: [{ code: 'bad-label', reason: `Its label map was left out: ${thrown.message}` }],
    };
  }
}

/** Resamples a prepared scan, writes it and reports it. */
async function storeScan(
  run: ImportRun,
  candidate: Candidate,
  { scan, spacingMm, notes }: { scan: PreparedScan; spacingMm: number; notes: readonly ScanWarning[] },
): Promise<StoredVolume> {
  const { grid } = run.request;
  const { volume, transform, warnings } = resampleToGrid(scan, { grid, spacingMm });
  const low = run.pairs === null ? null : await run.pairs.read(candidate, volume, scan.alignment);
  const id = randomUUID();
  const path = `${volumesFolder}/${id}.nii`;
  run.written.push(path);
  const { sha256 } = await writeNifti(join(run.projectDir, path), volume, {
    storage: { kind: 'float32' },
    description: 'Doppel grid volume',
  });
  const thumbnailPath = `${volumesFolder}/${id}.png`;
  run.written.push(thumbnailPath);
  await writeFileAtomic(join(run.projectDir, thumbnailPath), drawThumbnail(volume, { low: -1, high: 1 }));
  const labels = await storeLabels(run, candidate, { id, grid, affine: volume.affine, alignment: scan.alignment });
  const lowPath = `${volumesFolder}/${id}.low.nii`;
  if (low !== null) run.written.push(lowPath);
  const storedLow = low === null ? null : await low.write(run.projectDir, lowPath);
  run.outlines.push(outlineOf(volume));
  const all = [...scan.warnings, ...warnings, ...notes, ...labels.warnings, ...(low?.warnings ?? [])];
  run.context.send({ type: 'file', outcome: outcomeOf(candidate.path, all) });
  return {
    id,
    subject: candidate.subject,
    session: candidate.session,
    path,
    sha256,
    labelPath: labels.labelPath,
    thumbnailPath,
    low: storedLow,
    removed: false,
    sourceFile: candidate.path,
    sourceSha256: scan.sourceSha256,
    affine: volume.affine,
    transform,
    attributes: { ...candidate.series?.attributes, ...run.content.participants.get(subjectKey(candidate.subject)) },
    quality: measureQuality(scan, volume),
    accepted: false,
    warnings: all.map(({ reason }) => reason),
  };
}

/** 16 voxels a side or somewhat more, each the mean of what it covers. */
function outlineOf(volume: Volume): Float32Array {
  const side = volume.size[0];
  let factor = Math.max(1, Math.floor(side / outlineSide));
  while (side % factor !== 0) factor--;
  return reduceVolume(volume, factor).data;
}

/** First pass: reads and measures every candidate and hands on those that are usable and new. */
async function lookAtScans(
  run: ImportRun,
  use: (candidate: Candidate, scan: PreparedScan) => Promise<void>,
  stepsEach: number,
): Promise<void> {
  const duplicates = createDuplicates();
  for (const candidate of run.content.candidates) {
    run.progress.step(0, `Reading ${candidate.path}`);
    const isUsed = await orRejected(run, candidate.path, async () => {
      const scan = await run.preprocess.prepare(candidate);
      const original = duplicates.findOrKeep(candidate.path, scan);
      if (original === null) {
        await use(candidate, scan);
        return true;
      }
      const reason = `This is the same scan as "${original}", voxel for voxel; it was imported once.`;
      run.context.send({
        type: 'file',
        outcome: { path: candidate.path, status: 'rejected', code: 'duplicate', reason },
      });
      return false;
    });
    run.progress.step(isUsed === true ? 1 : stepsEach, `Read ${candidate.path}`);
  }
}

/** With a given spacing every scan is read once and stored at once. */
async function importAtSpacing(run: ImportRun, spacingMm: number): Promise<StoredVolume[]> {
  const stored: StoredVolume[] = [];
  await lookAtScans(
    run,
    async (candidate, scan) => {
      stored.push(await storeScan(run, candidate, { scan, spacingMm, notes: [] }));
    },
    1,
  );
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
  const { grid } = run.request;
  const cache = createScanCache(run.preprocess.prepare);
  const measured: Measured[] = [];
  await lookAtScans(
    run,
    (candidate, scan) => {
      measured.push({ candidate, measures: scan.measures, measure: scan.measure });
      cache.keep(candidate, scan);
      return Promise.resolve();
    },
    2,
  );
  if (measured.length === 0) return { spacingMm: 1, stored: [] };
  const spacingMm =
    run.request.spacingMm === 'auto'
      ? chooseSpacing(
          measured.map(({ measures }) => measures.reachMm),
          grid,
        )
      : run.request.spacingMm;
  const normalise = run.preprocess.forSet(measured);
  const reaches = measured.map(({ measures }) => Math.max(...measures.reachMm));
  const stored: StoredVolume[] = [];
  for (const { candidate, measures } of measured) {
    run.progress.step(0, `Resampling ${candidate.path}`);
    const notes = sizeNotes(Math.max(...measures.reachMm), reaches);
    const volume = await orRejected(run, candidate.path, async () =>
      storeScan(run, candidate, {
        scan: normalise(await cache.take(candidate)),
        spacingMm,
        notes,
      }),
    );
    if (volume !== null) stored.push(volume);
    run.progress.step(1, `Stored ${candidate.path}`);
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

/**
 * Imports the folder of `task.request` into `task.projectDir/volumes`. Sends one `file` message for every file that
 * looks like a scan and at the end one `dataset` message. Throws AppError: 'no-usable-scans', 'not-found', 'cancelled';
 * and the system's errors where the project cannot be written.
 */
export async function importDataset(task: TaskOf<'import'>, context: WorkerContext): Promise<void> {
  const { request, projectDir } = task;
  context.send({
    type: 'progress',
    progress: { done: 0, total: 0, unit: 'steps', secondsLeft: null, note: 'Looking for scans' },
  });
  const found = await scanFolder(request.folder, { named: request.scans, watch: headerWatch(context) });
  const { pairs, content } = await openPairs(request, found);
  const labels = request.derivative === null ? null : await openLabelMaps(request.folder, request.derivative);
  await mkdir(join(projectDir, volumesFolder), { recursive: true });
  const written: string[] = [];
  const preprocess = await openPreprocess(request, content.candidates);
  const steps = content.candidates.length * (request.spacingMm === 'auto' || preprocess.needsSet ? 2 : 1);
  try {
    await importScans({
      request,
      projectDir,
      context,
      content,
      labels,
      pairs,
      preprocess,
      progress: createProgress(context, steps),
      written,
      outlines: [],
    });
  } catch (thrown) {
    for (const path of written) await rm(join(projectDir, path), { force: true });
    throw thrown;
  }
}
