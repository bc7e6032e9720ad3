/**
 * The backend's process: started, listened to, started again when it dies. It is a group of its own, so that neither a
 * Ctrl-C in the terminal nor the end of the shell cuts a training short before it has written its checkpoint.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { fromBackendProcess, type FromBackendProcess, type ToBackendProcess } from '#contract/backendProcess.ts';
import type { Reply } from '#contract/commands.ts';
import type { ErrorShape } from '#contract/errors.ts';
import type { BackendEvent } from '#contract/events.ts';
import type { Job } from '#contract/jobs.ts';

/** Waits before it is started again, one after another; after the last it has failed. */
const backOffMs = [200, 1000, 4000, 10_000];
/** Who lives this long was well: the waits begin anew. */
const healthyMs = 60_000;
const logTail = 12; // lines

export interface BackendState {
  readonly state: 'starting' | 'running' | 'restarting' | 'failed';
  readonly error: ErrorShape | null;
}

/** A job and the folder of its project. */
export interface LocatedJob {
  readonly project: string;
  readonly job: Job;
}

export interface BackendProcess {
  state(): BackendState;
  /** Never rejects: a process that dies meanwhile is an error reply. */
  call(name: string, input: unknown): Promise<Reply<unknown>>;
  limitThreads(threads: number | null): void;
  /** Starts again what has failed. */
  retry(): void;
  /** Jobs that run or wait, by what was told of them, in the order they were asked for. */
  jobsAlive(): readonly LocatedJob[];
  /** Stops the jobs, which keep their checkpoints; settles when the process is gone. */
  stop(): Promise<void>;
}

export interface BackendProcessOptions {
  readonly node: string;
  readonly entry: string;
  readonly folder: string;
  readonly logFile: string;
  onEvent(event: BackendEvent): void;
  onState(state: BackendState): void;
}

const refuse = (message: string): Reply<never> => ({ ok: false, error: { code: 'internal', message } });

export function startBackend({
  node,
  entry,
  folder,
  logFile,
  onEvent,
  onState,
}: BackendProcessOptions): BackendProcess {
  let child: ChildProcess | null = null;
  let current: BackendState = { state: 'starting', error: null };
  let deaths = 0;
  let startedAt = 0;
  let isLeaving = false;
  let nextId = 1;
  let threads: number | null = null;
  let restarting: NodeJS.Timeout | undefined;
  let gone: () => void = () => undefined;
  const pending = new Map<number, (reply: Reply<unknown>) => void>();
  const alive = new Map<string, LocatedJob>();

  const become = (state: BackendState): void => {
    current = state;
    onState(state);
  };

  const answerAll = (message: string): void => {
    const calls = [...pending.values()];
    pending.clear();
    for (const answer of calls) answer(refuse(message));
  };

  const hear = (raw: unknown): void => {
    const parsed = fromBackendProcess.safeParse(raw);
    if (!parsed.success) {
      console.error('The backend said something that is not in the contract:', parsed.error.message);
      return;
    }
    const message: FromBackendProcess = parsed.data;
    switch (message.type) {
      case 'ready':
        become({ state: 'running', error: null });
        return;
      case 'reply':
        pending.get(message.id)?.(message.reply);
        pending.delete(message.id);
        return;
      case 'event':
        note(message.event);
        onEvent(message.event);
    }
  };

  const note = (event: BackendEvent): void => {
    if (event.type !== 'job.changed') return;
    const { project, job } = event;
    if (job.state === 'queued' || job.state === 'running') alive.set(job.id, { project, job });
    else alive.delete(job.id);
  };

  const lastWords = (): string => {
    try {
      return readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-logTail).join('\n');
    } catch {
      return '';
    }
  };

  const onEnd = (how: string): void => {
    child = null;
    alive.clear();
    if (isLeaving) {
      answerAll('Doppel is closing.');
      gone();
      return;
    }
    answerAll(`Doppel's backend ended (${how}) before it had answered. It is being started again: try once more.`);
    deaths = performance.now() - startedAt > healthyMs ? 0 : deaths;
    const wait = backOffMs[deaths];
    deaths += 1;
    if (wait === undefined) {
      const message = `Doppel's backend ended again and again (${how}). Its last words, from ${logFile}:\n${lastWords()}`;
      become({ state: 'failed', error: { code: 'internal', message } });
      return;
    }
    const message = `Doppel's backend ended unexpectedly (${how}). Jobs that ran are interrupted and can be resumed.`;
    become({ state: 'restarting', error: { code: 'internal', message } });
    restarting = setTimeout(start, wait);
  };

  const start = (): void => {
    startedAt = performance.now();
    const log = openSync(logFile, 'a');
    const fresh = spawn(node, [entry], {
      cwd: folder,
      detached: true,
      windowsHide: true,
      stdio: ['ignore', log, log, 'ipc'],
    });
    closeSync(log);
    child = fresh;
    fresh.on('message', hear);
    let hasEnded = false;
    const ended = (how: string): void => {
      if (hasEnded) return;
      hasEnded = true;
      onEnd(how);
    };
    fresh.on('error', (error) => {
      if (fresh.pid === undefined) ended(error.message);
    });
    fresh.on('exit', (code, signal) => ended(signal ?? `exit code ${String(code)}`));
    send({ type: 'threads', threads });
  };

  const send = (message: ToBackendProcess): void => {
    if (child?.connected === true) child.send(message, () => undefined); // if it is gone, its end answers
  };

  become(current);
  start();
  return {
    state: () => current,
    jobsAlive: () => [...alive.values()],
    limitThreads: (count) => {
      threads = count;
      send({ type: 'threads', threads });
    },
    call: (name, input) =>
      new Promise((answer) => {
        if (child === null) {
          answer(refuse(current.error?.message ?? "Doppel's backend is not running."));
          return;
        }
        const id = nextId++;
        pending.set(id, answer);
        send({ type: 'call', id, name, input });
      }),
    retry: () => {
      if (current.state !== 'failed') return;
      deaths = 0;
      become({ state: 'restarting', error: null });
      start();
    },
    stop: () => {
      isLeaving = true;
      clearTimeout(restarting);
      return new Promise((resolve) => {
        if (child === null) {
          resolve();
          return;
        }
        gone = resolve;
        send({ type: 'stop' });
      });
    },
  };
}
