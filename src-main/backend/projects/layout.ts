/** Where things lie in a project folder. */
import { isAbsolute, join, relative, sep } from 'node:path';
import type { CheckpointRecord } from '#contract/records.ts';

export const suffix = '.doppel';
export const folders = ['volumes', 'checkpoints', 'jobs', 'reports'] as const;

/** Relative to the project when inside it, with forward slashes; else as it is. */
export function portablePath(projectDir: string, path: string): string {
  const inside = relative(projectDir, path);
  if (inside === '') return '.';
  return inside.startsWith('..') || isAbsolute(inside) ? path : inside.split(sep).join('/');
}

export const volumesDir = (projectDir: string): string => join(projectDir, 'volumes');
export const checkpointsDir = (projectDir: string): string => join(projectDir, 'checkpoints');
export const jobDir = (projectDir: string, jobId: string): string => join(projectDir, 'jobs', jobId);
export const logFile = (projectDir: string, jobId: string): string => join(jobDir(projectDir, jobId), 'log.txt');
/** Where synthetic scans go that nobody gave a folder. */
export const syntheticDir = (projectDir: string, jobId: string): string => join(projectDir, 'synthetic', jobId);
/** Where super-resolved scans go that nobody gave a folder. */
export const superResolvedDir = (projectDir: string, jobId: string): string =>
  join(projectDir, 'super-resolved', jobId);
/** What a super-resolution leaves for whoever asks for its results. */
export const resultsFile = (projectDir: string, jobId: string): string =>
  join(jobDir(projectDir, jobId), 'results.json');
/** Walks through the space of codes that nobody gave a folder. */
export const walksDir = (projectDir: string, jobId: string): string => join(projectDir, 'walks', jobId);
/** What the jobs of the latent explorer leave for those that go on with it. */
export const encodingFile = (projectDir: string, jobId: string): string =>
  join(jobDir(projectDir, jobId), 'encoding.json');
export const fitFile = (projectDir: string, jobId: string): string => join(jobDir(projectDir, jobId), 'fit.json');
/** What a session shows lies in folders with this before their name, in that of the job that made the codes. */
export const sessionPrefix = 'session-';
/** What evaluations and studies found. */
export const reportsDir = (projectDir: string): string => join(projectDir, 'reports');
export const studyReportDir = (projectDir: string, studyId: string): string => join(reportsDir(projectDir), studyId);
export const reportName = 'report.html';
export const studyDir = (projectDir: string, studyId: string): string => join(projectDir, 'studies', studyId);
/** What a study's bundle held, in a project that was made of it. */
export const bundleFolder = 'bundle';
export const casesFolder = 'cases';
/** Another process asks the owner to stop a job by making one of these files: to cancel it, or to pause it. */
export const cancelFile = (projectDir: string, jobId: string): string => join(jobDir(projectDir, jobId), 'cancel');
export const pauseFile = (projectDir: string, jobId: string): string => join(jobDir(projectDir, jobId), 'pause');
/** That the system ended a training: it goes on in a way that takes less memory. */
export const killedFile = (projectDir: string, jobId: string): string => join(jobDir(projectDir, jobId), 'killed');

export const checkpointDir = (projectDir: string, checkpoint: CheckpointRecord): string =>
  join(projectDir, checkpoint.path);
/** Checkpoints have this before their name while a worker writes them. */
export const unfinishedPrefix = '.unfinished-';
export const weightsName = 'weights.safetensors';
export const descriptionName = 'checkpoint.json';
