/** Starts a worker process, hands it its task, listens to it and knows how it ended. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { workerMessage, type WorkerMessage, type WorkerTask } from '#contract/jobs.ts';
import type { ErrorShape } from '#contract/errors.ts';
import type { LatentAsk } from '#contract/latentTasks.ts';
import { describeFaults } from '../validation.ts';
import { workerEnvironment } from './workerEnvironment.ts';

const entry = fileURLToPath(new URL('../../worker/entry.ts', import.meta.url));

/** A worker that has said its last word and lingers (a native library's threads) is ended after this. */
const lingerMs = 15_000;

export type FinalMessage = Extract<WorkerMessage, { type: 'succeeded' | 'cancelled' | 'failed' }>;
export type ReportMessage = Exclude<WorkerMessage, FinalMessage>;

export interface WorkerEnd {
  /** Its last word; null when it ended without one. */
  readonly final: FinalMessage | null;
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Ended by `kill`. */
  readonly wasKilled: boolean;
}

export interface Worker {
  readonly pid: number | null;
  /** Asks it to stop when it next looks, for good or (`interrupt`) to go on later. */
  stop(how: 'cancel' | 'interrupt'): void;
  /** Puts a question to a session. */
  ask(question: LatentAsk): void;
  /** Ends it at once. */
  kill(): void;
  /** Settles when the process is gone and all it said has been handled; never rejects. */
  readonly ended: Promise<WorkerEnd>;
}

export interface WorkerRequest {
  readonly task: WorkerTask;
  /** On the command line of the process: tells it from others. */
  readonly label: string;
  /** Open file for what it prints. */
  readonly log: number;
  onMessage(message: ReportMessage): void;
  /** Words for what `onMessage` throws; the worker is then ended. */
  describeFault(thrown: unknown): ErrorShape;
}

const isFinal = (message: WorkerMessage): message is FinalMessage =>
  message.type === 'succeeded' || message.type === 'cancelled' || message.type === 'failed';

const failure = (error: ErrorShape): FinalMessage => ({ type: 'failed', error });

export function startWorker({ task, label, log, onMessage, describeFault }: WorkerRequest): Worker {
  const child = fork(entry, [label], {
    execArgv: ['--disable-warning=DEP0044'], // the engine's binding uses util.isArray: nothing the user can change
    env: workerEnvironment(task.kind),
    stdio: ['ignore', log, log, 'ipc'],
  });
  let final: FinalMessage | null = null;
  let wasKilled = false;
  let lingering: NodeJS.Timeout | undefined;

  const end = (message: FinalMessage): void => {
    if (final !== null) return;
    final = message;
    lingering = setTimeout(() => child.kill('SIGKILL'), lingerMs);
  };
  /** Its later messages count no more. */
  const abort = (error: ErrorShape): void => {
    end(failure(error));
    child.kill('SIGKILL');
  };

  child.on('message', (raw) => {
    if (final !== null) return;
    const parsed = workerMessage.safeParse(raw);
    if (!parsed.success) {
      abort({
        code: 'internal',
        message: `The worker said something that is not in the contract: ${describeFaults(parsed.error, raw)}`,
      });
    } else if (isFinal(parsed.data)) {
      end(parsed.data);
    } else {
      try {
        onMessage(parsed.data);
      } catch (thrown) {
        abort(describeFault(thrown));
      }
    }
  });
  child.on('error', (error) => {
    if (child.pid === undefined)
      end(failure({ code: 'internal', message: `The worker process could not be started: ${error.message}` }));
  });
  child.send(task, () => undefined); // If it is gone already, its end says so.

  return {
    pid: child.pid ?? null,
    stop: (how) => {
      if (child.connected) child.send({ type: how }, () => undefined);
    },
    ask: (question) => {
      if (child.connected) child.send(question, () => undefined);
    },
    kill: () => {
      wasKilled = true;
      child.kill('SIGKILL');
    },
    ended: new Promise((resolve) => {
      // 'close' comes after the last message, 'exit' may come before it.
      child.once('close', (exitCode, signal) => {
        clearTimeout(lingering);
        resolve({ final, exitCode, signal, wasKilled });
      });
    }),
  };
}
