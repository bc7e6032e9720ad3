/** Loads what a source names whenever it changes; the last asked for wins. */
import type { ErrorShape } from '#contract/errors.ts';
import { toErrorShape } from '#contract/errors.ts';
import { onScopeDispose, ref, shallowRef, watch, type Ref, type ShallowRef } from 'vue';
import { loadLabels, loadScan, type Scan, type VolumeSource } from './source.ts';
import type { LabelMap } from './labels.ts';
import type { Stage } from './stage.ts';

/** On the stage under these names; dropped from it when another takes its place. */
export interface StagedScan {
  readonly scan: Scan;
  readonly volumeId: string;
  readonly labels: LabelMap | null;
}

export interface LoadedScan {
  readonly staged: Readonly<ShallowRef<StagedScan | null>>;
  readonly error: Readonly<ShallowRef<ErrorShape | null>>;
  readonly isLoading: Readonly<Ref<boolean>>;
}

export function useScan(stage: Stage, source: () => VolumeSource | null): LoadedScan {
  const staged = shallowRef<StagedScan | null>(null);
  const error = shallowRef<ErrorShape | null>(null);
  const isLoading = ref(false);
  let abort = new AbortController();

  function replace(next: StagedScan | null): void {
    const before = staged.value;
    staged.value = next;
    if (before !== null) stage.drop(before.volumeId);
  }

  async function load(wanted: VolumeSource | null): Promise<void> {
    abort.abort();
    abort = new AbortController();
    const { signal } = abort;
    error.value = null;
    if (wanted === null) {
      isLoading.value = false;
      replace(null);
      return;
    }
    isLoading.value = true;
    try {
      const scan = await loadScan(wanted, signal);
      replace({ scan, volumeId: stage.put(scan.volume), labels: null });
      isLoading.value = false;
      if (scan.labelUrl === null) return;
      const labels = await loadLabels({ name: scan.name, url: scan.labelUrl }, signal);
      if (staged.value?.scan === scan) staged.value = { ...staged.value, labels };
    } catch (thrown) {
      if (signal.aborted) return;
      error.value = toErrorShape(thrown);
      isLoading.value = false;
    }
  }

  watch(source, (wanted) => void load(wanted), { immediate: true });
  onScopeDispose(() => abort.abort());
  return { staged, error, isLoading };
}

/** The finest voxel size, in mm: the step from slice to slice. */
export function finestSpacing({ scan: { volume } }: StagedScan): number {
  const along = (axis: 0 | 1 | 2): number => Math.hypot(...([0, 1, 2] as const).map((row) => volume.affine[row][axis]));
  return Math.min(along(0), along(1), along(2));
}
