/** The super-resolution job: one scan at a time through a network, as NIfTI in the scan's own space, marked as what it is. */
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { AppError } from '#contract/errors.ts';
import type { TaskOf } from '#contract/jobs.ts';
import type { SuperResolvedMeasures } from '#contract/superResolution.ts';
import { writeFileAtomic } from '#imaging/atomicWrite.ts';
import { BadScan } from '#imaging/badScan.ts';
import { rasSpacing, readScanToUpscale } from '#imaging/scanToUpscale.ts';
import { formatFactor, parseFactor } from '#shared/volume/factor.ts';
import { cancelledError, type WorkerContext } from './context.ts';
import { registerNativeKernels } from './nativeKernels.ts';
import { orderAxes } from './networkAxes.ts';
import { openSuperResolution, type OpenedModel } from './openSuperResolution.ts';
import { planScans, type PlannedScan } from './superResolutionFiles.ts';
import { unlikeTraining } from './superResolutionWarnings.ts';
import { loadTensorFlow } from './tensorflow.ts';
import { upscaleScan } from './upscaleScan.ts';
import { writeUpscaled } from './writeUpscaled.ts';

type Task = TaskOf<'super-resolve'>;

/**
 * A scan that cannot be used is told and left out; the others go on. Fails where none could be used, and at once where
 * no other would fare better (a full disk, no memory, a checkpoint that does not fit).
 */
export async function superResolve(given: Task, context: WorkerContext): Promise<void> {
  const scans = await planScans(given.request, {
    names: new Map(Object.entries(given.names)),
    keepsNames: given.keepsNames,
  });
  const { tf, engine } = await loadTensorFlow();
  registerNativeKernels(tf);
  const versions = { ...given.versions, engine: `${engine.name} ${engine.version}` };
  const task: Task = { ...given, versions };
  context.send({ type: 'device', device: engine.device, engine: versions.engine });
  const { request } = task;
  const opened = await openSuperResolution(task.checkpointDir, task.checkpointSha256);
  try {
    requireFactor(request.factor, opened);
    const done: SuperResolvedMeasures[] = [];
    const faults: AppError[] = [];
    for (const [index, scan] of scans.entries()) {
      try {
        const place = { index, total: scans.length };
        const { measures, warning } = await superResolveOne({ task, context, opened, scan, place });
        done.push(measures);
        await writeResults(task, done);
        tellFile(context, scan, warning);
      } catch (thrown) {
        if (!(thrown instanceof AppError) || !isOfOneScan(thrown)) throw thrown;
        faults.push(thrown);
        const code = thrown instanceof BadScan ? thrown.scanCode : thrown.code;
        context.send({
          type: 'file',
          outcome: { path: scan.source, status: 'rejected', code, reason: thrown.message },
        });
      }
    }
    const [fault] = faults;
    if (done.length === 0 && fault !== undefined) throw fault;
  } finally {
    opened.model.dispose();
  }
}

const isOfOneScan = ({ code }: AppError): boolean => code === 'bad-input' || code === 'already-exists';

function requireFactor(asked: string | null, { trainedOn, checkpoint }: OpenedModel): void {
  if (asked === null) return;
  const learned = formatFactor(trainedOn.factor);
  if (formatFactor(parseFactor(asked)) === learned) return;
  throw new AppError(
    'checkpoint-mismatch',
    `Checkpoint ${checkpoint.id} makes scans finer by ${learned}, not by ${asked}. Choose another checkpoint.`,
  );
}

function tellFile(context: WorkerContext, { source }: PlannedScan, warning: string | null): void {
  const outcome =
    warning === null
      ? ({ path: source, status: 'imported', code: 'ok', reason: '' } as const)
      : ({ path: source, status: 'warning', code: 'unlike-training', reason: warning } as const);
  context.send({ type: 'file', outcome });
}

interface OneScan {
  readonly task: Task;
  readonly context: WorkerContext;
  readonly opened: OpenedModel;
  readonly scan: PlannedScan;
  readonly place: { readonly index: number; readonly total: number };
}

async function superResolveOne({ task, context, opened, scan, place }: OneScan): Promise<{
  readonly measures: SuperResolvedMeasures;
  readonly warning: string | null;
}> {
  const { model, trainedOn } = opened;
  const { tile, uncertainty, backProjection } = task.request;
  const progress = createProgress(context, place);
  await progress(0, `Reading ${scan.source}`);
  const source = await readScanToUpscale(scan.source);
  const spacingMm = rasSpacing(source);
  const order = orderAxes(spacingMm, trainedOn.factor);
  const warnings = [
    ...unlikeTraining({ spacingMm, quantiles: source.quantiles, order }, trainedOn),
    ...source.warnings.map(({ reason }) => reason),
  ];
  const upscaled = await upscaleScan(source, {
    model,
    learned: trainedOn,
    order,
    tile,
    uncertainty,
    backProjection,
    onTile: (share) => progress(share, scan.source),
  });
  await progress(1, `Writing ${scan.source}`);
  const mapsDir = join(task.jobDir, 'maps', String(place.index + 1).padStart(4, '0'));
  const measures = await writeUpscaled({ task, context, opened, scan, mapsDir, source, upscaled, warnings });
  return { measures, warning: warnings.length === 0 ? null : warnings.join(' ') };
}

/** Tells how far the job is, lets messages in, and throws once it should stop. */
function createProgress(
  context: WorkerContext,
  { index, total }: OneScan['place'],
): (share: number, note: string) => Promise<void> {
  const startedAt = performance.now();
  return async (share, note) => {
    await setImmediate();
    if (context.isCancelled()) throw cancelledError();
    const each = (performance.now() - startedAt) / 1000 / share;
    const secondsLeft = share === 0 ? null : each * (total - index - share);
    const done = index + share;
    context.send({ type: 'progress', progress: { done, total, unit: 'volumes', secondsLeft, note } });
  };
}

/** In the job's folder, beside the maps. */
const resultsPath = ({ jobDir }: Task): string => join(jobDir, 'results.json');

/** After each scan, so that those of a job that was stopped are known too. */
async function writeResults(task: Task, volumes: readonly SuperResolvedMeasures[]): Promise<void> {
  await writeFileAtomic(resultsPath(task), `${JSON.stringify({ volumes }, null, 2)}\n`);
}
