/** Draws, as the settings change, what an import makes of one scan; the last settings win, drawn ones are kept. */
import { call } from '#bridge/bridge.ts';
import { useProject } from '#bridge/projectStore.ts';
import type { CommandInput, ScanPreview } from '#contract/commands.ts';
import { shownError, type ShownError } from '#ui/errorDetails.ts';
import { onScopeDispose, ref, shallowRef, watch, type Ref, type ShallowRef } from 'vue';

export type PreviewSettings = Omit<CommandInput<'dataset.preview'>, 'project'>;

/** Typing a number is over when nothing came for so long. */
const settleMs = 350;

export interface ShownPreview {
  readonly preview: Readonly<ShallowRef<ScanPreview | null>>;
  readonly isDrawing: Readonly<Ref<boolean>>;
  /** By the user; until the settings change, or `draw`. */
  readonly isStopped: Readonly<Ref<boolean>>;
  readonly error: Readonly<Ref<ShownError | null>>;
  stop(): void;
  draw(): void;
}

/** Null: there is nothing to draw. */
export function useScanPreview(settings: () => PreviewSettings | null): ShownPreview {
  const project = useProject();
  const preview = shallowRef<ScanPreview | null>(null);
  const isDrawing = ref(false);
  const isStopped = ref(false);
  const error = ref<ShownError | null>(null);
  const drawn = new Map<string, ScanPreview>();
  let wanted = '';
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function ask(key: string, asked: PreviewSettings): Promise<void> {
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

  /** What is being drawn is wanted no more. */
  function end(): void {
    clearTimeout(timer);
    wanted = '';
    if (isDrawing.value) void call('dataset.stopPreview', {}).catch(() => undefined); // its end is no news
    isDrawing.value = false;
  }

  function draw(): void {
    const asked = settings();
    const key = JSON.stringify(asked);
    const known = drawn.get(key);
    if (asked === null || known !== undefined) end();
    clearTimeout(timer);
    wanted = key;
    error.value = null;
    isStopped.value = false;
    isDrawing.value = asked !== null && known === undefined;
    if (asked === null || known !== undefined) preview.value = known ?? null;
    else timer = setTimeout(() => void ask(key, asked), preview.value === null ? 0 : settleMs);
  }

  watch(() => JSON.stringify(settings()), draw, { immediate: true });
  onScopeDispose(end);
  return {
    preview,
    isDrawing,
    isStopped,
    error,
    stop: () => {
      end();
      isStopped.value = true;
    },
    draw,
  };
}
