/** What the viewer can open, and how it becomes voxels: read in a worker of its own, which its end or an abort ends. */
import { AppError } from '#contract/errors.ts';
import type { LabelMap } from './labels.ts';
import type { FileSource, ReadReply, ReadRequest, ScanVoxels } from './reading.ts';

/** A file, and for those of the project the address of their label map. */
export type VolumeSource = FileSource & { readonly labelUrl?: string | null };

export interface Scan extends ScanVoxels {
  readonly name: string;
  readonly labelUrl: string | null;
}

function read(request: ReadRequest, signal: AbortSignal): Promise<ReadReply> {
  const worker = new Worker(new URL('read.worker.ts', import.meta.url), { type: 'module' });
  return new Promise<ReadReply>((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error));
    worker.addEventListener('message', ({ data }: MessageEvent<ReadReply>) => resolve(data));
    // Only what nobody foresaw comes here, such as a want of memory.
    worker.addEventListener('error', ({ message }) =>
      reject(new AppError('internal', `${request.source.name} could not be read: ${message}`)),
    );
    worker.postMessage(request);
  }).finally(() => worker.terminate());
}

/** Throws AppError with words for the user, and AbortError when told to stop. */
export async function loadScan(source: VolumeSource, signal: AbortSignal): Promise<Scan> {
  const { labelUrl = null, ...file } = source;
  const reply = await read({ kind: 'scan', source: file }, signal);
  if (reply.kind === 'scan') return { ...reply.scan, name: source.name, labelUrl };
  throw refusal(reply);
}

/** The label map in a file. Throws AppError, `bad-input` where its values are no labels. */
export async function loadLabels(source: FileSource, signal: AbortSignal): Promise<LabelMap> {
  const reply = await read({ kind: 'labels', source }, signal);
  if (reply.kind === 'labels') return reply.labels;
  throw refusal(reply);
}

function refusal(reply: ReadReply): AppError {
  if (reply.kind === 'failed') return new AppError(reply.error.code, reply.error.message);
  return new AppError('internal', 'The reading worker answered something else than it was asked.');
}
