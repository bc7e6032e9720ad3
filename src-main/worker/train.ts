/** The training job: the loop of `models/` with the dataset's files, the clock, previews and checkpoints around it. */
import { mkdir, rm } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { MetricRow, TaskOf } from '#contract/jobs.ts';
import { AppError } from '#contract/errors.ts';
import { sha256Of, writeFileAtomic } from '#imaging/atomicWrite.ts';
import { drawContactSheet } from '#imaging/contactSheet.ts';
import type { Trainable } from '#models/model.ts';
import { findModel } from '#models/registry.ts';
import { runTrainingLoop } from '#models/training/loop.ts';
import {
  listCheckpoints,
  readCheckpointDescription,
  restoreCheckpoint,
  writeCheckpoint,
  type CheckpointDescription,
} from './checkpoint.ts';
import { cancelledError, type WorkerContext } from './context.ts';
import { peakMemoryMb } from './memory.ts';
import { registerNativeKernels } from './nativeKernels.ts';
import { loadTensorFlow } from './tensorflow.ts';
import { createVolumeBatches } from './volumeBatches.ts';
import { volumesOf } from './volumesOf.ts';

const previewSeconds = 30;
const checkpointSeconds = 60;
const reportSeconds = 0.5; // how often losses and progress are sent
const previewCount = 4;
const previewSeed = 1; // the same latents in every preview of every run
const kept = 2; // newest checkpoints that are not milestones
const firstMilestone = 1000; // iterations; then whenever they have doubled

/** Trains until the goal; cancelled, it stops between two steps and leaves a checkpoint. */
export async function train(task: TaskOf<'train'>, context: WorkerContext): Promise<void> {
  const { tf, engine } = await loadTensorFlow();
  registerNativeKernels(tf);
  context.send({ type: 'device', device: engine.device, engine: `${engine.name} ${engine.version}` });
  const { request, grid } = task;
  const entry = findModel(request.modelId);
  const config: unknown = entry.configSchema.parse(request.config);
  const model = entry.create({ config, grid, seed: request.seed });
  try {
    const resumed = task.resumeFrom === null ? null : await resume(model, task, task.resumeFrom);
    const paths = task.volumes.filter((volume) => volume.split === 'train').map((volume) => volume.path);
    const batchSize = entry.batchSize(config);
    const batches = createVolumeBatches({ paths, grid, batchSize, seed: request.seed });
    const checkpointsDir = join(task.projectDir, 'checkpoints');
    const versions = { ...task.versions, engine: `${engine.name} ${engine.version}` };
    const earlier = resumed === null ? [] : await listCheckpoints(checkpointsDir, task.jobId);
    const checkpoints = createCheckpointKeeper({
      model,
      task: { ...task, versions },
      batchSize,
      checkpointsDir,
      earlier,
      context,
    });
    const reporter = createReporter(context);
    const previewFolder = join(task.jobDir, 'previews');
    await mkdir(previewFolder, { recursive: true });

    const result = await runTrainingLoop({
      model,
      from: resumed?.iteration ?? 0,
      until: request.until,
      elapsedSeconds: resumed?.elapsedSeconds ?? 0,
      previewEvery: { iterations: request.previewEvery, seconds: previewSeconds },
      checkpointEvery: { iterations: request.checkpointEvery, seconds: checkpointSeconds },
      now,
      batch: async (iteration) => {
        await setImmediate(); // a request to stop arrives between turns of the event loop
        return batches.batch(iteration);
      },
      isCancelled: () => context.isCancelled(),
      onStep: (iteration, losses, timing) => {
        reporter.add({ iteration, values: { ...losses } }, timing);
      },
      preview: async (iteration) => {
        reporter.flush();
        const path = join(previewFolder, `${String(iteration).padStart(7, '0')}.png`);
        const sha256 = await writePreview(model, path);
        context.send({ type: 'artifact', kind: 'preview', path, sha256, iteration, seed: previewSeed });
      },
      checkpoint: async (iteration, elapsedSeconds, isLast) => {
        reporter.flush();
        await checkpoints.write(iteration, elapsedSeconds, isLast);
      },
    });
    reporter.flush();
    if (result.wasCancelled) throw cancelledError();
  } finally {
    model.dispose();
  }
}

const now = (): number => performance.now() / 1000;

async function resume(model: Trainable, task: TaskOf<'train'>, checkpointDir: string): Promise<CheckpointDescription> {
  const description = await readCheckpointDescription(checkpointDir);
  if (description.modelId !== task.request.modelId || description.grid !== task.grid) {
    throw new AppError(
      'checkpoint-mismatch',
      `The checkpoint is of ${description.modelId} at ${String(description.grid)}³, the job trains ${task.request.modelId} at ${String(task.grid)}³.`,
    );
  }
  if (description.datasetFingerprint !== task.datasetFingerprint) {
    throw new AppError(
      'checkpoint-mismatch',
      'The dataset has changed since the checkpoint was written. Start a new training run.',
    );
  }
  return restoreCheckpoint(model, checkpointDir, 'run');
}

async function writePreview(model: Trainable, path: string): Promise<string> {
  const samples = model.generate({ count: previewCount, seed: previewSeed, truncation: 1 });
  try {
    const volumes = await volumesOf(samples);
    const png = drawContactSheet(
      volumes.map((volume) => ({ volume, low: -1, high: 1 })),
      { columns: 2 },
    );
    await writeFileAtomic(path, png);
    return sha256Of(png);
  } finally {
    samples.dispose();
  }
}

interface CheckpointKeeper {
  write(iteration: number, elapsedSeconds: number, isLast: boolean): Promise<void>;
}

interface KeeperOptions {
  readonly model: Trainable;
  readonly task: TaskOf<'train'>;
  readonly batchSize: number;
  readonly checkpointsDir: string;
  /** Checkpoints of before this run, oldest first: they count as kept. */
  readonly earlier: readonly CheckpointDescription[];
  readonly context: WorkerContext;
}

/** Writes checkpoints and removes those that are neither milestones nor among the newest. */
function createCheckpointKeeper({
  model,
  task,
  batchSize,
  checkpointsDir,
  earlier,
  context,
}: KeeperOptions): CheckpointKeeper {
  let recent = earlier.filter(({ milestone }) => !milestone).map(({ id }) => id);
  let lastMilestone = earlier.findLast(({ milestone }) => milestone)?.iteration ?? 0;

  return {
    async write(iteration, elapsedSeconds, isLast) {
      const milestone = isLast || iteration === 0 || iteration >= Math.max(firstMilestone, 2 * lastMilestone);
      const { request, jobId, grid, datasetFingerprint, versions } = task;
      const { modelId, config, seed } = request;
      const dataPosition = iteration * batchSize;
      const known = {
        jobId,
        modelId,
        grid,
        config,
        seed,
        datasetFingerprint,
        iteration,
        elapsedSeconds,
        dataPosition,
        milestone,
        versions,
      };
      const { id, sha256, bytes } = await writeCheckpoint(model, { checkpointsDir, ...known });
      if (milestone) lastMilestone = iteration;
      else recent.push(id);
      const removed = recent.slice(0, -kept);
      recent = recent.slice(-kept);
      for (const old of removed) await rm(join(checkpointsDir, old), { recursive: true, force: true });
      const path = relative(task.projectDir, join(checkpointsDir, id)).split(sep).join('/');
      context.send({ type: 'checkpoint', id, iteration, path, sha256, bytes, milestone, removed });
    },
  };
}

interface Timing {
  readonly secondsPerIteration: number;
  readonly secondsLeft: number;
  readonly totalIterations: number;
}

/** Collects losses and sends them, with the progress, a few times a second at most. */
function createReporter(context: WorkerContext): { add(row: MetricRow, timing: Timing): void; flush(): void } {
  let rows: MetricRow[] = [];
  let newest: { iteration: number; timing: Timing } | undefined;
  let sentAt = now();
  const flush = (): void => {
    if (newest === undefined || rows.length === 0) return;
    const { iteration, timing } = newest;
    context.send({
      type: 'metrics',
      rows,
      secondsPerIteration: timing.secondsPerIteration,
      peakMemoryMb: peakMemoryMb(),
    });
    const total = Math.max(iteration, timing.totalIterations);
    context.send({
      type: 'progress',
      progress: { done: iteration, total, unit: 'iterations', secondsLeft: timing.secondsLeft, note: '' },
    });
    rows = [];
    sentAt = now();
  };
  return {
    add(row, timing) {
      rows.push(row);
      newest = { iteration: row.iteration, timing };
      if (now() - sentAt >= reportSeconds) flush();
    },
    flush,
  };
}
