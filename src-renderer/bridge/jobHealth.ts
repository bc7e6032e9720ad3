/** What was told of a training's health, live while the calling component lives. */
import type { ErrorShape } from '#contract/errors.ts';
import { toErrorShape } from '#contract/errors.ts';
import type { HealthNotice } from '#contract/health.ts';
import { shallowRef, watch, type ShallowRef } from 'vue';
import { call, useEvent } from './bridge.ts';
import { useProject } from './projectStore.ts';

export interface JobHealth {
  /** In the order they were told: the last one of a measure says how it stands. */
  readonly notices: Readonly<ShallowRef<readonly HealthNotice[]>>;
  readonly error: Readonly<ShallowRef<ErrorShape | null>>;
}

/** Both are read reactively: another job, or another start of the same job, loads anew. */
export function useJobHealth(jobId: () => string, startedAt: () => string | null): JobHealth {
  const project = useProject();
  const notices = shallowRef<readonly HealthNotice[]>([]);
  const error = shallowRef<ErrorShape | null>(null);
  let isLoading = false;
  let waiting: HealthNotice[] = [];

  useEvent((event) => {
    if (event.type !== 'health.changed' || event.jobId !== jobId()) return;
    if (isLoading) waiting.push(event.notice);
    else notices.value = [...notices.value, event.notice];
  });

  async function load(id: string): Promise<void> {
    const path = project.current?.path;
    if (path === undefined) return;
    isLoading = true;
    waiting = [];
    try {
      const { health } = await call('job.show', { project: path, job: id });
      if (jobId() !== id) return;
      const known = new Set(health.map((notice) => JSON.stringify(notice)));
      notices.value = [...health, ...waiting.filter((notice) => !known.has(JSON.stringify(notice)))];
      error.value = null;
    } catch (thrown) {
      error.value = toErrorShape(thrown);
    } finally {
      if (jobId() === id) isLoading = false;
    }
  }
  watch([jobId, startedAt], ([id]) => void load(id), { immediate: true });
  return { notices, error };
}
