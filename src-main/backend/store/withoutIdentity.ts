/**
 * What of a job, and of what it said of files, may be written into a project: looks, imports, super-resolutions, evaluations and
 * evidence see the folders and names of the user's own, which may be those of patients. This process remembers them while it lives;
 * the database never holds them.
 */
import { basename, extname, isAbsolute } from 'node:path';
import type { EvidenceRequest } from '#contract/evidence/request.ts';
import type { ImportRequest } from '#contract/importing.ts';
import type { Job } from '#contract/jobs.ts';
import { notKept } from '#contract/privacy.ts';
import type { ArtifactRecord, FileOutcome } from '#contract/records.ts';
import { endingOf, storedName, withoutQuotes } from '#shared/privacy/plainNames.ts';

/** Whether jobs of this kind see names that must not be stored. */
export const seesNames = ({ kind }: Pick<Job, 'kind'>): boolean =>
  ['scan', 'import', 'super-resolve', 'evaluate', 'evidence'].includes(kind);

/** Paths inside of the project are relative to it. */
const storedPath = (path: string): string => (isAbsolute(path) ? notKept : path);

function storedImport({ pairs, scans, preprocess, keyFile, ...request }: ImportRequest): ImportRequest {
  const mask = preprocess?.brainMask ?? null;
  const isMaskFolder = mask?.from.method === 'files';
  return {
    ...request,
    folder: notKept,
    derivative: request.derivative === null ? null : notKept,
    ...(pairs === undefined ? {} : { pairs: { ...pairs, folder: notKept } }),
    ...(scans === undefined ? {} : { scans: [notKept] }),
    ...(keyFile === undefined ? {} : { keyFile: notKept }),
    ...(preprocess === undefined
      ? {}
      : {
          preprocess: {
            ...preprocess,
            brainMask: isMaskFolder ? { ...mask, from: { method: 'files', folder: notKept } } : mask,
            align: preprocess.align === null ? null : { ...preprocess.align, reference: notKept },
          },
        }),
  };
}

function storedEvidence(request: EvidenceRequest): EvidenceRequest {
  const { real, training, out } = request;
  return {
    ...request,
    real: 'folder' in real ? { folder: notKept } : real,
    synthetic: notKept,
    training: training === null ? null : notKept,
    out: out === null ? null : notKept,
  };
}

function storedRequest(request: Job['request']): Job['request'] {
  switch (request.kind) {
    case 'scan':
      return { ...request, folder: notKept };
    case 'import':
      return storedImport(request);
    case 'evidence':
      return storedEvidence(request);
    case 'super-resolve':
      return { ...request, files: request.files.map(storedPath), out: storedPath(request.out) };
    case 'evaluate':
      return {
        ...request,
        high: request.high.map(storedPath),
        ...(request.low === undefined ? {} : { low: request.low.map(storedPath) }),
        out: request.out === null ? null : storedPath(request.out),
      };
    default:
      return request;
  }
}

/** Whether the words of an error are Doppel's own, without a name. */
const isPlainError = (kind: Job['kind'], code: string): boolean =>
  ['cancelled', 'out-of-memory', 'checkpoint-mismatch'].includes(code) ||
  (kind === 'import' && code === 'already-exists'); // the name of a dataset

export function storedJob(job: Job): Job {
  if (!seesNames(job)) return job;
  const { error, progress } = job;
  return {
    ...job,
    request: storedRequest(job.request),
    progress: progress === null ? null : { ...progress, note: '' },
    error:
      error === null || isPlainError(job.kind, error.code)
        ? error
        : {
            code: error.code,
            message:
              'What was wrong was shown when it happened; it is not kept, since it may name files. Begin again to see it.',
          },
  };
}

/** `position`: of the outcome among those of its job, from 1. Paths of a super-resolution are relative to the project, others to a folder. */
export function storedOutcome(
  { path, reason, ...outcome }: FileOutcome,
  { kind, position }: { readonly kind: Job['kind']; readonly position: number },
): FileOutcome {
  const isInProject = kind === 'super-resolve' && !isAbsolute(path);
  return {
    ...outcome,
    path: isInProject ? path : storedName(isAbsolute(path) ? basename(path) : path, position),
    reason: withoutQuotes(reason),
  };
}

/** A file outside of the project is known by its hash alone. `position`: among those of its job, from 1. */
export const storedArtifactPath = ({ path }: ArtifactRecord, position: number): string =>
  isAbsolute(path) ? `${notKept}/${String(position).padStart(4, '0')}${endingOf(path) || extname(path)}` : path;
