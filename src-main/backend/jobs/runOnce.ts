/** A worker process beside the queue of jobs, for something short whose answer is one message. */
import { closeSync, openSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError, toErrorShape } from '#contract/errors.ts';
import type { WorkerTask } from '#contract/jobs.ts';
import { describeCrash } from './describeCrash.ts';
import { startWorker, type ReportMessage } from './workerProcess.ts';

const bytesPerKibibyte = 1024;
/** How often the memory of a process is looked at. */
const lookEveryMs = 100;

interface Bounds {
  /** Ends the process. */
  readonly signal?: AbortSignal;
  /** Of memory: a process that takes more is ended, before the system has to; where the system tells what one takes (Linux). */
  readonly mostBytes?: number | undefined;
  /** What the user can do after a crash, a sentence. */
  readonly advice?: string;
}

/**
 * The last message of this type that the worker sent. Throws what went wrong in it (`out-of-memory`, `engine-missing`
 * …), `cancelled` when `signal` was set off.
 */
export async function runOnce<Type extends ReportMessage['type']>(
  task: WorkerTask,
  type: Type,
  { signal, mostBytes, advice = '' }: Bounds = {},
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
    const excess = new AbortController();
    excess.signal.addEventListener('abort', () => { worker.kill(); }, { once: true }); // prettier-ignore
    const look = (most: number): void => {
      if (takenBytes(worker.pid) > most) excess.abort();
    };
    const looking = mostBytes === undefined ? undefined : setInterval(look, lookEveryMs, mostBytes);
    const end = await worker.ended.finally(() => { clearInterval(looking); }); // prettier-ignore
    const answer = answers.at(-1);
    if (end.final?.type === 'succeeded' && answer !== undefined) return answer;
    if (signal?.aborted === true)
      throw new AppError('cancelled', 'The measurement was ended before its end, as asked or because Doppel closes.');
    if (excess.signal.aborted) throw new AppError('out-of-memory', 'It took all of the free memory and was ended. Close other programs, or take a smaller grid or batch.'); // prettier-ignore
    const { code, message } = end.final?.type === 'failed' ? end.final.error : describeCrash(end, logFile, advice);
    throw new AppError(code, message);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Of a process, by what the system keeps of it in memory; 0 where it does not tell. */
function takenBytes(pid: number | null): number {
  try {
    const [, kibibytes] = /^VmRSS:\s*(\d+) kB/m.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8')) ?? [];
    return Number(kibibytes ?? 0) * bytesPerKibibyte;
  } catch {
    return 0; // another system, or the process has ended
  }
}
