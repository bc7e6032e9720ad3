/** How far a job is, on stderr: a bar in a terminal, a line now and then elsewhere. */
import { SingleBar } from 'cli-progress';
import type { Job } from '#contract/jobs.ts';
import type { JobProgress } from '#contract/records.ts';
import { formatNumber, formatSeconds } from './output.ts';

/** Without a terminal: a line at least this often and at each tenth, at most once a second. */
const lineEveryMs = 10_000;
const lineAtMostEveryMs = 1000;
const tenth = 0.1;
/** More would not fit on a line. */
const mostLosses = 4;

/** A job, or other work that takes long. */
type Work = Pick<Job, 'progress'> & { readonly kind: string };

export interface ProgressDisplay {
  show(work: Work): void;
  /** The latest losses, shown with the next progress. */
  measure(values: Readonly<Record<string, number>>): void;
  /** Removes the bar, so that other text can follow. */
  stop(): void;
}

function describeLeft({ secondsLeft }: JobProgress): string {
  return secondsLeft === null ? '' : `${formatSeconds(secondsLeft)} left`;
}

function describeLosses(values: Readonly<Record<string, number>>): string {
  return Object.entries(values)
    .slice(0, mostLosses)
    .map(([name, value]) => `${name} ${formatNumber(value)}`)
    .join(' ');
}

/** `train: 120 of 1000 iterations (12 %), 3 min 5 s left, generator 1.234`. */
function describeProgress({ kind }: Work, progress: JobProgress, losses: string): string {
  const { done, total, unit, note } = progress;
  const count =
    total === 0
      ? `${formatNumber(done)} ${unit}`
      : `${formatNumber(done)} of ${formatNumber(total)} ${unit} (${String(Math.floor((100 * done) / total))} %)`;
  return `${kind}: ${[count, describeLeft(progress), note, losses].filter((part) => part !== '').join(', ')}`;
}

function createLines(stream: NodeJS.WriteStream): ProgressDisplay {
  let lastAt = -Infinity;
  let lastShare = 0;
  let losses = '';
  return {
    show: (job) => {
      if (job.progress === null) return;
      const share = job.progress.total === 0 ? 0 : job.progress.done / job.progress.total;
      const waited = performance.now() - lastAt;
      if (waited < lineAtMostEveryMs || (waited < lineEveryMs && share - lastShare < tenth)) return;
      lastAt = performance.now();
      lastShare = share;
      stream.write(`${describeProgress(job, job.progress, losses)}\n`);
    },
    measure: (values) => {
      losses = describeLosses(values);
    },
    stop: () => undefined,
  };
}

function createBar(stream: NodeJS.WriteStream): ProgressDisplay {
  const bar = new SingleBar({
    format: '{kind} [{bar}] {percentage} % | {done}/{all} {unit} {rest}',
    stream,
    hideCursor: true,
    clearOnComplete: true,
    gracefulExit: false, // Ctrl-C is the job's to answer.
    linewrap: true,
    barsize: 24,
    fps: 4,
  });
  let isStarted = false;
  let losses = '';
  return {
    show: ({ kind, progress }) => {
      if (progress === null) return;
      const { done, total, unit, note } = progress;
      const rest = [describeLeft(progress), note, losses]
        .filter((part) => part !== '')
        .map((part) => `| ${part}`)
        .join(' ');
      const payload = { kind, unit, rest, done: formatNumber(done), all: total === 0 ? '?' : formatNumber(total) };
      if (!isStarted) bar.start(total === 0 ? 1 : total, 0, payload);
      isStarted = true;
      bar.setTotal(total === 0 ? 1 : total);
      bar.update(total === 0 ? 0 : done, payload);
    },
    measure: (values) => {
      losses = describeLosses(values);
    },
    stop: () => {
      if (isStarted) bar.stop();
      isStarted = false;
    },
  };
}

export function createProgressDisplay(stream: NodeJS.WriteStream): ProgressDisplay {
  return stream.isTTY ? createBar(stream) : createLines(stream);
}
