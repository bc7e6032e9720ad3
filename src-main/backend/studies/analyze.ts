/** Statistics of trials, made in a thread of their own. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Reply } from '#contract/commands.ts';
import { AppError } from '#contract/errors.ts';
import type { TrialsReport } from '#contract/studyCommands.ts';
import type { Trial } from '#shared/study/trial.ts';

export interface AnalysisTask {
  /** A table to be read, or the trials themselves. */
  readonly source: { readonly path: string } | { readonly trials: readonly Trial[]; readonly unanswered: number };
  readonly margin: number;
  readonly seed: number;
}

const thread = new URL('./analysisThread.ts', import.meta.url);

/** Throws what is wrong with the table. */
export async function analyze(task: AnalysisTask): Promise<TrialsReport> {
  const worker = new Worker(thread, { workerData: task });
  // Rejects where the thread itself breaks, out of memory for one.
  const [reply] = (await once(worker, 'message')) as [Reply<TrialsReport>];
  await worker.terminate();
  if (!reply.ok) throw new AppError(reply.error.code, reply.error.message);
  return reply.value;
}
