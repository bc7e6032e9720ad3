/** What jobs of the latent explorer have left: codes of a dataset, and columns fitted to them. */
import { existsSync, readFileSync } from 'node:fs';
import { AppError } from '#contract/errors.ts';
import type { Job, JobRequest } from '#contract/jobs.ts';
import { latentEncoding, latentFit, type LatentEncoding, type LatentFit } from '#contract/latent.ts';
import { encodingFile, fitFile } from '../projects/layout.ts';
import type { ReadProject } from '../projects/sessions.ts';

type LatentKind = 'latent-encode' | 'latent-fit';
type JobOf<Kind extends LatentKind> = Job & { readonly request: Extract<JobRequest, { kind: Kind }> };

export interface FoundEncoding {
  readonly job: JobOf<'latent-encode'>;
  readonly encoding: LatentEncoding;
}

export interface FoundFit {
  readonly job: JobOf<'latent-fit'>;
  readonly fit: LatentFit;
}

const isOf = <Kind extends LatentKind>(job: Job, kind: Kind): job is JobOf<Kind> => job.request.kind === kind;

function parse<Result>(schema: { parse(value: unknown): Result }, path: string, job: Job): Result {
  try {
    return schema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (cause) {
    throw new AppError('bad-input', `The results of job ${job.id} cannot be read. Run it again: doppel job resume ${job.id}.`, { cause }); // prettier-ignore
  }
}

/** Those that have succeeded and whose results are there, the newest first. */
function jobsOf<Kind extends LatentKind>({ store }: ReadProject, kind: Kind): JobOf<Kind>[] {
  return store.jobs.list().flatMap((job) => (isOf(job, kind) && job.state === 'succeeded' ? [job] : []));
}

export function listEncodings(project: ReadProject): FoundEncoding[] {
  return jobsOf(project, 'latent-encode')
    .filter(({ id }) => existsSync(encodingFile(project.dir, id)))
    .map((job) => encodingOf(project, job));
}

export function listFits(project: ReadProject): FoundFit[] {
  return jobsOf(project, 'latent-fit')
    .filter(({ id }) => existsSync(fitFile(project.dir, id)))
    .map((job) => fitOf(project, job));
}

const encodingOf = ({ dir }: ReadProject, job: JobOf<'latent-encode'>): FoundEncoding => ({
  job,
  encoding: parse(latentEncoding, encodingFile(dir, job.id), job),
});
const fitOf = ({ dir }: ReadProject, job: JobOf<'latent-fit'>): FoundFit => ({
  job,
  fit: parse(latentFit, fitFile(dir, job.id), job),
});

function requireSucceeded({ id, state }: Job): void {
  if (state !== 'succeeded') throw new AppError('wrong-state', `Job ${id} is ${state}: there is nothing to go on with.`); // prettier-ignore
}

/**
 * The codes that a job made, or the newest of a checkpoint that a training (or import) wrote, or the newest of all for null.
 * Throws `not-found`, `usage`, `wrong-state`.
 */
export function findEncoding(project: ReadProject, given: string | null): FoundEncoding {
  const { store } = project;
  const job = given === null ? null : store.jobs.get(given);
  if (job !== null && isOf(job, 'latent-encode')) {
    requireSucceeded(job);
    return encodingOf(project, job);
  }
  const isOrigin = job === null || ['train', 'weights-import', 'checkpoint-import'].includes(job.kind);
  if (!isOrigin) throw new AppError('usage', `Job ${job.id} made no codes: it is of kind ${job.kind}.`);
  const newest = jobsOf(project, 'latent-encode').find(
    ({ request }) => job === null || store.checkpoints.get(request.checkpointId).jobId === job.id,
  );
  if (newest !== undefined) return encodingOf(project, newest);
  throw new AppError('not-found', 'There are no codes of its scans yet. Make them first: doppel latent encode.');
}

/** Throws `not-found`, `usage`, `wrong-state`. */
export function findFit(project: ReadProject, jobId: string): FoundFit {
  const job = project.store.jobs.get(jobId);
  if (!isOf(job, 'latent-fit')) throw new AppError('usage', `Job ${job.id} fitted no column: it is of kind ${job.kind}.`); // prettier-ignore
  requireSucceeded(job);
  return fitOf(project, job);
}
