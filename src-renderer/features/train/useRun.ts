/** The losses of one run, from its beginning and live, told anew at most four times a second. */
import { call, useEvent } from '#bridge/bridge.ts';
import { useProject } from '#bridge/projectStore.ts';
import { shownError, type ShownError } from '#ui/errorDetails.ts';
import type { MetricRow } from '#contract/jobs.ts';
import { onScopeDispose, shallowRef, watch, type ShallowRef } from 'vue';
import { addRows, lossSeries, type LossSeries } from './lossSeries.ts';

const redrawMs = 250;

export interface Run {
  /** Another object whenever it has grown; null until it is loaded. */
  readonly losses: Readonly<ShallowRef<LossSeries | null>>;
  readonly error: Readonly<ShallowRef<ShownError | null>>;
}

/** Both are read reactively: another job, or another start of the same job, loads anew. */
export function useRun(jobId: () => string, startedAt: () => string | null): Run {
  const project = useProject();
  const losses = shallowRef<LossSeries | null>(null);
  const error = shallowRef<ShownError | null>(null);
  let waiting: MetricRow[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;

  const flush = (): void => {
    timer = undefined;
    if (losses.value === null) return; // loading: the rows wait for what was before them
    addRows(losses.value, waiting);
    waiting = [];
    losses.value = { ...losses.value };
  };
  useEvent((event) => {
    if (event.type !== 'job.measured' || event.jobId !== jobId()) return;
    waiting.push(...event.rows);
    timer ??= setTimeout(flush, redrawMs);
  });
  onScopeDispose(() => clearTimeout(timer));

  async function load(id: string): Promise<void> {
    const path = project.current?.path;
    if (path === undefined) return;
    losses.value = null;
    waiting = [];
    try {
      const series = await call('job.metrics', { project: path, job: id });
      if (jobId() !== id) return;
      losses.value = lossSeries(series);
      error.value = null;
      flush();
    } catch (thrown) {
      error.value = shownError(thrown);
    }
  }
  watch([jobId, startedAt], ([id]) => void load(id), { immediate: true });
  return { losses, error };
}
