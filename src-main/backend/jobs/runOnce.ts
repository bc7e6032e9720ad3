/** A worker process beside the queue of jobs, for something short whose answer is one message. */
import { closeSync, openSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError, toErrorShape } from '#contract/errors.ts';
import type { WorkerTask } from '#contract/jobs.ts';
import { describeCrash } from './describeCrash.ts';
import { startWorker, type ReportMessage } from './workerProcess.ts';

/**
 * The last message of this type that the worker sent. Throws what went wrong in it (`out-of-memory`, `engine-missing`
 * …), `cancelled` when `signal`, which ends the process, was set off.
 */
export async function runOnce<Type extends ReportMessage['type']>(
  task: WorkerTask,
  type: Type,
  signal?: AbortSignal,
): Promise<Extract<ReportMessage, { type: Type }>> {
  const folder = await mkdtemp(join(tmpdir(), `doppel-${task.kind}-`));
  try {
    const answers: Extract<ReportMessage, { type: Type }>[] = [];
    const isAnswer = (message: ReportMessage): message is Extract<ReportMessage, { type: Type }> =>
      message.type === type;
    const logFile = join(folder, 'log.txt');
    const log = openSync(logFile, 'a');
    const worker = startWorker({
      task,
      label: task.kind,
      log,
      onMessage: (message) => {
        if (isAnswer(message)) answers.push(message);
      },
      describeFault: toErrorShape,
    });
    closeSync(log);
    signal?.addEventListener('abort', () => { worker.kill(); }, { once: true }); // prettier-ignore
    const end = await worker.ended;
    const answer = answers.at(-1);
    if (end.final?.type === 'succeeded' && answer !== undefined) return answer;
    if (signal?.aborted === true)
      throw new AppError('cancelled', 'The measurement was ended before its end, as asked or because Doppel closes.');
    const { code, message } = end.final?.type === 'failed' ? end.final.error : describeCrash(end, logFile, '');
    throw new AppError(code, message);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
