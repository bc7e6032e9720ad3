/** The models that can be trained, and what they and their presets are called; loaded once. */
import { toErrorShape, type ErrorShape } from '#contract/errors.ts';
import type { DatasetRecord, ModelDescriptor, ModelKind } from '#contract/records.ts';
import { defineStore } from 'pinia';
import { shallowRef, watch } from 'vue';
import { useBackend } from './backendStore.ts';
import { call } from './bridge.ts';

/** Whether the dataset has training scans, on a grid that the model is made for. */
export const canTrain = (model: ModelDescriptor, dataset: DatasetRecord): boolean =>
  dataset.train > 0 && (model.grids?.includes(dataset.grid) ?? true);

export const useModels = defineStore('models', () => {
  const backend = useBackend();
  /** Empty until they are known. */
  const list = shallowRef<readonly ModelDescriptor[]>([]);
  const error = shallowRef<ErrorShape | null>(null);

  async function load(): Promise<void> {
    error.value = null;
    try {
      list.value = await call('model.list', {});
    } catch (thrown) {
      error.value = toErrorShape(thrown);
    }
  }
  watch(() => backend.starts, load, { immediate: true });

  const find = (id: string): ModelDescriptor | undefined => list.value.find((model) => model.id === id);
  /** Its id where it is not known here any more; so it is with presets. */
  const titleOf = (id: string): string => find(id)?.title ?? id;
  const presetTitleOf = (id: string, preset: string): string =>
    find(id)?.presets.find((candidate) => candidate.id === preset)?.title ?? preset;

  /** null where the model is not known here. */
  const kindOf = (id: string): ModelKind | null => find(id)?.kind ?? null;

  return { list, error, load, titleOf, presetTitleOf, kindOf };
});
