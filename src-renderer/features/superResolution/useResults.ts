/** What a super-resolution has made so far, and what it could not use. */
import type { SuperResolveResult } from '#contract/commands.ts';
import type { Job } from '#contract/jobs.ts';
import type { FileOutcome } from '#contract/records.ts';
import { call } from '#bridge/bridge.ts';
import { useProject } from '#bridge/projectStore.ts';
import { shownError, type ShownError } from '#ui/errorDetails.ts';
import { loadDatasets } from './projectScans.ts';
import { shallowRef, watch, type ShallowRef } from 'vue';

export interface Results {
  readonly volumes: Readonly<ShallowRef<SuperResolveResult['volumes']>>;
  /** Of scans of the project, by path: their files have numbers for names. */
  readonly names: Readonly<ShallowRef<ReadonlyMap<string, string>>>;
  readonly rejected: Readonly<ShallowRef<readonly FileOutcome[]>>;
  readonly error: Readonly<ShallowRef<ShownError | null>>;
}

/** Asks again whenever a scan more is done. */
export function useResults(job: () => Job | null): Results {
  const project = useProject();
  const volumes = shallowRef<SuperResolveResult['volumes']>([]);
  const names = shallowRef<ReadonlyMap<string, string>>(new Map());
  const rejected = shallowRef<readonly FileOutcome[]>([]);
  const error = shallowRef<ShownError | null>(null);

  async function load(id: string): Promise<void> {
    const path = project.current?.path;
    if (path === undefined) return;
    try {
      const [result, detail, datasets] = await Promise.all([
        call('scan.superResolveResult', { project: path, job: id }),
        call('job.show', { project: path, job: id }),
        loadDatasets(project.current),
      ]);
      if (job()?.id !== id) return;
      names.value = new Map(
        datasets.flatMap(({ scans }) => scans.map(({ path: file, name }) => [file, name] as const)),
      );
      volumes.value = result.volumes;
      rejected.value = detail.files.filter(({ status }) => status === 'rejected');
      error.value = null;
    } catch (thrown) {
      error.value = shownError(thrown);
    }
  }
  watch(
    () => job()?.id,
    () => {
      volumes.value = [];
      rejected.value = [];
    },
  );
  watch(
    [() => job()?.id ?? null, () => job()?.state, () => Math.floor(job()?.progress?.done ?? 0)],
    ([id]) => {
      if (id !== null) void load(id);
    },
    { immediate: true },
  );
  return { volumes, names, rejected, error };
}
