/**
 * What of a job, and of what it said of files, may be written into a project: looks, imports and evidence see the folders and names of the user's
 * own, which may be those of patients. This process remembers them while it lives; the database never holds them.
 */
import type { EvidenceRequest } from '#contract/evidence/request.ts';
import type { ImportRequest } from '#contract/importing.ts';
import type { Job } from '#contract/jobs.ts';
import { notKept } from '#contract/privacy.ts';
import type { FileOutcome } from '#contract/records.ts';
import { endingOf, isPlainPath, withoutQuotes } from '#shared/privacy/plainNames.ts';

/** Whether jobs of this kind see names that must not be stored. */
export const seesNames = ({ kind }: Pick<Job, 'kind'>): boolean => ['scan', 'import', 'evidence'].includes(kind);

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
    default:
      return request;
  }
}

/** Errors whose words are Doppel's own, without a name. */
const plainErrors = new Set(['cancelled', 'already-exists']);

export function storedJob(job: Job): Job {
  if (!seesNames(job)) return job;
  const { error, progress } = job;
  return {
    ...job,
    request: storedRequest(job.request),
    progress: progress === null ? null : { ...progress, note: '' },
    error:
      error === null || plainErrors.has(error.code)
        ? error
        : {
            code: error.code,
            message:
              'What was wrong was shown when it happened; it is not kept, since it may name files. Begin again to see it.',
          },
  };
}

/** `position`: of the outcome among those of its job, from 1. */
export function storedOutcome({ path, reason, ...outcome }: FileOutcome, position: number): FileOutcome {
  return {
    ...outcome,
    path: isPlainPath(path) ? path : `file-${String(position).padStart(4, '0')}${endingOf(path)}`,
    reason: withoutQuotes(reason),
  };
}
