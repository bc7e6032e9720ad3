/** The training job: the loop of `models/` with the dataset's files, the clock, previews and checkpoints around it. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { MetricRow, TaskOf } from '#contract/jobs.ts';
import { AppError } from '#contract/errors.ts';
import { plainMemory, type TrainingMemory } from '#contract/trainingMemory.ts';
import { sha256Of, writeFileAtomic } from '#imaging/atomicWrite.ts';
import type { Scalars, Trainable } from '#models/model.ts';
import { findModel } from '#models/registry.ts';
import { createMemoryPlan } from '#models/training/memoryPlan.ts';
import { runTrainingLoop } from '#models/training/loop.ts';
import {
  listCheckpoints,
  readCheckpointDescription,
  restoreCheckpoint,
  type CheckpointDescription,
} from './checkpoint.ts';
import { createCheckpointKeeper, type CheckpointKeeper } from './checkpointKeeper.ts';
import { cancelledError, type WorkerContext } from './context.ts';
import { peakMemoryMb } from './memory.ts';
import { createMemoryGuard } from './memoryGuard.ts';
import { readMemoryNote, writeMemoryNote } from './memoryNote.ts';
import { previewSeed } from './generatorTraining.ts';
import { freshRecord } from './healthVerdict.ts';
import { registerNativeKernels } from './nativeKernels.ts';
import { loadTensorFlow } from './tensorflow.ts';
import { createTraining } from './createTraining.ts';
import { areWeightsFinite, createTrainingHealth } from './trainingHealth.ts';

const previewSeconds = 30;
const checkpointSeconds = 60;
const watchSeconds = 60;
const reportSeconds = 0.5; // how often losses and progress are sent

/** Trains until the goal; cancelled, it stops between two steps and leaves a checkpoint. */
export async function train(task: TaskOf<'train'>, context: WorkerContext): Promise<void> {
  const { tf, engine } = await loadTensorFlow();
  registerNativeKernels(tf);
  context.send({ type: 'device', device: engine.device, engine: `${engine.name} ${engine.version}` });
  const { request, grid } = task;
  const entry = findModel(request.modelId);
  const config: unknown = entry.configSchema.parse(request.config);
  const volumes = task.volumes.map(({ path, lowPath, split, attributes }) => ({ path, lowPath, split, attributes }));
  const memory = createMemoryPlan(await memoryToBeginWith(task), (_, reason) => {
    console.warn(reason); // into the job's log
    context.send({ type: 'noticed', text: reason });
  });
  const conditionBefore = (await checkpointBefore(task))?.condition;
  const training = await createTraining(entry, { config, grid, volumes, seed: request.seed, conditionBefore, memory });
  const { model } = training;
  const guard = createMemoryGuard(model, context);
  let checkpoints: CheckpointKeeper | null = null;
  try {
    const resumed = task.resumeFrom === null ? null : await resume(model, task, task.resumeFrom);
    if (resumed === null && task.startFrom !== undefined) await restoreCheckpoint(model, task.startFrom, 'networks');
    const checkpointsDir = join(task.projectDir, 'checkpoints');
    const versions = { ...task.versions, engine: `${engine.name} ${engine.version}` };
    const earlier = resumed === null ? [] : await listCheckpoints(checkpointsDir, task.jobId);
    const nextCount = training.nextCount();
    if (task.wasKilled === true && nextCount !== null) memory.beginSmaller(nextCount);
    const previewFolder = join(task.jobDir, 'previews');
    await mkdir(previewFolder, { recursive: true });
    let noted = memory.settings;
    await writeMemoryNote(task.jobDir, noted);
    const keeper = createCheckpointKeeper({
      training,
      memory,
      task: { ...task, versions },
      checkpointsDir,
      earlier,
      context,
    });
    checkpoints = keeper;
    const reporter = createReporter(context);
    const health = createTrainingHealth({
      training,
      action: request.onCollapse ?? 'warn',
      seed: request.seed,
      record: resumed?.health ?? { ...freshRecord, lastSound: resumed?.iteration ?? 0 },
      keeper,
      checkpointsDir,
      context,
      guard,
      measured: (iteration, values) => {
        reporter.measured(iteration, values);
        reporter.flush(); // what comes after may take the run back
      },
    });

    const result = await runTrainingLoop({
      from: resumed?.iteration ?? 0,
      until: request.until,
      elapsedSeconds: resumed?.elapsedSeconds ?? 0,
      previewEvery: { iterations: request.previewEvery, seconds: previewSeconds },
      checkpointEvery: { iterations: request.checkpointEvery, seconds: checkpointSeconds },
      watchEvery: { iterations: request.watchEvery ?? null, seconds: watchSeconds },
      now,
      step: async (iteration, isWatched) => {
        await setImmediate(); // a request to stop arrives between turns of the event loop
        if (isWatched) health.begin();
        if (memory.settings !== noted) await writeMemoryNote(task.jobDir, (noted = memory.settings));
        guard.begin(iteration);
        return training.step(iteration);
      },
      undo: (thrown) => guard.undo(thrown),
      isCancelled: () => context.isCancelled(),
      onStep: (iteration, losses, timing) => {
        reporter.add({ iteration, values: { ...losses } }, timing);
      },
      preview: async (iteration) => {
        reporter.flush();
        const shown = await guard.spare('A preview', () => training.preview());
        if (shown === null) return;
        const { picture, metrics } = shown;
        reporter.measured(iteration, metrics);
        const path = join(previewFolder, `${String(iteration).padStart(7, '0')}.png`);
        await writeFileAtomic(path, picture);
        context.send({
          type: 'artifact',
          kind: 'preview',
          path,
          sha256: sha256Of(picture),
          iteration,
          seed: previewSeed,
        });
      },
      checkpoint: async (iteration, elapsedSeconds, isLast) => {
        reporter.flush();
        await keeper.write(iteration, isLast, { elapsedSeconds, health: health.record() });
      },
      watch: (iteration, elapsedSeconds) => health.look({ iteration, elapsedSeconds }),
      areWeightsFinite: () => areWeightsFinite(model),
      recover: (fault, iteration, elapsedSeconds) => {
        reporter.flush();
        return health.recover(fault, { iteration, elapsedSeconds });
      },
    });
    reporter.flush();
    if (result.wasCancelled) throw cancelledError();
  } catch (thrown) {
    throw guard.ending(thrown, checkpoints?.lastUpTo(Infinity) ?? null);
  } finally {
    model.dispose();
  }
}

const now = (): number => performance.now() / 1000;

/** What the run before had come to, or what was asked for, whichever takes less memory. */
async function memoryToBeginWith({ request, jobDir, resumeFrom }: TaskOf<'train'>): Promise<TrainingMemory> {
  const kept = resumeFrom === null ? null : (await readCheckpointDescription(resumeFrom)).memory;
  const known = [request.memory, kept, await readMemoryNote(jobDir)].filter(
    (settings) => settings !== undefined && settings !== null,
  );
  return {
    pieces: Math.max(plainMemory.pieces, ...known.map(({ pieces }) => pieces)),
    recompute: known.some(({ recompute }) => recompute),
  };
}

/** The checkpoint that it goes on from, or begins with: of another dataset, of weights from elsewhere; null: of none. */
async function checkpointBefore(task: TaskOf<'train'>): Promise<CheckpointDescription | null> {
  const { request, resumeFrom, startFrom } = task;
  const folder = resumeFrom ?? startFrom;
  if (folder === undefined) return null;
  const description = await readCheckpointDescription(folder);
  const { modelId, grid } = description;
  if (modelId === request.modelId && grid === task.grid) return description;
  throw new AppError(
    'checkpoint-mismatch',
    `The checkpoint is of ${modelId} at ${String(grid)}³, the job trains ${request.modelId} at ${String(task.grid)}³.`,
  );
}

async function resume(model: Trainable, task: TaskOf<'train'>, checkpointDir: string): Promise<CheckpointDescription> {
  const description = await readCheckpointDescription(checkpointDir);
  if (description.datasetFingerprint !== task.datasetFingerprint) {
    throw new AppError(
      'checkpoint-mismatch',
      'The dataset has changed since the checkpoint was written. Start a new training run.',
    );
  }
  return restoreCheckpoint(model, checkpointDir, 'run');
}

interface Timing {
  readonly secondsPerIteration: number;
  readonly secondsLeft: number;
  readonly totalIterations: number;
}

interface Reporter {
  add(row: MetricRow, timing: Timing): void;
  /** What a preview or a look showed; there is nothing to compare with before the first iteration. */
  measured(iteration: number, values: Scalars): void;
  flush(): void;
}

/** Collects losses and sends them, with the progress, a few times a second at most. */
function createReporter(context: WorkerContext): Reporter {
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
    measured(iteration, values) {
      if (iteration > 0 && Object.keys(values).length > 0) rows.push({ iteration, values: { ...values } });
    },
    flush,
  };
}
