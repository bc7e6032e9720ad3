/** A dry run: a few training steps on the real scans, timed, and nothing kept. */
import type { TaskOf } from '#contract/jobs.ts';
import { findModel } from '#models/registry.ts';
import { createMemoryPlan } from '#models/training/memoryPlan.ts';
import { cancelledError, type WorkerContext } from './context.ts';
import { peakMemoryMb } from './memory.ts';
import { registerNativeKernels } from './nativeKernels.ts';
import { loadTensorFlow } from './tensorflow.ts';
import { createTraining } from './createTraining.ts';

const seed = 1;

/** Sends one `measured`: the mean of all steps but the first, reading the scans included. */
export async function measure(task: TaskOf<'measure'>, context: WorkerContext): Promise<void> {
  const { tf, engine } = await loadTensorFlow();
  registerNativeKernels(tf);
  const entry = findModel(task.modelId);
  const config: unknown = entry.configSchema.parse(task.config);
  const volumes = task.volumes.map((volume) => ({ ...volume, lowPath: null, split: 'train' as const }));
  const memory = createMemoryPlan(task.memory); // not to change: what runs out of memory is to be said
  const { model, step: train } = await createTraining(entry, { config, grid: task.grid, volumes, seed, memory });
  try {
    let started = performance.now();
    for (let step = 1; step <= task.steps; step++) {
      if (context.isCancelled()) throw cancelledError();
      await train(step);
      if (step === 1) started = performance.now();
    }
    const counted = task.steps - 1;
    context.send({
      type: 'measured',
      secondsPerIteration: (performance.now() - started) / 1000 / counted,
      peakMemoryMb: peakMemoryMb(),
      device: engine.device,
      steps: counted,
    });
  } finally {
    model.dispose();
  }
}
