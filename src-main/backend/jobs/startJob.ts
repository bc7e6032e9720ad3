/** Writes a job's row and puts it in the queue. */
import type { Job, JobRequest } from '#contract/jobs.ts';
import type { OwnedProject } from '../projects/sessions.ts';
import { newJob } from './newJob.ts';
import type { Runner } from './runner.ts';

interface StartRequest {
  readonly project: OwnedProject;
  readonly runner: Runner;
  readonly request: JobRequest;
  readonly datasetFingerprint: string | null;
  /** A new one if not given. */
  readonly id?: string;
}

/** Returns the job as queued; what becomes of it, the events say. */
export function startJob({ project, runner, request, datasetFingerprint, id }: StartRequest): Job {
  const job = newJob(request, datasetFingerprint, id);
  project.store.jobs.insert(job);
  runner.submit(project, job.id);
  return job;
}
