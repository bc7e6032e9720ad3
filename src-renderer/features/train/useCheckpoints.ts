/** The checkpoints of the shown project, told anew whenever one is written. */
import type { CheckpointSummary } from '#contract/commands.ts';
import { call, useEvent } from '#bridge/bridge.ts';
import { shownError, type ShownError } from '#ui/errorDetails.ts';
import { shallowRef, type ShallowRef } from 'vue';

export interface Checkpoints {
  /** The newest first; null until they are known. */
  readonly list: Readonly<ShallowRef<readonly CheckpointSummary[] | null>>;
  readonly error: Readonly<ShallowRef<ShownError | null>>;
}

export function useCheckpoints(project: string): Checkpoints {
  const list = shallowRef<readonly CheckpointSummary[] | null>(null);
  const error = shallowRef<ShownError | null>(null);
  async function load(): Promise<void> {
    try {
      list.value = await call('checkpoint.list', { project });
      error.value = null;
    } catch (thrown) {
      error.value = shownError(thrown);
    }
  }
  useEvent((event) => {
    if (event.type === 'checkpoint.written' && event.project === project) void load();
  });
  void load();
  return { list, error };
}
