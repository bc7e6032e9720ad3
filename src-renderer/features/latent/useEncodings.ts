/** The codes of the project's scans with what was fitted on them, and the checkpoints that could find others. */
import type { CheckpointSummary } from '#contract/commands.ts';
import type { EncodingDetail } from '#contract/latentCommands.ts';
import { call, useEvent } from '#bridge/bridge.ts';
import { useProject } from '#bridge/projectStore.ts';
import { shownError, type ShownError } from '#ui/errorDetails.ts';
import { shallowRef, watch, type ShallowRef } from 'vue';

export interface Encodings {
  /** The newest first; null until they are known, as is the next. */
  readonly encodings: Readonly<ShallowRef<readonly EncodingDetail[] | null>>;
  /** Those of trained or imported generators, the newest first. */
  readonly checkpoints: Readonly<ShallowRef<readonly CheckpointSummary[] | null>>;
  readonly error: Readonly<ShallowRef<ShownError | null>>;
  load(): Promise<void>;
}

const isUsable = ({ kind, iteration, dataset }: CheckpointSummary): boolean =>
  kind === 'generator' && (iteration > 0 || dataset === null);

export function useEncodings(): Encodings {
  const project = useProject();
  const encodings = shallowRef<readonly EncodingDetail[] | null>(null);
  const checkpoints = shallowRef<readonly CheckpointSummary[] | null>(null);
  const error = shallowRef<ShownError | null>(null);

  async function load(): Promise<void> {
    const path = project.current?.path;
    if (path === undefined) return;
    error.value = null;
    try {
      const [found, all] = await Promise.all([
        call('latent.list', { project: path }),
        call('checkpoint.list', { project: path }),
      ]);
      if (path !== project.current?.path) return;
      encodings.value = found;
      checkpoints.value = all.filter(isUsable);
    } catch (thrown) {
      error.value = shownError(thrown);
    }
  }
  watch(() => project.current?.path, load, { immediate: true });
  useEvent((event) => {
    if (event.project !== project.current?.path) return;
    const isNews =
      event.type === 'job.changed' &&
      event.job.state === 'succeeded' &&
      (event.job.kind === 'latent-encode' || event.job.kind === 'latent-fit');
    if (isNews || event.type === 'checkpoint.written') void load();
  });
  return { encodings, checkpoints, error, load };
}
