/** Drives the backend as the command line does: requests in, events out, jobs waited for with lines of progress. */
import type { CommandInput, CommandName, CommandResult } from '#contract/commands.ts';
import { AppError } from '#contract/errors.ts';
import type { BackendEvent } from '#contract/events.ts';
import type { Job } from '#contract/jobs.ts';
import { createBackend } from '#backend/createBackend.ts';

const secondsBetweenLines = 15;

export interface BackendSession {
  /** Throws the AppError of a request that was refused. */
  call<Name extends CommandName>(name: Name, input: CommandInput<Name>): Promise<CommandResult<Name>>;
  /** Waits for a job; throws if it fails or is stopped. */
  finish(project: string, job: Job, title: string): Promise<Job>;
  close(): Promise<void>;
}

const isOver = (job: Job): boolean => job.state !== 'queued' && job.state !== 'running';

function progressLine(job: Job): string | null {
  const { progress, secondsPerIteration } = job;
  if (progress === null) return null;
  const done =
    progress.total > 0 ? `${progress.done.toFixed(0)} of ${progress.total.toFixed(0)}` : progress.done.toFixed(0);
  const speed = secondsPerIteration === null ? '' : `, ${secondsPerIteration.toPrecision(2)} s an iteration`;
  const iteration = job.kind === 'train' ? `, iteration ${String(job.iteration)}` : '';
  const left = progress.secondsLeft === null ? '' : `, ${progress.secondsLeft.toFixed(0)} s left`;
  return `${done} ${progress.unit}${iteration}${speed}${left}`;
}

/** `say` gets a line of progress every quarter of a minute while a job runs. */
export function openSession(say: (line: string) => void): BackendSession {
  const listeners = new Set<(event: BackendEvent) => void>();
  const backend = createBackend({
    onEvent: (event) => {
      for (const listener of listeners) listener(event);
    },
  });

  const call: BackendSession['call'] = async (name, input) => {
    const reply = await backend.dispatch(name, input);
    if (!reply.ok) throw new AppError(reply.error.code, reply.error.message);
    return reply.value;
  };

  const waitFor = async (project: string, job: Job, title: string): Promise<Job> => {
    let spokenAt = performance.now();
    const speak = (now: Job): void => {
      const line = progressLine(now);
      if (line === null || performance.now() - spokenAt < secondsBetweenLines * 1000) return;
      spokenAt = performance.now();
      say(`${title}: ${line}`);
    };
    return new Promise((resolve, reject) => {
      const listener = (event: BackendEvent): void => {
        if (event.type !== 'job.changed' || event.job.id !== job.id) return;
        speak(event.job);
        if (isOver(event.job)) settle(event.job);
      };
      const settle = (over: Job): void => {
        listeners.delete(listener);
        resolve(over);
      };
      listeners.add(listener);
      // It may have ended before anybody listened.
      call('job.show', { project, job: job.id }).then((detail) => {
        if (isOver(detail.job)) settle(detail.job);
      }, reject);
    });
  };

  return {
    call,
    finish: async (project, job, title) => {
      const over = await waitFor(project, job, title);
      if (over.state === 'succeeded') return over;
      const error = over.error ?? { code: 'internal' as const, message: `${title}: the job is ${over.state}.` };
      throw new AppError(error.code, error.message);
    },
    close: () => backend.close(),
  };
}
