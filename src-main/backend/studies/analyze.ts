/** Statistics of trials, made in a thread of their own. */
import { Worker } from 'node:worker_threads';
import type { Reply } from '#contract/commands.ts';
import { AppError } from '#contract/errors.ts';
import type { StudyProtocolKind } from '#contract/studies.ts';
import type { TrialsReport } from '#contract/studyCommands.ts';
import type { Trial } from '#shared/study/trial.ts';

export interface AnalysisTask {
  /** A table to be read, or the trials themselves. */
  readonly source: { readonly path: string } | { readonly trials: readonly Trial[]; readonly unanswered: number };
  readonly margin: number;
  readonly seed: number;
  readonly protocol: StudyProtocolKind;
}

const thread = new URL('./analysisThread.ts', import.meta.url);
/** The largest table that is read takes a tenth of it. */
const mostMegabytes = 4096;

const isOutOfMemory = (thrown: unknown): boolean =>
  (thrown as { code?: unknown } | null)?.code === 'ERR_WORKER_OUT_OF_MEMORY';

/** Throws what is wrong with the table, `out-of-memory`, and `cancelled` when `signal`, which ends it, was set off. */
export async function analyze(task: AnalysisTask, signal?: AbortSignal): Promise<TrialsReport> {
  const worker = new Worker(thread, { workerData: task, resourceLimits: { maxOldGenerationSizeMb: mostMegabytes } });
  const stop = (): void => void worker.terminate();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    const reply = await new Promise<Reply<TrialsReport> | null>((resolve, reject) => {
      worker.once('message', resolve).once('error', reject).once('exit', () => { resolve(null); }); // prettier-ignore
    });
    if (reply === null) throw new AppError('cancelled', 'The analysis was ended before its end.');
    if (!reply.ok) throw new AppError(reply.error.code, reply.error.message);
    return reply.value;
  } catch (thrown) {
    if (!isOutOfMemory(thrown)) throw thrown;
    throw new AppError('out-of-memory', 'These trials take more memory than an analysis may have. Analyse fewer readers or cases at a time.', { cause: thrown }); // prettier-ignore
  } finally {
    signal?.removeEventListener('abort', stop);
    await worker.terminate();
  }
}
