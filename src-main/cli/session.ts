/** A backend for the length of one command: questions, jobs to be followed to their end, and Ctrl-C. */
import { createBackend } from '#backend/createBackend.ts';
import type { CommandInput, CommandName, CommandResult, JobDetail } from '#contract/commands.ts';
import { AppError } from '#contract/errors.ts';
import type { BackendEvent } from '#contract/events.ts';
import { isHealthMetric } from '#contract/health.ts';
import type { Job } from '#contract/jobs.ts';
import type { TrainingPlan } from '#contract/plan.ts';
import { formatNotice, say } from './output.ts';
import { createProgressDisplay } from './progress.ts';

/** npm passes a Ctrl-C on that the terminal has sent already: two within this time are one. */
const sameKeypressMs = 1000;

export interface Session {
  /** The result, or throws the reply's error as `AppError`. */
  call<Name extends CommandName>(name: Name, input: CommandInput<Name>): Promise<CommandResult<Name>>;
  /** Waits for a job of this process with progress on stderr; Ctrl-C cancels it, a second one ends it at once. */
  follow(project: string, job: Job): Promise<JobDetail>;
  /** Plans a training with progress on stderr; Ctrl-C ends it: AppError('cancelled'). */
  plan(input: CommandInput<'model.plan'>): Promise<TrainingPlan>;
}

const isOver = (job: Job): boolean => job.state !== 'queued' && job.state !== 'running';

/** Runs `work` with a backend, which is closed whatever happens. */
export async function withSession<Result>(work: (session: Session) => Promise<Result>): Promise<Result> {
  const jobs = new Map<string, Job>();
  const listeners = new Set<(event: BackendEvent) => void>();
  const backend = createBackend({
    onEvent: (event) => {
      if (event.type === 'job.changed') jobs.set(event.job.id, event.job);
      for (const listener of listeners) listener(event);
    },
  });

  const call: Session['call'] = async (name, input) => {
    const reply = await backend.dispatch(name, input);
    if (reply.ok) return reply.value;
    throw new AppError(reply.error.code, reply.error.message);
  };

  const untilOver = (jobId: string): Promise<void> =>
    new Promise((resolve) => {
      const display = createProgressDisplay(process.stderr);
      const look = (event: BackendEvent | null): void => {
        if (event?.type === 'job.measured' && event.jobId === jobId) {
          const losses = event.rows.findLast(({ values }) => !Object.keys(values).every(isHealthMetric));
          if (losses !== undefined) display.measure(losses.values);
        }
        if (event?.type === 'job.noticed' && event.jobId === jobId) say(event.text);
        if (event?.type === 'health.changed' && event.jobId === jobId) say(formatNotice(event.notice));
        const job = jobs.get(jobId);
        if (job === undefined) return;
        display.show(job);
        if (!isOver(job)) return;
        display.stop();
        listeners.delete(look);
        resolve();
      };
      listeners.add(look);
      look(null); // It may be over already.
    });

  const follow: Session['follow'] = async (project, { id, kind }) => {
    let askedAt: number | null = null;
    const endings: Promise<void>[] = [];
    const stop = (): void => {
      const at = performance.now();
      if (askedAt === null) {
        askedAt = at;
        const what =
          kind === 'import' ? 'scan at hand; of half an import nothing is kept' : 'step at hand, keeping what is done';
        say(`\nStopping after the ${what}. Once more to stop at once.`);
        // A job that has just ended needs no cancelling: its end is told all the same.
        void backend.dispatch('job.cancel', { project, job: id });
      } else if (at - askedAt > sameKeypressMs) {
        endings.push(backend.close(0));
      }
    };
    await listening(stop, () => untilOver(id));
    await Promise.all(endings); // The project is closed then: the question below opens it once more.
    const detail = await call('job.show', { project, job: id });
    // On a full disk its end could not be written down: what was told counts.
    return { ...detail, job: jobs.get(id) ?? detail.job };
  };

  const plan: Session['plan'] = async (input) => {
    const display = createProgressDisplay(process.stderr);
    const look = (event: BackendEvent): void => {
      if (event.type === 'plan.progressed') display.show({ kind: 'plan', progress: event.progress });
    };
    listeners.add(look);
    try {
      return await listening(() => void backend.dispatch('model.stopPlanning', {}), () => call('model.plan', input)); // prettier-ignore
    } finally {
      display.stop();
      listeners.delete(look);
    }
  };

  try {
    return await work({ call, follow, plan });
  } finally {
    await backend.close();
  }
}

/** Does `work`, with `stop` called at Ctrl-C and its like. */
async function listening<Result>(stop: () => void, work: () => Promise<Result>): Promise<Result> {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, stop);
  try {
    return await work();
  } finally {
    for (const signal of signals) process.off(signal, stop);
  }
}
