/** A dry run: a few training steps on the real scans, measured, and nothing kept. */
import * as tf from '@tensorflow/tfjs';
import type { TaskOf } from '#contract/jobs.ts';
import type { Measured } from '#contract/plan.ts';
import type { Trainable } from '#models/model.ts';
import { findModel } from '#models/registry.ts';
import { createMemoryPlan, isOutOfMemory } from '#models/training/memoryPlan.ts';
import { cancelledError, type WorkerContext } from './context.ts';
import { createTraining } from './createTraining.ts';
import { watchMemory } from './deviceMemory.ts';
import { averagedNetwork } from './networkNames.ts';
import { registerNativeKernels } from './nativeKernels.ts';
import { loadTensorFlow } from './tensorflow.ts';
import type { Training } from './training.ts';

const seed = 1;
/** Steps counted at a stage, fewer where they take long. */
const mostSteps = 3;
const longSeconds = 15;
const bytesPerNumber = 4;

/** Sends one `measured`. */
export async function measure(task: TaskOf<'measure'>, context: WorkerContext): Promise<void> {
  const memory = await watchMemory();
  const { engine } = await loadTensorFlow();
  registerNativeKernels(tf);
  const { device } = engine;
  const freeBytes = memory.freeBytes(device);
  const steps = await takeSteps(task, context).catch((thrown: unknown) => {
    if (isOutOfMemory(thrown)) return null;
    throw thrown;
  });
  const found = steps === null ? null : { ...steps, peakBytes: await memory.peakBytes(device) };
  context.send({ type: 'measured', device, freeBytes, found });
}

type Steps = Omit<NonNullable<Measured['found']>, 'peakBytes'>;

async function takeSteps(task: TaskOf<'measure'>, context: WorkerContext): Promise<Steps> {
  const { grid, side, stages, memory } = task;
  const entry = findModel(task.modelId);
  const config: unknown = entry.configSchema.parse(task.config);
  const volumes = task.volumes.map((volume) => ({ ...volume, lowPath: null, split: 'train' as const }));
  const plan = createMemoryPlan(memory); // not to change: what runs out of memory is to be said
  const training = await createTraining(entry, { config, grid: side, fileGrid: grid, volumes, seed, memory: plan });
  try {
    const seconds: number[][] = [];
    for (const stage of stages) seconds.push(await timeSteps(training, stage, context));
    return { seconds, weightBytes: bytesPerNumber * weightsOf(training.model) };
  } finally {
    training.model.dispose();
  }
}

/** Of each step but the first, which builds what the others use. */
async function timeSteps({ model, step }: Training, stage: number, context: WorkerContext): Promise<number[]> {
  const seconds: number[] = [];
  const begun = performance.now();
  for (let taken = 0; ; taken++) {
    if (context.isCancelled()) throw cancelledError();
    model.counters?.skipTo?.(stage);
    const started = performance.now();
    await step(taken + 1);
    const ended = performance.now();
    if (taken > 0) seconds.push((ended - started) / 1000);
    if (seconds.length === mostSteps || (taken > 0 && ended - begun > longSeconds * 1000)) return seconds;
  }
}

/** How many weights are trained. */
function weightsOf({ networks }: Trainable): number {
  return Object.entries(networks)
    .filter(([name]) => name !== averagedNetwork)
    .flatMap(([, { weights }]) => Object.values(weights))
    .reduce((sum, { size }) => sum + size, 0);
}
