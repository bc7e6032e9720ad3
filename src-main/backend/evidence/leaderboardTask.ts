/** Which trainings of a dataset can stand on its leaderboard, and what the worker is handed to measure them. */
import { join } from 'node:path';
import { AppError } from '#contract/errors.ts';
import type { LeaderboardRequest, LeaderboardTraining } from '#contract/evidence/leaderboard.ts';
import type { Job, TaskOf } from '#contract/jobs.ts';
import type { CheckpointRecord } from '#contract/records.ts';
import { loadRegistry } from '../models/loadRegistry.ts';
import { checkpointDir, reportsDir } from '../projects/layout.ts';
import type { OwnedProject } from '../projects/sessions.ts';
import type { Store } from '../store/store.ts';

interface Trained {
  readonly training: LeaderboardTraining;
  readonly checkpoint: CheckpointRecord;
}

function trainedBy(store: Store, job: Job): Trained | null {
  const { request } = job;
  const checkpoint = store.checkpoints.ofJob(job.id).find(({ iteration }) => iteration > 0);
  if (request.kind !== 'train' || checkpoint === undefined) return null;
  const { iteration } = checkpoint;
  return {
    checkpoint,
    training: {
      job: job.id,
      modelId: request.modelId,
      preset: request.preset,
      seed: request.seed,
      until: request.until,
      iterations: iteration,
      seconds: job.secondsPerIteration === null ? null : job.secondsPerIteration * iteration,
      device: job.device,
      isWhole: job.state === 'succeeded',
      isContinued: request.startFrom !== undefined,
      fingerprint: job.datasetFingerprint ?? '',
      checkpoint: checkpoint.id,
      checkpointSha256: checkpoint.sha256,
    },
  };
}

/** Of models that make scans. */
export async function generatorIds(): Promise<ReadonlySet<string>> {
  const { registry } = await loadRegistry();
  return new Set(registry.filter(({ kind }) => kind === 'generator').map(({ id }) => id));
}

/** Generators that were trained on the dataset and have a checkpoint, the oldest first. */
export function trainedOn(store: Store, datasetId: string, generators: ReadonlySet<string>): readonly Trained[] {
  return store.jobs
    .list()
    .filter(({ request }) => request.kind === 'train' && request.datasetId === datasetId && generators.has(request.modelId))
    .toSorted((a, b) => (a.createdAt < b.createdAt ? -1 : 1))
    .map((job) => trainedBy(store, job))
    .filter((trained) => trained !== null);
} // prettier-ignore

/** Throws `usage` where nothing was trained on the dataset. */
export async function prepareLeaderboard(
  { store, dir }: OwnedProject,
  job: Job,
  request: LeaderboardRequest,
): Promise<TaskOf<'leaderboard'>> {
  const { id, name, fingerprint, grid, spacingMm } = store.datasets.byId(request.datasetId);
  const trainings = trainedOn(store, id, await generatorIds()).map(({ training, checkpoint }) => ({
    ...training,
    checkpointDir: checkpointDir(dir, checkpoint),
  }));
  if (trainings.length === 0) {
    throw new AppError(
      'usage',
      `No model was trained on the dataset "${name}" that has a checkpoint. Train some first: doppel leaderboard --run --models alpha-wgan,ha-gan --minutes 15.`,
    );
  }
  return {
    kind: 'leaderboard',
    request,
    reportsDir: reportsDir(dir),
    jobId: job.id,
    dataset: { name, fingerprint, grid, spacingMm },
    volumes: store.datasets.volumes(id).map((volume) => ({
      id: volume.id,
      split: volume.split,
      path: join(dir, volume.path),
    })),
    trainings,
    versions: job.versions,
  };
}
