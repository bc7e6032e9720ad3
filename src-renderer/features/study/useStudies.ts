/** The reader studies of the shown project, and the chosen one in full; both follow the jobs that prepare scans. */
import type { StudyDetail, StudySummary } from '#contract/studyCommands.ts';
import { useBackend } from '#bridge/backendStore.ts';
import { call, useEvent } from '#bridge/bridge.ts';
import { useProject } from '#bridge/projectStore.ts';
import { shownError, type ShownError } from '#ui/errorDetails.ts';
import { shallowRef, watch, type ShallowRef } from 'vue';

export interface Studies {
  /** Newest first; null until they are known. */
  readonly list: Readonly<ShallowRef<readonly StudySummary[] | null>>;
  /** null: none is chosen, or it is not known yet. */
  readonly chosen: Readonly<ShallowRef<StudyDetail | null>>;
  readonly error: Readonly<ShallowRef<ShownError | null>>;
  load(): Promise<void>;
}

/** `id` of the chosen study is read reactively. */
export function useStudies(id: () => string | null): Studies {
  const project = useProject();
  const backend = useBackend();
  const list = shallowRef<readonly StudySummary[] | null>(null);
  const chosen = shallowRef<StudyDetail | null>(null);
  const error = shallowRef<ShownError | null>(null);

  async function load(): Promise<void> {
    const path = project.current?.path;
    if (path === undefined) return;
    const study = id();
    try {
      const [all, detail] = await Promise.all([
        call('study.list', { project: path }),
        study === null ? null : call('study.show', { project: path, study }),
      ]);
      if (project.current?.path !== path || id() !== study) return;
      list.value = all.toSorted((a, b) => b.createdAt.localeCompare(a.createdAt));
      chosen.value = detail;
      error.value = null;
    } catch (thrown) {
      error.value = shownError(thrown);
    }
  }

  /** By job: a study changes when its job begins and ends, not with each of its steps. */
  const states = new Map<string, string>();
  useEvent((event) => {
    if (event.type !== 'job.changed' || event.job.kind !== 'study' || event.project !== project.current?.path) return;
    const { id: job, state } = event.job;
    if (states.get(job) !== state) void load();
    states.set(job, state);
  });
  watch(
    () => project.current?.path,
    () => (list.value = null),
  );
  watch(id, () => (chosen.value = null));
  watch([() => project.current?.path, id, () => backend.starts], load, { immediate: true });
  return { list, chosen, error, load };
}
