/** The sample project: phantom scans, drawn and imported by two jobs, one after the other. Goes on where it stopped. */
import { call } from '#bridge/bridge.ts';
import { isAlive, useJobs, type LocatedJob } from '#bridge/jobStore.ts';
import { useProject } from '#bridge/projectStore.ts';
import { useSettings } from '#bridge/settingsStore.ts';
import type { ProjectDetail } from '#contract/commands.ts';
import { AppError } from '#contract/errors.ts';
import type { Job } from '#contract/jobs.ts';
import { shownError, type ShownError } from '#ui/errorDetails.ts';
import { defineStore } from 'pinia';
import { computed, shallowRef } from 'vue';
import { pathInside } from './places.ts';

export const sampleScans = 24;
const seed = 1;
const folderName = 'Sample.doppel';
const datasetName = 'phantoms';

/** Where an earlier job drew the scans, if it came to its end. */
function drawnScans({ recentJobs }: ProjectDetail): string | null {
  const drawn = recentJobs.find((job) => job.kind === 'phantom' && job.state === 'succeeded');
  return drawn?.request.kind === 'phantom' ? drawn.request.out : null;
}

export const useSample = defineStore('sample', () => {
  const project = useProject();
  const settings = useSettings();
  const jobs = useJobs();
  const isBusy = shallowRef(false);
  const error = shallowRef<ShownError | null>(null);

  const path = computed(() =>
    settings.current === null ? null : pathInside(settings.current.projectsFolder, folderName),
  );
  /** Its folder as the backend names it, once it was opened: links are followed. */
  const realPath = shallowRef<string | null>(null);
  const isSample = (dir: string): boolean => dir === (realPath.value ?? path.value);
  /** The job that makes it now. */
  const job = computed<Job | null>(() => {
    const located = jobs.alive.find(
      (alive) => isSample(alive.project) && (alive.job.kind === 'phantom' || alive.job.kind === 'import'),
    );
    return located?.job ?? null;
  });

  const importScans = (dir: string, folder: string): Promise<Job> =>
    call('dataset.import', {
      project: dir,
      folder,
      name: datasetName,
      grid: 32,
      spacingMm: 'auto',
      holdout: 0.2,
      seed,
      derivative: 'labels',
    });

  const drawScans = ({ path: dir, recentJobs }: ProjectDetail): Promise<Job> => {
    const attempts = recentJobs.filter(({ kind }) => kind === 'phantom').length;
    const folder = attempts === 0 ? 'sample-scans' : `sample-scans-${String(attempts + 1)}`;
    return call('phantom.create', { project: dir, count: sampleScans, seed, out: pathInside(dir, folder) });
  };

  async function openOrCreate(dir: string): Promise<void> {
    try {
      await project.open(dir);
    } catch (thrown) {
      if (!(thrown instanceof AppError) || thrown.code !== 'not-found') throw thrown;
      await project.create(dir);
    }
  }

  /** Shows the sample and starts what is missing of it. */
  async function open(): Promise<void> {
    if (path.value === null || isBusy.value) return;
    isBusy.value = true;
    error.value = null;
    try {
      await openOrCreate(path.value);
      const detail = project.current;
      realPath.value = detail?.path ?? null;
      if (detail === null || detail.datasetList.length > 0 || detail.recentJobs.some(isAlive)) return;
      const scans = drawnScans(detail);
      await (scans === null ? drawScans(detail) : importScans(detail.path, scans));
    } catch (thrown) {
      error.value = shownError(thrown);
    } finally {
      isBusy.value = false;
    }
  }

  jobs.onEnded(({ project: dir, job: ended }: LocatedJob) => {
    if (!isSample(dir) || ended.request.kind !== 'phantom' || ended.state !== 'succeeded') return;
    importScans(dir, ended.request.out).catch((thrown: unknown) => (error.value = shownError(thrown)));
  });

  return { path, job, isBusy, error, open };
});
