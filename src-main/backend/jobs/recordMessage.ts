/** Keeps what a worker reports: rows for the database, events for whoever listens. */
import { isAbsolute } from 'node:path';
import type { BackendEvent } from '#contract/events.ts';
import type { Job } from '#contract/jobs.ts';
import type { ArtifactRecord, CheckpointRecord, ScanCandidate } from '#contract/records.ts';
import { newId, now } from '../identifiers.ts';
import { portablePath } from '../projects/layout.ts';
import type { OwnedProject } from '../projects/sessions.ts';
import type { ReportMessage } from './workerProcess.ts';

export interface Recorded {
  /** The job as it is now. */
  readonly job: Job;
  readonly events: readonly BackendEvent[];
}

function changed(project: OwnedProject, job: Job): Recorded {
  project.store.jobs.update(job);
  return { job, events: [{ type: 'job.changed', project: project.dir, job }] };
}

function recordCheckpoint(
  project: OwnedProject,
  job: Job,
  message: Extract<ReportMessage, { type: 'checkpoint' }>,
): Recorded {
  const { store, dir } = project;
  const checkpoint: CheckpointRecord = {
    id: message.id,
    jobId: job.id,
    iteration: message.iteration,
    path: message.path,
    sha256: message.sha256,
    bytes: message.bytes,
    milestone: message.milestone,
    createdAt: now(),
  };
  const { job: next, events } = store.transaction(() => {
    store.checkpoints.insert(checkpoint);
    for (const id of message.removed) store.checkpoints.delete(id);
    return changed(project, { ...job, checkpoint: message.id, iteration: Math.max(job.iteration, message.iteration) });
  });
  return { job: next, events: [{ type: 'checkpoint.written', project: dir, checkpoint }, ...events] };
}

function recordCandidate(
  { store, dir }: OwnedProject,
  job: Job,
  { candidate: found, thumbnail }: Extract<ReportMessage, { type: 'candidate' }>,
): Recorded {
  const artifact: ArtifactRecord | null =
    thumbnail === null
      ? null
      : {
          id: newId('artifact'),
          jobId: job.id,
          kind: 'thumbnail',
          path: portablePath(dir, thumbnail.path),
          sha256: thumbnail.sha256,
          iteration: null,
          seed: null,
        };
  const candidate: ScanCandidate = { ...found, thumbnail: artifact?.id ?? null };
  store.transaction(() => {
    if (artifact !== null) store.artifacts.insert(artifact);
    store.candidates.insert(job.id, candidate);
  });
  return { job, events: [{ type: 'scan.found', project: dir, jobId: job.id, candidate }] };
}

/** Writes `message` of the running `job`. The `dataset`, `study`, `pictures`, `doctor`, `measured`, `degraded`, `compared`, `exported`, `provenance-checked`, `bundle-opened` and `latent-…` messages are not its business: they change nothing. */
export function recordMessage(project: OwnedProject, job: Job, message: ReportMessage): Recorded {
  const { store, dir } = project;
  switch (message.type) {
    case 'device':
      return changed(project, {
        ...job,
        device: message.device,
        versions: { ...job.versions, engine: message.engine },
      });
    case 'progress':
      return changed(project, { ...job, progress: message.progress });
    case 'noticed':
      return { job, events: [{ type: 'job.noticed', project: dir, jobId: job.id, text: message.text }] };
    case 'file': {
      const { path } = message.outcome; // of a super-resolution absolute, of an import relative to its folder
      const outcome = { ...message.outcome, path: isAbsolute(path) ? portablePath(dir, path) : path };
      store.fileOutcomes.insert(job.id, outcome);
      return { job, events: [{ type: 'file.handled', project: dir, jobId: job.id, outcome }] };
    }
    case 'metrics': {
      const iteration = Math.max(job.iteration, ...message.rows.map((row) => row.iteration));
      const { secondsPerIteration, peakMemoryMb } = message;
      const next = { ...job, iteration, secondsPerIteration, peakMemoryMb };
      store.transaction(() => {
        store.metrics.insert(job.id, message.rows);
        store.jobs.update(next);
      });
      return {
        job: next,
        events: [
          { type: 'job.measured', project: dir, jobId: job.id, rows: [...message.rows] },
          { type: 'job.changed', project: dir, job: next },
        ],
      };
    }
    case 'checkpoint':
      return recordCheckpoint(project, job, message);
    case 'artifact': {
      const artifact: ArtifactRecord = {
        id: newId('artifact'),
        jobId: job.id,
        kind: message.kind,
        path: portablePath(dir, message.path),
        sha256: message.sha256,
        iteration: message.iteration,
        seed: message.seed,
      };
      store.transaction(() => {
        store.artifacts.insert(artifact);
        if (message.voxelsSha256 !== undefined) store.provenance.insertVoxelHash(artifact.id, message.voxelsSha256);
      });
      return { job, events: [{ type: 'artifact.written', project: dir, artifact }] };
    }
    case 'suspected':
      store.transaction(() => {
        for (const copy of message.copies)
          store.suspectedCopies.insert({ ...copy, id: newId('copy'), jobId: job.id, foundAt: now() });
      });
      return { job, events: [] };
    case 'health':
      store.healthNotices.insert(job.id, message.notice, now());
      return { job, events: [{ type: 'health.changed', project: dir, jobId: job.id, notice: message.notice }] };
    case 'rolled-back':
      return store.transaction(() => {
        store.metrics.deleteAfter(job.id, message.iteration);
        store.artifacts.deleteAfter(job.id, message.iteration);
        return changed(project, { ...job, iteration: message.iteration });
      });
    case 'candidate':
      return recordCandidate(project, job, message);
    case 'previewed':
    case 'dataset':
    case 'study':
    case 'pictures':
    case 'doctor':
    case 'measured':
    case 'degraded':
    case 'compared':
    case 'exported':
    case 'provenance-checked':
    case 'latent-opened':
    case 'latent-shown':
    case 'bundle-opened':
      return { job, events: [] };
  }
}
