/** The checkpoints of a project with what one needs to choose among them. */
import type { CheckpointSummary } from '#contract/commands.ts';
import type { CheckpointImportRequest, TrainRequest } from '#contract/jobs.ts';
import type { ArtifactRecord, CheckpointRecord, DatasetRecord } from '#contract/records.ts';
import { srTraining, type SrTraining } from '#contract/superResolution.ts';
import type { WeightsImportRequest } from '#contract/weights.ts';
import { condition, type Condition } from '#shared/condition.ts';
import type { ModelEntry, Registry } from '../models/loadRegistry.ts';
import { checkpointDir } from '../projects/layout.ts';
import type { Store } from '../store/store.ts';
import { readDescription, type CheckpointDescription as Description } from './verifyCheckpoint.ts';

/** The preview whose iteration is nearest, the earlier of two equally near; null where there is none. */
function nearestPreview(previews: readonly ArtifactRecord[], iteration: number): string | null {
  const distance = (preview: ArtifactRecord): number => Math.abs((preview.iteration ?? Infinity) - iteration);
  const [first, ...others] = previews;
  if (first === undefined) return null;
  return others.reduce((best, preview) => (distance(preview) < distance(best) ? preview : best), first).id;
}

type Origin = Pick<CheckpointSummary, 'dataset' | 'grid'>;

/** The dataset and grid of a training; no dataset for what came from outside; null where the dataset is gone. */
function originOf(
  request: TrainRequest | CheckpointImportRequest | WeightsImportRequest,
  datasets: ReadonlyMap<string, DatasetRecord>,
  description: Description | null,
): Origin | null {
  switch (request.kind) {
    case 'checkpoint-import':
      return { dataset: null, grid: request.grid };
    case 'weights-import': // its grid was found when the file was read
      return typeof description?.['grid'] === 'number' ? { dataset: null, grid: description['grid'] } : null;
    case 'train': {
      const dataset = datasets.get(request.datasetId);
      return dataset === undefined ? null : { dataset: dataset.name, grid: dataset.grid };
    }
  }
}

/** Read from its description, so that a colleague's checkpoint tells as much as one trained here. */
function trainingOf(description: Description | null): SrTraining | null {
  const parsed = srTraining.safeParse(description?.['trainedOn']);
  return parsed.success ? parsed.data : null;
}

/** Read from its description, which knows the classes. */
function conditionIn(description: Description | null): Condition | null {
  const parsed = condition.safeParse(description?.['condition']);
  return parsed.success ? parsed.data : null;
}

function conditionColumn(entry: ModelEntry, config: unknown): string {
  if (entry.kind !== 'generator') return '';
  const parsed = entry.configSchema.safeParse(config);
  return parsed.success ? (entry.condition?.(parsed.data) ?? '') : '';
}

function hasTruncation(entry: ModelEntry, config: unknown): boolean {
  if (entry.kind !== 'generator') return false;
  const parsed = entry.configSchema.safeParse(config);
  return !parsed.success || (entry.hasTruncation?.(parsed.data) ?? true);
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
  const summarize = async (checkpoint: CheckpointRecord): Promise<CheckpointSummary[]> => {
    const request = jobs.get(checkpoint.jobId)?.request;
    if (request?.kind !== 'train' && request?.kind !== 'checkpoint-import' && request?.kind !== 'weights-import')
      return [];
    const { modelId } = request;
    const entry = registry.find(({ id }) => id === modelId);
    if (entry === undefined) return [];
    const { kind } = entry;
    const isDescribed =
      kind === 'super-resolution' || request.kind !== 'train' || conditionColumn(entry, request.config) !== '';
    const description = isDescribed ? await readDescription(checkpointDir(dir, checkpoint)) : null;
    const origin = originOf(request, datasets, description);
    if (origin === null) return [];
    const previewId = nearestPreview(previews.get(checkpoint.jobId) ?? [], checkpoint.iteration);
    const trainedOn = kind === 'super-resolution' ? trainingOf(description) : null;
    const config = 'config' in request ? request.config : null;
    const common = { modelId, kind, ...origin, hasTruncation: hasTruncation(entry, config), previewId, trainedOn };
    return [{ ...checkpoint, ...common, condition: conditionIn(description) }];
  };
  return (await Promise.all(store.checkpoints.list().map(summarize))).flat();
}
