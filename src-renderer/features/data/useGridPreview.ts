/** Draws, as the settings change, what a grid makes of one scan; the last settings win, drawn ones are kept. */
import { call } from '#bridge/bridge.ts';
import { useProject } from '#bridge/projectStore.ts';
import type { GridPreview } from '#contract/commands.ts';
import { shownError, type ShownError } from '#ui/errorDetails.ts';
import { onScopeDispose, ref, shallowRef, watch, type Ref, type ShallowRef } from 'vue';

export interface PreviewSettings {
  readonly job: string;
  readonly path: string;
  readonly grid: number;
  readonly spacingMm: number | 'auto';
}

/** Typing a number is over when nothing came for so long. */
const settleMs = 350;

export interface ShownPreview {
  readonly preview: Readonly<ShallowRef<GridPreview | null>>;
  readonly isDrawing: Readonly<Ref<boolean>>;
  readonly error: Readonly<Ref<ShownError | null>>;
}

export function useGridPreview(settings: () => PreviewSettings | null): ShownPreview {
  const project = useProject();
  const preview = shallowRef<GridPreview | null>(null);
  const isDrawing = ref(false);
  const error = ref<ShownError | null>(null);
  const drawn = new Map<string, GridPreview>();
  let wanted = '';
  let timer: ReturnType<typeof setTimeout> | undefined;
  onScopeDispose(() => clearTimeout(timer));

  async function draw(key: string, asked: PreviewSettings): Promise<void> {
    const path = project.current?.path;
    if (path === undefined) return;
    try {
      const result = await call('dataset.preview', { project: path, ...asked });
      drawn.set(key, result);
      if (key === wanted) preview.value = result;
    } catch (thrown) {
      if (key === wanted) error.value = shownError(thrown);
    } finally {
      if (key === wanted) isDrawing.value = false;
    }
  }

  watch(
    () => JSON.stringify(settings()),
    (key) => {
      clearTimeout(timer);
      const asked = settings();
      wanted = key;
      error.value = null;
      const known = drawn.get(key);
      isDrawing.value = asked !== null && known === undefined;
      if (known !== undefined) preview.value = known;
      else if (asked !== null) timer = setTimeout(() => void draw(key, asked), preview.value === null ? 0 : settleMs);
    },
    { immediate: true },
  );
  return { preview, isDrawing, error };
}
