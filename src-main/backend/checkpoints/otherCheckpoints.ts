/** Where a checkpoint cannot be used: those there are besides. */
import type { ErrorShape } from '#contract/errors.ts';
import type { Job } from '#contract/jobs.ts';
import type { Store } from '../store/store.ts';

const mostNamed = 5;

/** The error of a synthesis whose checkpoint is damaged, with the checkpoint's name and others of the same training. */
export function withOtherCheckpoints(error: ErrorShape, store: Store, { request }: Job): ErrorShape {
  if (error.code !== 'checkpoint-damaged' || request.kind !== 'synthesize') return error;
  const all = store.checkpoints.list();
  const jobId = all.find(({ id }) => id === request.checkpointId)?.jobId;
  const others = all
    .filter((record) => record.jobId === jobId && record.id !== request.checkpointId)
    .slice(0, mostNamed)
    .map(({ id, iteration }) => `${id} (iteration ${String(iteration)})`);
  const offer = others.length === 0 ? 'The training has no other.' : `Others of the training: ${others.join(', ')}.`;
  return { ...error, message: `Checkpoint ${request.checkpointId}: ${error.message} ${offer}` };
}
