/** How a job is told: to people in a few lines, to programs as one document. */
import { isAbsolute, join } from 'node:path';
import type { JobDetail } from '#contract/commands.ts';
import type { ErrorShape } from '#contract/errors.ts';
import type { Job } from '#contract/jobs.ts';
import { isHealthMetric } from '#contract/health.ts';
import {
  formatNotice,
  formatNumber,
  formatSeconds,
  formatTable,
  formatTime,
  printError,
  printJson,
  printText,
} from './output.ts';

/** Artifact paths are absolute here. */
export function jobDocument(project: string, detail: JobDetail): JobDetail {
  return {
    ...detail,
    artifacts: detail.artifacts.map((artifact) => ({
      ...artifact,
      path: isAbsolute(artifact.path) ? artifact.path : join(project, artifact.path),
    })),
  };
}

function describeNext(job: Job): string {
  // Folders of looks and imports are not kept.
  const isForgotten = job.kind === 'import' || job.kind === 'scan';
  const resume = `doppel job resume ${job.id}${isForgotten ? ' --folder FOLDER' : ''}`;
  switch (job.state) {
    case 'interrupted':
      return `Doppel ended while this job was at work. Go on with: ${resume}`;
    case 'cancelled':
    case 'paused':
    case 'failed':
      return `Go on with: ${resume}`;
    case 'succeeded':
      return job.kind === 'train'
        ? `Next: doppel synthesize --count 8 --out synthetic --checkpoint ${job.checkpoint ?? 'latest'}`
        : '';
    case 'queued':
    case 'running':
      return '';
  }
}

function describeJob({ job, losses, checkpoints, health }: JobDetail): string {
  const secondsLeft = job.progress?.secondsLeft ?? null;
  const facts = [
    ['job', `${job.id} (${job.kind})`],
    ['state', job.error === null ? job.state : `${job.state}: ${job.error.message}`],
    ['started', job.startedAt === null ? 'not yet' : `${formatTime(job.startedAt)} UTC`],
    ...(job.device === null ? [] : [['device', job.device]]),
    ...(job.kind === 'train' ? [['iterations', String(job.iteration)]] : []),
    ...(job.secondsPerIteration === null ? [] : [['each took', formatDuration(job.secondsPerIteration)]]),
    ...(job.peakMemoryMb === null ? [] : [['memory', `${formatNumber(Math.round(job.peakMemoryMb))} MB at most`]]),
    ...(secondsLeft === null ? [] : [['left', formatSeconds(secondsLeft)]]),
    ...Object.entries(losses).map(([name, value]) => [
      isHealthMetric(name) ? name : `loss ${name}`,
      formatNumber(value),
    ]),
    ...health.map((notice) => ['health', formatNotice(notice)]),
    ...checkpoints.map(({ id, iteration, milestone }) => [
      'checkpoint',
      `${id} at iteration ${String(iteration)}${milestone ? ', milestone' : ''}`,
    ]),
  ];
  const next = describeNext(job);
  return `${formatTable(facts)}${next === '' ? '' : `\n\n${next}`}`;
}

/** Iterations take from milliseconds to minutes. */
function formatDuration(seconds: number): string {
  return seconds < 60 ? `${seconds.toPrecision(3)} s` : formatSeconds(seconds);
}

interface JobOutput {
  readonly project: string;
  readonly isJson: boolean;
}

export function showJob(detail: JobDetail, { project, isJson }: JobOutput): void {
  if (isJson) printJson(jobDocument(project, detail));
  else printText(describeJob(detail));
}

/** Why a job that this command started did not succeed. */
export function failureOf(job: Job): ErrorShape {
  if (job.error !== null) return job.error;
  const kept = job.checkpoint === null ? '' : ` Checkpoint ${job.checkpoint} is kept.`;
  return { code: 'cancelled', message: `Stopped as asked.${kept} Go on with: doppel job resume ${job.id}` };
}

/** The end of a job that this command started: a failure is also an `error` in the document. */
export function reportEnd(detail: JobDetail, { project, isJson }: JobOutput): void {
  if (detail.job.state === 'succeeded') showJob(detail, { project, isJson });
  else printError(failureOf(detail.job), { isJson, isSaid: false, rest: { ...jobDocument(project, detail) } });
}
