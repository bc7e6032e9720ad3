/**
 * The evaluation job: does a super-resolution network gain anything over interpolation? Scans with a truth are made coarse
 * by the scanner model that the network was trained with (or come with a real scan of low resolution), written, read and
 * enlarged as a user's scan is, and measured inside the brain. Writes a report as JSON and as HTML.
 */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { EvaluationReport, ScanResult } from '#contract/evaluation.ts';
import type { TaskOf } from '#contract/jobs.ts';
import type { SrTraining } from '#contract/superResolution.ts';
import { sha256Of, writeFileAtomic } from '#imaging/atomicWrite.ts';
import { backProject } from '#imaging/dataConsistency.ts';
import type { Degradation } from '#imaging/degrade.ts';
import { enlarge } from '#imaging/enlarge.ts';
import { writeNifti } from '#imaging/niftiWrite.ts';
import { readScanToUpscale } from '#imaging/scanToUpscale.ts';
import type { SuperResolutionModel } from '#models/model.ts';
import type { Volume } from '#shared/volume/volume.ts';
import type { CheckpointDescription } from './checkpoint.ts';
import { cancelledError, type WorkerContext } from './context.ts';
import { evaluateScan, type Enlarger } from './evaluateScan.ts';
import { writeEvaluationReport, type ScanPictures } from './evaluationReport.ts';
import { chooseSources, type EvaluationSources } from './evaluationSources.ts';
import { readTruth } from './evaluationTruth.ts';
import { registerNativeKernels } from './nativeKernels.ts';
import { openSuperResolution } from './openSuperResolution.ts';
import { summarizeEvaluation } from './summarizeEvaluation.ts';
import { loadTensorFlow } from './tensorflow.ts';
import { upscaleScan } from './upscaleScan.ts';

type Task = TaskOf<'evaluate'>;

/** So many scans are shown; all are measured. */
const mostPictured = 6;

interface Evaluation {
  readonly task: Task;
  readonly context: WorkerContext;
  readonly checkpoint: CheckpointDescription;
  readonly trainedOn: SrTraining;
  readonly model: SuperResolutionModel;
}

/** The whole road of a user's scan, its file included. Keeps nothing on the disk. */
function networkEnlarger({ task, context, trainedOn, model }: Evaluation): (low: Volume) => Promise<Volume> {
  return async (low) => {
    const path = join(task.jobDir, 'coarse.nii');
    try {
      await writeNifti(path, low, { storage: { kind: 'float32' }, description: 'Doppel coarse scan' });
      const { result } = await upscaleScan(await readScanToUpscale(path), {
        model,
        learned: trainedOn,
        order: [0, 1, 2],
        tile: null,
        uncertainty: false,
        backProjection: 0,
        onTile: async () => {
          await setImmediate();
          if (context.isCancelled()) throw cancelledError();
        },
      });
      return result;
    } finally {
      await rm(path, { force: true });
    }
  };
}

/** In the order of the report; the projection goes on from the network's own result. */
function enlargersOf(evaluation: Evaluation): readonly Enlarger[] {
  const { factor, profile } = evaluation.trainedOn;
  const { backProjection } = evaluation.task.request;
  const upscale = networkEnlarger(evaluation);
  let latest: Volume | null = null;
  const network: Enlarger = { method: 'network', enlarge: async (low) => (latest = await upscale(low)) };
  const project = (result: Volume, low: Volume): Volume =>
    backProject(result, low, { factor, profile }, backProjection);
  const projected: Enlarger = {
    method: 'network-projected',
    enlarge: async (low) => project(latest ?? (await upscale(low)), low),
  };
  const cubicProjected: Enlarger = {
    method: 'cubic-projected',
    enlarge: async (low) => project(enlarge(low, factor, 'cubic'), low),
  };
  const interpolated = (method: Enlarger['method'], kind: Parameters<typeof enlarge>[2]): Enlarger => ({
    method,
    enlarge: async (low) => enlarge(low, factor, kind),
  });
  return [
    network,
    ...(backProjection > 0 ? [projected] : []),
    interpolated('nearest', 'nearest'),
    interpolated('trilinear', 'linear'),
    interpolated('cubic', 'cubic'),
    ...(backProjection > 0 ? [cubicProjected] : []),
  ];
}

interface Measured {
  readonly scans: readonly ScanResult[];
  readonly pictures: readonly ScanPictures[];
}

async function measureScans(evaluation: Evaluation, { scans: sources }: EvaluationSources): Promise<Measured> {
  const { context, trainedOn, task } = evaluation;
  const { factor, profile, noise } = trainedOn;
  const enlargers = enlargersOf(evaluation);
  const total = sources.length * enlargers.length;
  const startedAt = performance.now();
  const scans: ScanResult[] = [];
  const pictures: ScanPictures[] = [];
  let done = 0;
  const say = (note: string): void => {
    const secondsLeft = done === 0 ? null : ((performance.now() - startedAt) / 1000 / done) * (total - done);
    context.send({ type: 'progress', progress: { done, total, unit: 'steps', secondsLeft, note } });
    if (context.isCancelled()) throw cancelledError();
  };
  for (const [index, source] of sources.entries()) {
    say(source.source);
    const scannerModel: Degradation = { factor, profile, noise, seed: task.request.seed + index };
    const found = await evaluateScan({
      source,
      truth: await readTruth(source, scannerModel),
      scannerModel,
      enlargers,
      hasPictures: index < mostPictured,
      onMethod: (method) => {
        done++;
        say(`${source.source}: ${method}`);
      },
    });
    scans.push(found.result);
    if (found.pictures !== null) pictures.push(found.pictures);
  }
  return { scans, pictures };
}

/** Writes one form of the report to the project, and where else it was asked for. */
async function writeReport({ task, context }: Evaluation, ending: 'json' | 'html', text: string): Promise<void> {
  const { out, seed } = task.request;
  const paths = [join(task.reportsDir, `${task.jobId}.${ending}`), ...(out === null ? [] : [join(out, `evaluation.${ending}`)])]; // prettier-ignore
  for (const path of paths) {
    await writeFileAtomic(path, text);
    context.send({ type: 'artifact', kind: 'report', path, sha256: sha256Of(text), iteration: null, seed });
  }
}

function pairWarning({ pairs }: SrTraining, { inputs }: EvaluationSources): string[] {
  if (pairs === 'made' || inputs === 'real') return [];
  return [
    'The network was trained on real pairs, and measured here on inputs that the scanner model made: a real scan differs from them. Name real ones with --low.',
  ];
}

async function report(evaluation: Evaluation, sources: EvaluationSources, device: string): Promise<void> {
  const { task, checkpoint, trainedOn } = evaluation;
  const { scans, pictures } = await measureScans(evaluation, sources);
  const { factor, profile, noise } = trainedOn;
  const { seed, backProjection, out } = task.request;
  const document: EvaluationReport = {
    format: 1,
    createdAt: new Date().toISOString(),
    doppel: task.versions.doppel,
    engine: task.versions.engine,
    device,
    checkpoint: {
      id: checkpoint.id,
      modelId: checkpoint.modelId,
      iteration: checkpoint.iteration,
      sha256: checkpoint.sha256,
      trainingSetHash: checkpoint.datasetFingerprint,
      trainingScans: trainedOn.scans,
    },
    scannerModel: { factor, profile, noise, seed },
    backProjection,
    inputs: sources.inputs,
    split: sources.split,
    warnings: [...sources.warnings, ...pairWarning(trainedOn, sources)],
    scans: [...scans],
    ...summarizeEvaluation(scans, seed),
  };
  await mkdir(task.reportsDir, { recursive: true });
  if (out !== null) await mkdir(out, { recursive: true });
  await writeReport(evaluation, 'json', `${JSON.stringify(document, null, 2)}\n`);
  await writeReport(evaluation, 'html', writeEvaluationReport(document, pictures));
}

/** Measures the scans of `task` and writes what was found. Same request, same numbers (but for the seconds). */
export async function evaluate(given: Task, context: WorkerContext): Promise<void> {
  const sources = await chooseSources(given);
  const { tf, engine } = await loadTensorFlow();
  registerNativeKernels(tf);
  const version = `${engine.name} ${engine.version}`;
  context.send({ type: 'device', device: engine.device, engine: version });
  const { model, checkpoint, trainedOn } = await openSuperResolution(given.checkpointDir, given.checkpointSha256);
  try {
    await mkdir(given.jobDir, { recursive: true });
    const task = { ...given, versions: { ...given.versions, engine: version } };
    await report({ task, context, checkpoint, trainedOn, model }, sources, engine.device);
  } finally {
    model.dispose();
  }
}
