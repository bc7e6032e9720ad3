/** The comparisons of models that this window has started: which trainings and which measurement belong together. */
import type { CommandInput } from '#contract/commands.ts';
import type { Job } from '#contract/jobs.ts';
import { call } from '#bridge/bridge.ts';
import { isAlive, useJobs } from '#bridge/jobStore.ts';
import { defineStore } from 'pinia';
import { shallowRef } from 'vue';

/** Seconds that its training may still take; 0 for what is over or no training by the clock. */
export function trainingSecondsLeft(job: Job): number {
  const { request, progress } = job;
  if (!isAlive(job) || request.kind !== 'train' || !('minutes' in request.until)) return 0;
  return progress?.secondsLeft ?? 60 * request.until.minutes;
}

export const useComparisons = defineStore('comparisons', () => {
  const jobs = useJobs();
  /** Ids of trainings by that of their measurement. */
  const trainings = shallowRef<ReadonlyMap<string, readonly string[]>>(new Map());

  async function start(input: CommandInput<'leaderboard.run'>): Promise<void> {
    const started = await call('leaderboard.run', input);
    trainings.value = new Map([...trainings.value, [started.measurement.id, started.trainings.map(({ id }) => id)]]);
    await jobs.refresh();
  }

  /** The jobs of the dataset's last comparison in their order; of one begun elsewhere its measurement alone. */
  function stepsOf(datasetId: string): readonly Job[] {
    const measurement = jobs.list.find(
      ({ request }) => request.kind === 'leaderboard' && request.datasetId === datasetId,
    );
    if (measurement === undefined) return [];
    const ids = trainings.value.get(measurement.id) ?? [];
    return [...ids.map((id) => jobs.list.find((job) => job.id === id)), measurement].filter((job) => job !== undefined);
  }

  /** The last one first, so that none begins in the place of one that stopped. */
  async function stop(project: string, steps: readonly Job[]): Promise<void> {
    for (const job of steps.toReversed()) if (isAlive(job)) await jobs.cancel({ project, job });
  }

  return { start, stepsOf, stop };
});
