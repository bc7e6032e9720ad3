/** What a training run is and how far it came, in figures for lists and heads. */
import type { Job, TrainRequest } from '#contract/jobs.ts';

export interface RunSummary {
  readonly iteration: number;
  /** 0 to 1; null where the end is not known. */
  readonly fraction: number | null;
  readonly secondsPerIteration: number | null;
  readonly secondsLeft: number | null;
  /** Of its last process, from start to end or to `now`. */
  readonly elapsedSeconds: number | null;
}

export type TrainJob = Job & { readonly request: TrainRequest };

export const isTrainJob = (job: Job): job is TrainJob => job.request.kind === 'train';

/** `now`: milliseconds since 1970. */
export function summarizeRun(job: Job, now: number): RunSummary {
  const { progress, startedAt, finishedAt } = job;
  const isRunning = job.state === 'running';
  const end = finishedAt === null ? now : Date.parse(finishedAt);
  return {
    iteration: Math.max(job.iteration, progress?.unit === 'iterations' ? progress.done : 0),
    fraction: progress === null || progress.total === 0 ? null : Math.min(1, progress.done / progress.total),
    secondsPerIteration: job.secondsPerIteration,
    secondsLeft: isRunning ? (progress?.secondsLeft ?? null) : null,
    elapsedSeconds:
      startedAt === null || job.state === 'queued' ? null : Math.max(0, (end - Date.parse(startedAt)) / 1000),
  };
}

/** Iterations a second above one, else seconds an iteration: the figure a person can read. */
export function throughput(secondsPerIteration: number): { readonly key: 'fast' | 'slow'; readonly value: number } {
  return secondsPerIteration < 1
    ? { key: 'fast', value: 1 / secondsPerIteration }
    : { key: 'slow', value: secondsPerIteration };
}
