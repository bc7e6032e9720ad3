/** Which checkpoints of a training stay: milestones, the newest, and the last one before something went wrong. */
import { rm } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { TaskOf } from '#contract/jobs.ts';
import type { MemoryPlan } from '#models/model.ts';
import { writeCheckpoint, type CheckpointDescription } from './checkpoint.ts';
import type { WorkerContext } from './context.ts';
import type { HealthRecord } from './healthVerdict.ts';
import type { Training } from './training.ts';

const kept = 2; // newest checkpoints that are not milestones
const firstMilestone = 1000; // iterations; then whenever they have doubled

export type KeptCheckpoint = Pick<CheckpointDescription, 'id' | 'iteration' | 'milestone'>;

interface State {
  readonly elapsedSeconds: number;
  readonly health: HealthRecord;
}

export interface CheckpointKeeper {
  write(iteration: number, isLast: boolean, state: State): Promise<void>;
  /** The newest that is of no later iteration; null where there is none. */
  lastUpTo(iteration: number): KeptCheckpoint | null;
  /** The model has been restored from `earlier`: what came after it goes, and the present state takes its place. */
  goBackTo(earlier: KeptCheckpoint, state: State): Promise<void>;
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

/** Writes checkpoints and removes those that need not stay. */
export function createCheckpointKeeper({
  training,
  memory,
  task,
  checkpointsDir,
  earlier,
  context,
}: KeeperOptions): CheckpointKeeper {
  const { model, trainedOn, condition } = training;
  let all: readonly KeptCheckpoint[] = earlier; // oldest first

  const lastUpTo = (iteration: number): KeptCheckpoint | null =>
    all.findLast((checkpoint) => checkpoint.iteration <= iteration) ?? null;
  const remove = async (old: readonly KeptCheckpoint[]): Promise<void> => {
    for (const { id } of old) await rm(join(checkpointsDir, id), { recursive: true, force: true });
    all = all.filter((checkpoint) => !old.includes(checkpoint));
  };
  const writeNow = async (iteration: number, milestone: boolean, state: State): Promise<CheckpointDescription> => {
    const { request, jobId, grid, datasetFingerprint, versions } = task;
    const { modelId, config, seed } = request;
    const dataPosition = training.drawnUntil(iteration);
    const known = { jobId, modelId, grid, config, seed, datasetFingerprint, trainedOn, condition, versions };
    const reached = { ...state, memory: memory.settings, iteration, dataPosition, milestone };
    return writeCheckpoint(model, { checkpointsDir, ...known, ...reached });
  };
  const tell = (
    { id, iteration, milestone, sha256, bytes }: CheckpointDescription,
    old: readonly KeptCheckpoint[],
  ): void => {
    const path = relative(task.projectDir, join(checkpointsDir, id)).split(sep).join('/');
    const removed = old.map((checkpoint) => checkpoint.id);
    context.send({ type: 'checkpoint', id, iteration, path, sha256, bytes, milestone, removed });
  };

  return {
    lastUpTo,

    async write(iteration, isLast, state) {
      const lastMilestone = all.findLast(({ milestone }) => milestone)?.iteration ?? 0;
      const isMilestone = isLast || iteration === 0 || iteration >= Math.max(firstMilestone, 2 * lastMilestone);
      const written = await writeNow(iteration, isMilestone, state);
      all = [...all, written];
      const sound = lastUpTo(state.health.lastSound);
      const old = all.filter(({ milestone }) => !milestone).slice(0, -kept).filter((checkpoint) => checkpoint !== sound); // prettier-ignore
      await remove(old);
      tell(written, old);
    },

    async goBackTo(sound, state) {
      const later = all.filter(({ iteration }) => iteration > sound.iteration);
      await remove(later);
      const written = await writeNow(sound.iteration, sound.milestone, state);
      await remove([sound]);
      all = [...all, written];
      tell(written, [...later, sound]);
      context.send({ type: 'rolled-back', iteration: sound.iteration });
    },
  };
}
