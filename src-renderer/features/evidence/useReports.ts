/** What the project's reports found, loaded again when another one is done. */
import type { Evidence, UtilityEvidence } from '#contract/commands.ts';
import type { Job } from '#contract/jobs.ts';
import { call, useEvent } from '#bridge/bridge.ts';
import { useProject } from '#bridge/projectStore.ts';
import { shownError, type ShownError } from '#ui/errorDetails.ts';
import { shallowRef, watch, type ShallowRef } from 'vue';

/** Whether a job of this kind makes a report. */
export const isReport = ({ kind }: Job): boolean => kind === 'evidence' || kind === 'utility';

export interface Reports {
  /** The newest first, as are the next: comparisons of trainings with and without synthetic scans. */
  readonly reports: Readonly<ShallowRef<readonly Evidence[]>>;
  readonly comparisons: Readonly<ShallowRef<readonly UtilityEvidence[]>>;
  readonly error: Readonly<ShallowRef<ShownError | null>>;
  load(): Promise<void>;
}

export function useReports(): Reports {
  const project = useProject();
  const reports = shallowRef<readonly Evidence[]>([]);
  const comparisons = shallowRef<readonly UtilityEvidence[]>([]);
  const error = shallowRef<ShownError | null>(null);

  async function load(): Promise<void> {
    const path = project.current?.path;
    if (path === undefined) return;
    error.value = null;
    try {
      const [found, compared] = await Promise.all([
        call('evidence.list', { project: path }),
        call('utility.list', { project: path }),
      ]);
      if (path !== project.current?.path) return;
      reports.value = found;
      comparisons.value = compared;
    } catch (thrown) {
      error.value = shownError(thrown);
    }
  }
  watch(
    () => project.current?.path,
    () => {
      reports.value = [];
      comparisons.value = [];
      void load();
    },
    { immediate: true },
  );
  useEvent((event) => {
    if (event.type !== 'job.changed' || event.project !== project.current?.path) return;
    if (isReport(event.job) && event.job.state === 'succeeded') void load();
  });
  return { reports, comparisons, error, load };
}
