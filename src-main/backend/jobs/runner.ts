/** The queue of jobs: one at a time, first in, first out, over all projects of this backend. */
import { existsSync, rmSync } from 'node:fs';
import { AppError } from '#contract/errors.ts';
import type { BackendEvent } from '#contract/events.ts';
import type { Job } from '#contract/jobs.ts';
import type { JobState } from '#contract/records.ts';
import { now } from '../identifiers.ts';
import { cancelFile, pauseFile } from '../projects/layout.ts';
import type { OwnedProject } from '../projects/sessions.ts';
import { runJob, type RunningJob } from './runJob.ts';

/** How often the owner looks whether another process has asked to stop one of its jobs. */
const askedPollMs = 300;

interface Waiting {
  readonly project: OwnedProject;
  readonly jobId: string;
}

export interface Runner {
  /** The job's row is `queued` in the database already. */
  submit(project: OwnedProject, jobId: string): void;
  /** Ends a waiting job at once; asks a running one to stop. False when it is neither. */
  cancel(jobId: string): boolean;
  /** Marks a job as cancelled that has ended and could be gone on with. */
  abandon(project: OwnedProject, jobId: string): Job;
  /** As `cancel`, but the job is `paused` then; for trainings, which keep a checkpoint. */
  pause(jobId: string): boolean;
  /**
   * Runs `work` in the place of a job: jobs wait until it is done. Throws `wrong-state` when one is running; `signal` is
   * set off when the backend closes, or by `endBorrowed`.
   */
  whileIdle<Result>(work: (signal: AbortSignal) => Promise<Result>): Promise<Result>;
  /** Sets off the signal of the work that `whileIdle` runs, if there is any. */
  endBorrowed(): void;
  /** Stops everything, waits until it has stopped: jobs become `interrupted` and offer Resume. */
  close(graceMs: number): Promise<void>;
}

export interface RunnerOptions {
  /** How long a worker may take to stop (a training step and a checkpoint) before it is ended. */
  readonly cancelGraceMs: number;
  emit(event: BackendEvent): void;
}

export function createRunner({ cancelGraceMs, emit }: RunnerOptions): Runner {
  const waiting: Waiting[] = [];
  let active: RunningJob | null = null;
  let borrowed: { readonly closing: AbortController; readonly done: Promise<unknown> } | null = null;
  let polling: NodeJS.Timeout | undefined;

  /** Takes a job off the queue that has not started. */
  const drop = (jobId: string, state: JobState): boolean => {
    const index = waiting.findIndex((entry) => entry.jobId === jobId);
    const [entry] = index < 0 ? [] : waiting.splice(index, 1);
    if (entry === undefined) return false;
    const job = { ...entry.project.store.jobs.get(jobId), state, finishedAt: now() };
    entry.project.store.jobs.update(job);
    emit({ type: 'job.changed', project: entry.project.dir, job });
    return true;
  };

  const cancel = (jobId: string): boolean => {
    if (active?.jobId !== jobId) return drop(jobId, 'cancelled');
    active.stop('user', cancelGraceMs);
    return true;
  };

  const pause = (jobId: string): boolean => {
    if (active?.jobId !== jobId) return drop(jobId, 'paused');
    active.stop('pause', cancelGraceMs);
    return true;
  };

  const poll = (): void => {
    const entries = active === null ? [...waiting] : [active, ...waiting];
    for (const { project, jobId } of entries) {
      for (const [file, act] of [
        [cancelFile, cancel],
        [pauseFile, pause],
      ] as const) {
        const path = file(project.dir, jobId);
        if (!existsSync(path)) continue;
        rmSync(path, { force: true });
        act(jobId);
      }
    }
  };

  const next = (): void => {
    if (active !== null || borrowed !== null) return;
    const entry = waiting.shift();
    if (entry === undefined) {
      clearInterval(polling);
      polling = undefined;
      return;
    }
    polling ??= setInterval(poll, askedPollMs);
    active = runJob({ ...entry, emit });
    void active.finished.finally(() => {
      active = null;
      next();
    });
  };

  return {
    submit: (project, jobId) => {
      for (const file of [cancelFile, pauseFile]) rmSync(file(project.dir, jobId), { force: true }); // Of an earlier life of the job.
      waiting.push({ project, jobId });
      emit({ type: 'job.changed', project: project.dir, job: project.store.jobs.get(jobId) });
      next();
    },
    cancel,
    abandon: ({ store, dir }, jobId) => {
      const job: Job = { ...store.jobs.get(jobId), state: 'cancelled', error: null };
      store.jobs.update(job);
      emit({ type: 'job.changed', project: dir, job });
      return job;
    },
    pause,
    endBorrowed: () => borrowed?.closing.abort(),
    whileIdle: async (work) => {
      // A job that is over may have a process that is still ending.
      if (active !== null && active.project.store.jobs.get(active.jobId).state !== 'running') await active.finished;
      if (active !== null || borrowed !== null)
        throw new AppError(
          'wrong-state',
          'A job is running and would falsify the measurement. Wait for its end, or stop it.',
        );
      const closing = new AbortController();
      const done = work(closing.signal);
      borrowed = { closing, done };
      try {
        return await done;
      } finally {
        borrowed = null;
        next();
      }
    },
    close: async (graceMs) => {
      borrowed?.closing.abort();
      for (const { jobId } of [...waiting]) drop(jobId, 'interrupted');
      active?.stop('close', graceMs);
      await active?.finished;
      await borrowed?.done.catch(() => undefined);
    },
  };
}
