/** The command that analyses anybody's reader study from a table of its trials. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Handlers, Reply, TrialsReport } from '#contract/commands.ts';
import { AppError } from '#contract/errors.ts';

const thread = new URL('./analysisThread.ts', import.meta.url);

export function studyHandlers(): Pick<Handlers, 'study.analyze'> {
  return {
    'study.analyze': async (request) => {
      const worker = new Worker(thread, { workerData: request });
      // Rejects where the thread itself breaks, out of memory for one.
      const [reply] = (await once(worker, 'message')) as [Reply<TrialsReport>];
      await worker.terminate();
      if (!reply.ok) throw new AppError(reply.error.code, reply.error.message);
      return reply.value;
    },
  };
}
