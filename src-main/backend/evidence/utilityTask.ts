/** What the worker that measures the use of synthetic scans is handed: labelled scans, and who has seen them before. */
import { join } from 'node:path';
import type { UtilityRequest } from '#contract/evidence/utility.ts';
import type { Job, TaskOf } from '#contract/jobs.ts';
import type { CheckpointRecord, VolumeRecord } from '#contract/records.ts';
import { jobDir, reportsDir } from '../projects/layout.ts';
import type { OwnedProject } from '../projects/sessions.ts';
import type { Store } from '../store/store.ts';

/** The trainings that led to a checkpoint, through those it began with; null where one of them is not of this project. */
function trainingsOf(store: Store, { jobId }: CheckpointRecord): readonly string[] | null {
  const { request } = store.jobs.get(jobId);
  if (request.kind !== 'train') return null;
  if (request.startFrom === undefined) return [request.datasetId];
  const start = store.checkpoints.list().find(({ id }) => id === request.startFrom);
  const earlier = start === undefined ? null : trainingsOf(store, start);
  return earlier === null ? null : [...earlier, request.datasetId];
}

/**
 * Subjects of `volumes` that were trained on, in this dataset or, by the hashes of their files, in another one; also where
 * the volume was removed since.
 */
function subjectsSeen(
  store: Store,
  datasetIds: readonly string[],
  own: { id: string; volumes: readonly VolumeRecord[] },
): string[] {
  const trained = datasetIds.flatMap((id) => store.datasets.allVolumes(id).filter(({ split }) => split === 'train').map((volume) => ({ ...volume, isOwn: id === own.id }))); // prettier-ignore
  const files = new Set(trained.map(({ sourceSha256 }) => sourceSha256));
  const subjects = new Set(trained.filter(({ isOwn }) => isOwn).map(({ subject }) => subject));
  const seen = own.volumes.filter(({ subject, sourceSha256 }) => subjects.has(subject) || files.has(sourceSha256));
  return [...new Set(seen.map(({ subject }) => subject))];
}

export function prepareUtility(project: OwnedProject, job: Job, request: UtilityRequest): TaskOf<'utility'> {
  const { store, dir } = project;
  const { id, name, fingerprint, grid, spacingMm } = store.datasets.byId(request.datasetId);
  const volumes = store.datasets.volumes(id);
  return {
    kind: 'utility',
    request,
    jobDir: jobDir(dir, job.id),
    reportsDir: reportsDir(dir),
    jobId: job.id,
    dataset: { name, fingerprint, grid, spacingMm },
    volumes: volumes.map((volume) => ({
      id: volume.id,
      subject: volume.subject,
      path: join(dir, volume.path),
      labelPath: volume.labelPath === null ? null : join(dir, volume.labelPath),
    })),
    generators: store.checkpoints.list().map((checkpoint) => {
      const { request: training } = store.jobs.get(checkpoint.jobId);
      const trainings = trainingsOf(store, checkpoint);
      return {
        sha256: checkpoint.sha256,
        modelId: 'modelId' in training ? training.modelId : '',
        seen: trainings === null ? null : subjectsSeen(store, trainings, { id, volumes }),
      };
    }),
    versions: job.versions,
  };
}
