/** One job from its start to its end: the process, what it reports, and how the row looks afterwards. */
import { closeSync, openSync, writeFileSync } from 'node:fs';
import type { ErrorShape } from '#contract/errors.ts';
import type { BackendEvent } from '#contract/events.ts';
import type { Job } from '#contract/jobs.ts';
import type { JobState } from '#contract/records.ts';
import { registerDataset, type DatasetMessage } from '../datasets/registerDataset.ts';
import { registerCases, type CasesMessage } from '../studies/registerCases.ts';
import { describeError } from '../describeError.ts';
import { now } from '../identifiers.ts';
import { killedFile, logFile } from '../projects/layout.ts';
import type { OwnedProject } from '../projects/sessions.ts';
import { withOtherCheckpoints } from '../checkpoints/otherCheckpoints.ts';
import type { Store } from '../store/store.ts';
import { describeCrash, isEndedBySystem } from './describeCrash.ts';
import { removeImportLeftovers } from './importLeftovers.ts';
import { prepareTask } from './prepareTask.ts';
import { recordMessage } from './recordMessage.ts';
import { startWorker, type Worker, type WorkerEnd } from './workerProcess.ts';

/** Why a job should stop: somebody asked, somebody wants to go on with it later, or Doppel is being closed. */
export type StopReason = 'user' | 'pause' | 'close';

const stoppedStates: Readonly<Record<StopReason, JobState>> = {
  user: 'cancelled',
  pause: 'paused',
  close: 'interrupted',
};

export interface RunningJob {
  readonly jobId: string;
  readonly project: OwnedProject;
  /** Asks the worker to stop, and ends it after `graceMs`; asked twice, the earlier moment counts. */
  stop(reason: StopReason, graceMs: number): void;
  /** Settles when the row has its last state; never rejects. */
  readonly finished: Promise<void>;
}

export interface RunRequest {
  readonly project: OwnedProject;
  readonly jobId: string;
  emit(event: BackendEvent): void;
}

interface Ending {
  readonly state: JobState;
  readonly error: ErrorShape | null;
}

function resumeHint(job: Job): string {
  if (job.kind === 'import') return 'Resume goes on with the scans that are not stored yet.';
  if (job.kind === 'utility') return 'Resume goes on with the folds that are not done yet.';
  if (job.kind !== 'train') return 'Resume runs it again from the beginning.';
  if (job.checkpoint === null) return 'It had written no checkpoint yet: resuming starts it anew.';
  return `Resume continues from checkpoint ${job.checkpoint}.`;
}

const smallerHint = 'It goes on with smaller pieces of a batch, which take less memory.';

interface Judged {
  readonly store: Store;
  readonly job: Job;
  readonly stopped: StopReason | null;
  readonly log: string;
}

/** How a worker's end is told. `stopped`: why it was asked to stop, if it was. */
function judge(end: WorkerEnd, { store, job, stopped, log }: Judged): Ending {
  const stoppedState = stoppedStates[stopped ?? 'user'];
  if (end.final !== null) {
    switch (end.final.type) {
      case 'succeeded':
        return { state: 'succeeded', error: null };
      case 'cancelled':
        return { state: stoppedState, error: null };
      case 'failed':
        return { state: 'failed', error: withOtherCheckpoints(end.final.error, store, job) };
    }
  }
  if (end.wasKilled) {
    const message = `The job did not stop in the time it was given and was ended. ${resumeHint(job)}`;
    return { state: stoppedState, error: { code: 'cancelled', message } };
  }
  const hint = job.kind === 'train' && isEndedBySystem(end) ? `${resumeHint(job)} ${smallerHint}` : resumeHint(job);
  return { state: 'failed', error: describeCrash(end, log, hint) };
}

export function runJob({ project, jobId, emit }: RunRequest): RunningJob {
  const { store, dir } = project;
  let job = store.jobs.get(jobId);
  let worker: Worker | null = null;
  let stopped: StopReason | null = null;
  let killTimer: NodeJS.Timeout | undefined;
  let killAt = Infinity;
  let isOver = false;
  const asked = Promise.withResolvers<undefined>();
  let result: DatasetMessage | CasesMessage | null = null;

  /** A function, because the compiler does not see that `stop` changes it meanwhile. */
  const isStopped = (): boolean => stopped !== null;
  const change = (next: Job): void => {
    job = next;
    store.jobs.update(job);
    emit({ type: 'job.changed', project: dir, job });
  };
  const ended = (state: JobState, error: ErrorShape | null): Job => ({
    ...job,
    state,
    error,
    progress: null,
    finishedAt: now(),
  });

  const stoppedEarly = (): Ending => ({ state: stoppedStates[stopped ?? 'user'], error: null });

  const work = async (): Promise<Ending> => {
    const task = await prepareTask(project, job, (text) => {
      emit({ type: 'job.noticed', project: dir, jobId, text });
    });
    job = store.jobs.get(jobId); // Preparing may have moved it back to a checkpoint.
    if (isStopped()) return stoppedEarly();
    const log = openSync(logFile(dir, jobId), 'a');
    try {
      worker = startWorker({
        task,
        label: jobId,
        log,
        onMessage: (message) => {
          if (message.type === 'dataset' || message.type === 'study') result = message;
          const recorded = recordMessage(project, job, message);
          job = recorded.job;
          recorded.events.forEach(emit);
        },
        describeFault: (thrown) => describeError(thrown, dir),
      });
    } finally {
      closeSync(log);
    }
    store.jobs.setWorker(jobId, worker.pid);
    const end = await worker.ended;
    if (job.kind === 'train' && isEndedBySystem(end)) writeFileSync(killedFile(dir, jobId), '');
    return judge(end, { store, job, stopped, log: logFile(dir, jobId) });
  };

  /** An import is a success only with its dataset in the database, a study's preparation with its cases. */
  const register = async (finished: Job): Promise<Job | null> => {
    const { request } = finished;
    if (finished.state !== 'succeeded' || (request.kind !== 'import' && request.kind !== 'study')) return null;
    if (request.kind === 'import' && result?.type === 'dataset')
      return registerDataset(project, finished, request, result);
    if (request.kind === 'study' && result?.type === 'study') return registerCases(project, finished, request, result);
    throw new Error(`The job ${jobId} ended well but reported no result.`);
  };
  const finish = async ({ state, error }: Ending): Promise<void> => {
    const finished = ended(state, error);
    const registered = await register(finished);
    if (registered === null) change(finished);
    else {
      job = registered;
      emit({ type: 'job.changed', project: dir, job });
    }
  };

  const run = async (): Promise<void> => {
    try {
      await Promise.race([project.ready, asked.promise]);
      if (isStopped()) {
        change(ended(stoppedEarly().state, null));
        return;
      }
      change({ ...job, state: 'running', error: null, startedAt: now(), finishedAt: null });
      await finish(await work());
    } catch (thrown) {
      fail(thrown);
    }
  };
  /** Where even the row cannot be written (a full disk), the next owner finds it `running` and marks it. */
  const fail = (thrown: unknown): void => {
    const failed = ended('failed', describeError(thrown, dir));
    try {
      change(failed);
    } catch {
      emit({ type: 'job.changed', project: dir, job: failed });
    }
  };
  const tidy = async (): Promise<void> => {
    isOver = true;
    clearTimeout(killTimer);
    try {
      if (job.kind === 'import') await removeImportLeftovers(dir, store, job);
      store.jobs.setWorker(jobId, null);
    } catch {
      // The job's end is recorded; what is left lying, `project check` lists.
    }
  };

  return {
    jobId,
    project,
    stop: (reason, graceMs) => {
      stopped ??= reason;
      asked.resolve(undefined);
      worker?.stop(stopped === 'user' ? 'cancel' : 'interrupt');
      if (isOver || performance.now() + graceMs >= killAt) return;
      killAt = performance.now() + graceMs;
      clearTimeout(killTimer);
      killTimer = setTimeout(() => worker?.kill(), graceMs);
    },
    finished: run().then(tidy),
  };
}
