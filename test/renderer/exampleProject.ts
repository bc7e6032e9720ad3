/** A project and its jobs as the backend would describe them. */
import type { ProjectDetail } from '#contract/commands.ts';
import type { Job } from '#contract/jobs.ts';

export function exampleProject(path: string, changes: Partial<ProjectDetail> = {}): ProjectDetail {
  return {
    id: 'project-1',
    name: path.replace(/^.*\//, '').replace(/\.doppel$/, ''),
    path,
    createdAt: '2026-11-01T10:00:00.000Z',
    databaseVersion: 1,
    datasets: 0,
    volumes: 0,
    jobs: 0,
    checkpoints: 0,
    datasetList: [],
    recentJobs: [],
    ...changes,
  };
}

export function exampleJob(changes: Partial<Job> = {}): Job {
  return {
    id: 'phantom-1',
    kind: 'phantom',
    state: 'running',
    request: { kind: 'phantom', count: 24, seed: 1, out: '/p/Sample.doppel/sample-scans' },
    seed: 1,
    datasetFingerprint: null,
    versions: { doppel: '0.1.0', node: '24.21.0', engine: 'unknown' },
    device: null,
    progress: { done: 6, total: 24, unit: 'volumes', secondsLeft: 12, note: '' },
    iteration: 0,
    secondsPerIteration: null,
    peakMemoryMb: null,
    checkpoint: null,
    error: null,
    createdAt: '2026-11-01T10:00:00.000Z',
    startedAt: '2026-11-01T10:00:01.000Z',
    finishedAt: null,
    ...changes,
  };
}
