/** Which checkpoints of a training stay: milestones and the newest. */
import { rm } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { TaskOf } from '#contract/jobs.ts';
import type { MemoryPlan } from '#models/model.ts';
import { writeCheckpoint, type CheckpointDescription } from './checkpoint.ts';
import type { WorkerContext } from './context.ts';
import type { Training } from './training.ts';

const kept = 2; // newest checkpoints that are not milestones
const firstMilestone = 1000; // iterations; then whenever they have doubled

export interface CheckpointKeeper {
  write(iteration: number, elapsedSeconds: number, isLast: boolean): Promise<void>;
}

interface KeeperOptions {
  readonly training: Training;
  readonly memory: MemoryPlan;
  readonly task: TaskOf<'train'>;
  readonly checkpointsDir: string;
  /** Checkpoints of before this run, oldest first: they count as kept. */
  readonly earlier: readonly CheckpointDescription[];
  readonly context: WorkerContext;
}

/** Writes checkpoints and removes those that are neither milestones nor among the newest. */
export function createCheckpointKeeper({
  training,
  memory,
  task,
  checkpointsDir,
  earlier,
  context,
}: KeeperOptions): CheckpointKeeper {
  const { model, trainedOn, condition } = training;
  let recent = earlier.filter(({ milestone }) => !milestone).map(({ id }) => id);
  let lastMilestone = earlier.findLast(({ milestone }) => milestone)?.iteration ?? 0;

  return {
    async write(iteration, elapsedSeconds, isLast) {
      const milestone = isLast || iteration === 0 || iteration >= Math.max(firstMilestone, 2 * lastMilestone);
      const { request, jobId, grid, datasetFingerprint, versions } = task;
      const { modelId, config, seed } = request;
      const dataPosition = training.drawnUntil(iteration);
      const known = {
        jobId,
        modelId,
        grid,
        config,
        seed,
        datasetFingerprint,
        trainedOn,
        condition,
        memory: memory.settings,
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
