/** Checkpoints by the run they come from. */
import type { CheckpointSummary } from '#contract/commands.ts';

type Run = readonly [CheckpointSummary, ...CheckpointSummary[]];

/** Imported weights stand at iteration 0, as what a training begins with does, which makes noise. */
export const isUsable = ({ iteration, dataset }: CheckpointSummary): boolean => iteration > 0 || dataset === null;

/** In the order in which runs first appear; within a run the furthest trained first. */
export function runsOf(checkpoints: readonly CheckpointSummary[]): readonly Run[] {
  const ids = [...new Set(checkpoints.map(({ jobId }) => jobId))];
  return ids.flatMap((id) => {
    const [first, ...others] = checkpoints
      .filter(({ jobId }) => jobId === id)
      .toSorted((a, b) => b.iteration - a.iteration);
    return first === undefined ? [] : [[first, ...others] as const];
  });
}
