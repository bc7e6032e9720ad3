/** The artifacts and checkpoints of one job, live while the calling component lives. */
import type { ErrorShape } from '#contract/errors.ts';
import { toErrorShape } from '#contract/errors.ts';
import type { ArtifactRecord } from '#contract/records.ts';
import { onScopeDispose, shallowRef, watch, type ShallowRef } from 'vue';
import { call, useEvent } from './bridge.ts';
import { useProject } from './projectStore.ts';

/** New artifacts are shown together after this. */
const gatherMs = 250;

export interface JobFiles {
  /** In the order they were written. */
  readonly artifacts: Readonly<ShallowRef<readonly ArtifactRecord[]>>;
  readonly error: Readonly<ShallowRef<ErrorShape | null>>;
}

/** `jobId` and `run` are read reactively: another value of either loads the files again. */
export function useJobFiles(jobId: () => string | null, run: () => string | null): JobFiles {
  const project = useProject();
  const artifacts = shallowRef<readonly ArtifactRecord[]>([]);
  const error = shallowRef<ErrorShape | null>(null);
  let fresh: ArtifactRecord[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;

  const flush = (): void => {
    timer = undefined;
    const paths = new Set(fresh.map(({ path }) => path));
    artifacts.value = [...artifacts.value.filter(({ path }) => !paths.has(path)), ...fresh];
    fresh = [];
  };
  useEvent((event) => {
    if (event.type !== 'artifact.written' || event.artifact.jobId !== jobId()) return;
    fresh.push(event.artifact);
    timer ??= setTimeout(flush, gatherMs);
  });
  onScopeDispose(() => clearTimeout(timer));

  async function load(id: string | null): Promise<void> {
    const path = project.current?.path;
    if (id === null || path === undefined) return;
    try {
      const detail = await call('job.show', { project: path, job: id });
      if (jobId() !== id) return;
      artifacts.value = detail.artifacts;
      error.value = null;
    } catch (thrown) {
      error.value = toErrorShape(thrown);
    }
  }
  watch(jobId, () => (artifacts.value = []));
  watch([jobId, run], ([id]) => void load(id), { immediate: true });
  return { artifacts, error };
}
