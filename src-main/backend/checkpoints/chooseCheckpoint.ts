/** The checkpoint that a request means, of the kind of model that it needs. */
import { AppError } from '#contract/errors.ts';
import type { CheckpointRecord, ModelKind } from '#contract/records.ts';
import { loadRegistry } from '../models/loadRegistry.ts';
import type { Store } from '../store/store.ts';

const needed: Readonly<Record<ModelKind, { readonly use: string; readonly model: string }>> = {
  generator: { use: 'New scans are made', model: 'a model that makes scans' },
  'super-resolution': { use: 'Scans are made finer', model: 'a super-resolution model' },
};

/** By id, or the newest of this kind for null. Throws `not-found`, or `checkpoint-mismatch` for one of another kind. */
export async function chooseCheckpoint(store: Store, id: string | null, kind: ModelKind): Promise<CheckpointRecord> {
  const { registry } = await loadRegistry();
  const modelOf = ({ jobId }: CheckpointRecord): { readonly id: string; readonly kind: ModelKind | undefined } => {
    const { request } = store.jobs.get(jobId);
    const modelId = 'modelId' in request ? request.modelId : '';
    return { id: modelId, kind: registry.find((entry) => entry.id === modelId)?.kind };
  };
  const { use, model } = needed[kind];
  if (id === null) {
    const newest = store.checkpoints.list().find((checkpoint) => modelOf(checkpoint).kind === kind);
    if (newest !== undefined) return newest;
    throw new AppError(
      'not-found',
      `The project has no checkpoint of ${model} yet: train one first (doppel train; doppel model list names them).`,
    );
  }
  const checkpoint = store.checkpoints.get(id);
  const found = modelOf(checkpoint);
  if (found.kind === kind) return checkpoint;
  throw new AppError(
    'checkpoint-mismatch',
    `Checkpoint ${id} is of ${found.id}. ${use} with a checkpoint of ${model}: choose another.`,
  );
}
