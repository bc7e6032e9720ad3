/** The jobs of the shown project, and what runs in any project, live. */
import type { Job } from '#contract/jobs.ts';
import { defineStore } from 'pinia';
import { computed, shallowRef, watch } from 'vue';
import { useBackend } from './backendStore.ts';
import { call, useEvent } from './bridge.ts';
import { useProject } from './projectStore.ts';
import { useReadingMode } from './readingMode.ts';

/** A job and the folder of its project: jobs of other projects go on while this one is shown. */
export interface LocatedJob {
  readonly project: string;
  readonly job: Job;
}

export const isAlive = (job: Job): boolean => job.state === 'queued' || job.state === 'running';

/** Whether `job.resume` has something to go on with, without being asked for more. */
export const canResume = ({ state }: Job): boolean => ['failed', 'cancelled', 'paused', 'interrupted'].includes(state);

/** `jobs` with `job` in the place of the one with its id, or first. */
function withJob(jobs: readonly Job[], job: Job): readonly Job[] {
  const at = jobs.findIndex(({ id }) => id === job.id);
  return at === -1 ? [job, ...jobs] : jobs.with(at, job);
}

export const useJobs = defineStore('jobs', () => {
  const project = useProject();
  const backend = useBackend();
  /** Of the shown project, newest first. */
  const list = shallowRef<readonly Job[]>([]);
  /** What is queued or runs, of every project that was opened, in the order it was asked for. */
  const alive = shallowRef<readonly LocatedJob[]>([]);
  const listeners = new Set<(ended: LocatedJob) => void>();

  const running = computed(() => alive.value.find(({ job }) => job.state === 'running') ?? null);
  const queued = computed(() => alive.value.filter(({ job }) => job.state === 'queued'));

  function note(located: LocatedJob): void {
    const { job } = located;
    const before = alive.value.find((other) => other.job.id === job.id);
    if (isAlive(job)) {
      alive.value = before
        ? alive.value.map((other) => (other === before ? located : other))
        : [...alive.value, located];
      return;
    }
    alive.value = alive.value.filter((other) => other !== before);
    if (before) for (const listener of listeners) listener(located);
  }

  function take(path: string, job: Job): void {
    if (path === project.current?.path) list.value = withJob(list.value, job);
    note({ project: path, job });
  }

  async function refresh(): Promise<void> {
    const path = project.current?.path;
    if (path === undefined) {
      list.value = [];
      return;
    }
    const jobs = await call('job.list', { project: path });
    if (project.current?.path !== path) return;
    list.value = jobs.toSorted((a, b) => b.createdAt.localeCompare(a.createdAt));
    for (const job of list.value.toReversed()) note({ project: path, job });
  }

  /** Asks the job to stop; it ends when its process has. */
  async function cancel({ project: path, job }: LocatedJob): Promise<void> {
    take(path, await call('job.cancel', { project: path, job: job.id }));
  }

  /** Asks a training to stop with a checkpoint; it is `paused` when its process has ended. */
  async function pause({ project: path, job }: LocatedJob): Promise<void> {
    take(path, await call('job.pause', { project: path, job: job.id }));
  }

  async function resume({ project: path, job }: LocatedJob): Promise<void> {
    take(path, await call('job.resume', { project: path, job: job.id, until: null }));
  }

  /** Told of each job that ends while the window is open; returns how to stop listening. */
  function onEnded(listener: (ended: LocatedJob) => void): () => void {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }

  const refreshQuietly = (): void => void refresh().catch(() => undefined); // the banner tells of a backend that is away
  useEvent((event) => {
    if (event.type === 'job.changed') take(event.project, event.job);
  });
  watch(() => project.current?.path, refreshQuietly, { immediate: true });
  const reading = useReadingMode();
  watch([() => backend.starts, () => reading.isOn], refreshQuietly); // nothing is told while a reader is at work

  return { list, alive, running, queued, refresh, cancel, pause, resume, onEnded };
});
