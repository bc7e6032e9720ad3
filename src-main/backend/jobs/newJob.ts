/** A job as it is written before its process starts. */
import type { Job, JobRequest } from '#contract/jobs.ts';
import { newId, now } from '../identifiers.ts';
import { currentVersions } from '../versions.ts';

export function newJob(request: JobRequest, datasetFingerprint: string | null, id = newId(request.kind)): Job {
  return {
    id,
    kind: request.kind,
    state: 'queued',
    request,
    seed: request.seed,
    datasetFingerprint,
    versions: currentVersions,
    device: null,
    progress: null,
    iteration: 0,
    secondsPerIteration: null,
    peakMemoryMb: null,
    checkpoint: null,
    error: null,
    createdAt: now(),
    startedAt: null,
    finishedAt: null,
  };
}
