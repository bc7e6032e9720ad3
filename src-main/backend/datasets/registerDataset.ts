/** Makes a finished import a dataset of the project. */
import { join } from 'node:path';
import { AppError } from '#contract/errors.ts';
import type { ImportRequest } from '#contract/importing.ts';
import type { Job, WorkerMessage } from '#contract/jobs.ts';
import type { VolumeRecord } from '#contract/records.ts';
import { hashFile, hashText } from '../hash.ts';
import { newId, now } from '../identifiers.ts';
import type { OwnedProject } from '../projects/sessions.ts';
import type { NewDataset, NewVolume } from '../store/datasets.ts';

export type DatasetMessage = Extract<WorkerMessage, { type: 'dataset' }>;

interface FingerprintInput {
  readonly grid: number;
  readonly spacingMm: number;
  readonly volumes: readonly Pick<VolumeRecord, 'sha256' | 'split' | 'low'>[];
}

/**
 * SHA-256 over these lines, each ended by a line feed: `grid N`, `spacing X`, then `HASH SPLIT` of every volume (of a
 * real pair `HASH SPLIT HASH_OF_LOW`), sorted. Two imports of the same scans with the same settings and splits have the same one, wherever the files came from.
 */
export function fingerprintOf({ grid, spacingMm, volumes }: FingerprintInput): string {
  const lines = volumes
    .map(({ sha256, split, low }) => [sha256, split, ...(low === null ? [] : [low.sha256])].join(' '))
    .sort();
  return hashText([`grid ${String(grid)}`, `spacing ${String(spacingMm)}`, ...lines, ''].join('\n'));
}

/**
 * Writes dataset, participants and volumes, and the job as `finished`, in one transaction. Throws `already-exists` when
 * the name was taken meanwhile; then nothing is written.
 */
export async function registerDataset(
  project: OwnedProject,
  finished: Job,
  request: ImportRequest,
  message: DatasetMessage,
): Promise<Job> {
  const { store, dir } = project;
  const volumes: NewVolume[] = [];
  for (const record of message.volumes) {
    volumes.push({
      record,
      labelSha256: record.labelPath === null ? null : await hashFile(join(dir, record.labelPath)),
      thumbnailSha256: record.thumbnailPath === null ? null : await hashFile(join(dir, record.thumbnailPath)),
    });
  }
  const dataset: NewDataset = {
    id: newId('dataset'),
    name: request.name,
    grid: request.grid,
    spacingMm: message.spacingMm,
    fingerprint: fingerprintOf({ grid: request.grid, spacingMm: message.spacingMm, volumes: message.volumes }),
    seed: request.seed,
    holdout: request.holdout,
    jobId: finished.id,
    createdAt: now(),
  };
  const job: Job = { ...finished, datasetFingerprint: dataset.fingerprint };
  store.transaction(() => {
    if (store.datasets.hasName(request.name)) throw nameTaken(request.name);
    store.datasets.insert(dataset, volumes);
    store.privacyReports.insert(finished.id, message.privacy);
    store.jobs.update(job);
  });
  return job;
}

export function nameTaken(name: string): AppError {
  return new AppError('already-exists', `The project already has a dataset "${name}". Choose another name.`);
}
