/**
 * Who works on the scans of an import: this process alone, or two others beside it. A scan always goes to the process of
 * its turn, so that what a process keeps between the passes is where it is needed again, and memory stays bounded: every
 * process holds one scan and its share of the kept ones.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { AppError, type ErrorShape } from '#contract/errors.ts';
import { cancelledError } from './context.ts';
import { openScanWork, type ScanAnswer, type ScanJob, type ScanWorkSetup } from './importScan.ts';

export type ParentMessage =
  { readonly type: 'open'; readonly setup: ScanWorkSetup } | { readonly type: 'run'; readonly job: ScanJob };
export type ChildMessage =
  | { readonly type: 'ready' }
  | { readonly type: 'done'; readonly answer: ScanAnswer }
  | { readonly type: 'fault'; readonly error: ErrorShape };

export interface ScanPool {
  /** The scans of one process are done in the order of these calls. Throws what is no fault of the scan. */
  run(job: ScanJob): Promise<ScanAnswer>;
  /** Ends what is being done; later and waiting jobs throw 'cancelled'. Returns when nothing is written any more. */
  close(): Promise<void>;
}

/** One process: a job at a time. */
interface Hand {
  run(job: ScanJob): Promise<ScanAnswer>;
  close(): Promise<void>;
}

const entry = fileURLToPath(new URL('./importChild.ts', import.meta.url));

/** The process ended in the middle of a scan. */
const lostScan: ScanAnswer = {
  measured: null,
  stored: null,
  rejection: {
    code: 'process-ended',
    reason:
      'The process that worked on this scan ended unexpectedly, most often because the memory ran out. Close other programs and import the scan again by itself.',
  },
};

class ChildEnded extends Error {}

/** A process of its own; another one takes its place when it ends in the middle of a scan, which that costs. */
function createChildHand(setup: ScanWorkSetup): Hand {
  let child: ChildProcess | null = null;
  let isClosed = false;

  /** The next message of the process. */
  const hear = (from: ChildProcess): Promise<ChildMessage> =>
    new Promise((resolve, reject) => {
      const onMessage = (message: unknown): void => {
        from.off('exit', onEnd).off('error', onEnd);
        resolve(message as ChildMessage);
      };
      const onEnd = (): void => {
        from.off('message', onMessage).off('exit', onEnd).off('error', onEnd);
        reject(new ChildEnded());
      };
      from.once('message', onMessage).once('exit', onEnd).once('error', onEnd);
    });
  const ask = async (of: ChildProcess, message: ParentMessage): Promise<ChildMessage> => {
    const heard = hear(of);
    of.send(message, () => undefined); // If it is gone already, its end says so.
    const answer = await heard;
    if (answer.type === 'fault') throw new AppError(answer.error.code, answer.error.message);
    return answer;
  };
  const open = async (): Promise<ChildProcess> => {
    const started = fork(entry, [], {
      execArgv: [],
      serialization: 'advanced',
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    child = started;
    started.once('exit', () => {
      if (child === started) child = null;
    });
    try {
      await ask(started, { type: 'open', setup });
    } catch (thrown) {
      if (!(thrown instanceof ChildEnded)) throw thrown;
      throw new AppError('worker-crashed', 'A process that was to help with the import ended before its first scan.');
    }
    return started;
  };

  return {
    run: async (job) => {
      try {
        if (child === null) await open();
        if (child === null) throw new ChildEnded();
        const message = await ask(child, { type: 'run', job });
        if (message.type !== 'done') throw new Error(`An import's process answered ${message.type} to a scan.`);
        return message.answer;
      } catch (thrown) {
        if (isClosed) throw cancelledError();
        if (thrown instanceof ChildEnded) return lostScan;
        throw thrown;
      }
    },
    close: async () => {
      isClosed = true;
      const ending = child;
      if (ending === null) return;
      const gone = new Promise((resolve) => ending.once('exit', resolve));
      ending.kill('SIGKILL');
      await gone;
    },
  };
}

/** This process; what it has begun it ends before it is closed. */
async function createOwnHand(setup: ScanWorkSetup): Promise<Hand> {
  const work = await openScanWork(setup);
  let current: Promise<unknown> = Promise.resolve();
  return {
    run: (job) => {
      const answer = work.run(job);
      current = answer.catch(() => undefined);
      return answer;
    },
    close: async () => {
      await current;
    },
  };
}

/** `processes`: 1 for this one alone. Throws what `openScanWork` throws. */
export async function createPool(setup: ScanWorkSetup, processes: number): Promise<ScanPool> {
  const share: ScanWorkSetup = { ...setup, cacheBytes: setup.cacheBytes / processes };
  const hands =
    processes === 1 ? [await createOwnHand(share)] : Array.from({ length: processes }, () => createChildHand(share));
  const queues: Promise<unknown>[] = hands.map(() => Promise.resolve());
  let isClosed = false;
  return {
    run: (job) => {
      const turn = job.index % hands.length;
      const answer = Promise.resolve(queues[turn]).then(() => {
        const hand = hands[turn];
        if (isClosed || hand === undefined) throw cancelledError();
        return hand.run(job);
      });
      queues[turn] = answer.catch(() => undefined);
      return answer;
    },
    close: async () => {
      isClosed = true;
      await Promise.all(hands.map((hand) => hand.close()));
    },
  };
}
