/** The checkpoints of a project with what one needs to choose among them. */
import type { CheckpointSummary } from '#contract/commands.ts';
import type { CheckpointImportRequest, TrainRequest } from '#contract/jobs.ts';
import type { ArtifactRecord, DatasetRecord } from '#contract/records.ts';
import { srTraining, type SrTraining } from '#contract/superResolution.ts';
import type { Registry } from '../models/loadRegistry.ts';
import { checkpointDir } from '../projects/layout.ts';
import type { Store } from '../store/store.ts';
import { readDescription } from './verifyCheckpoint.ts';

/** The preview whose iteration is nearest, the earlier of two equally near; null where there is none. */
function nearestPreview(previews: readonly ArtifactRecord[], iteration: number): string | null {
  const distance = (preview: ArtifactRecord): number => Math.abs((preview.iteration ?? Infinity) - iteration);
  const [first, ...others] = previews;
  if (first === undefined) return null;
  return others.reduce((best, preview) => (distance(preview) < distance(best) ? preview : best), first).id;
}

/** The dataset and grid of a training; no dataset for what came from outside; null where the dataset is gone. */
function originOf(
  request: TrainRequest | CheckpointImportRequest,
  datasets: ReadonlyMap<string, DatasetRecord>,
): Pick<CheckpointSummary, 'dataset' | 'grid'> | null {
  if (request.kind === 'checkpoint-import') return { dataset: null, grid: request.grid };
  const dataset = datasets.get(request.datasetId);
  return dataset === undefined ? null : { dataset: dataset.name, grid: dataset.grid };
}

/** Read from its description, so that a colleague's checkpoint tells as much as one trained here. */
async function trainingOf(folder: string): Promise<SrTraining | null> {
  const parsed = srTraining.safeParse((await readDescription(folder))?.['trainedOn']);
  return parsed.success ? parsed.data : null;
}

/** The newest first. A checkpoint whose training or dataset the project, or whose model Doppel, no longer knows is left out. */
export async function summarizeCheckpoints(
  { dir, store }: { readonly dir: string; readonly store: Store },
  { registry }: Registry,
): Promise<readonly CheckpointSummary[]> {
  const jobs = new Map(store.jobs.list().map((job) => [job.id, job]));
  const datasets = new Map(store.datasets.list().map((dataset) => [dataset.id, dataset]));
  const previews = Map.groupBy(
    store.artifacts.list().filter((artifact) => artifact.kind === 'preview'),
    (artifact) => artifact.jobId,
  );
  const known = store.checkpoints.list().flatMap((checkpoint) => {
    const request = jobs.get(checkpoint.jobId)?.request;
    if (request?.kind !== 'train' && request?.kind !== 'checkpoint-import') return [];
    const { modelId } = request;
    const kind = registry.find(({ id }) => id === modelId)?.kind;
    const origin = originOf(request, datasets);
    if (origin === null || kind === undefined) return [];
    const previewId = nearestPreview(previews.get(checkpoint.jobId) ?? [], checkpoint.iteration);
    return [{ ...checkpoint, modelId, kind, ...origin, previewId }];
  });
  return Promise.all(
    known.map(async (checkpoint) => ({
      ...checkpoint,
      trainedOn: checkpoint.kind === 'super-resolution' ? await trainingOf(checkpointDir(dir, checkpoint)) : null,
    })),
  );
}
