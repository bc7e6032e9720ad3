/** How the scans are looked at: where the crosshair is, zoom and pan, windows, convention, what is compared. */
import type { Vector3 } from '#shared/volume/affine.ts';
import type { Volume } from '#shared/volume/volume.ts';
import { computed, onScopeDispose, ref, shallowRef, watch, type ComputedRef } from 'vue';
import { draggedWindow, differenceWindow, windowBeside, type IntensityWindow } from './intensity.ts';
import { differenceOf, type Difference } from './sample.ts';
import type { Stage } from './stage.ts';
import type { StagedScan } from './useScan.ts';
import { boundingBox, centreOf, moved, planes, type Box, type Convention, type Plane } from './views.ts';

export type Mode = 'single' | 'side' | 'split' | 'flicker' | 'difference';
/** Which picture: the scan, the one compared with it, or their difference. */
export type Side = 'a' | 'b' | 'difference';

const conventionKey = 'doppel.convention';
const flickerMs = 500;
const zoomLimits = [0.2, 40] as const;

function storedConvention(): Convention {
  return localStorage.getItem(conventionKey) === 'neurological' ? 'neurological' : 'radiological';
}

function unionOf(a: Box, b: Box | null): Box {
  if (b === null) return a;
  const [p, q, r] = a.least;
  const [u, v, w] = a.greatest;
  return {
    least: [Math.min(p, b.least[0]), Math.min(q, b.least[1]), Math.min(r, b.least[2])],
    greatest: [Math.max(u, b.greatest[0]), Math.max(v, b.greatest[1]), Math.max(w, b.greatest[2])],
  };
}

const isSameGrid = (a: Volume, b: Volume): boolean =>
  JSON.stringify([a.size, a.affine]) === JSON.stringify([b.size, b.affine]);

const boxOf = (staged: StagedScan): Box => boundingBox(staged.scan.volume.size, staged.scan.volume.affine);

export type Viewing = ReturnType<typeof useViewing>;

export function useViewing(
  stage: Stage,
  a: ComputedRef<StagedScan | null>,
  b: ComputedRef<StagedScan | null>,
  /** How two scans are shown at first. */
  firstMode: () => Mode,
  /** Whether a scan that takes the place of another on the same grid is looked at as that one was. */
  isSteady: () => boolean = () => false,
) {
  const convention = ref<Convention>(storedConvention());
  const crosshair = shallowRef<Vector3>([0, 0, 0]);
  const centre = shallowRef<Vector3>([0, 0, 0]);
  const zoom = ref(1);
  const activePlane = ref<Plane>('axial');
  const showsCrosshair = ref(true);
  const showsLabels = ref(true);
  const labelOpacity = ref(0.4);
  const mapOpacity = ref(0.8);
  const split = ref(0.5); // the share of each pane, from the left, that shows a; the rest shows b
  const chosenMode = ref<Mode>('single');
  const isFlipped = ref(false); // flickering: whether b is seen
  const windows = shallowRef<Readonly<Record<Side, IntensityWindow>>>({
    a: { low: 0, high: 1 },
    b: { low: 0, high: 1 },
    difference: { low: -1, high: 1 },
  });
  const isMatched = ref(false); // differences of intensities brought to a common scale
  const difference = shallowRef<(Difference & { readonly volumeId: string }) | null>(null);

  const mode = computed<Mode>(() => (b.value === null ? 'single' : chosenMode.value));
  const box = computed<Box | null>(() =>
    a.value === null ? null : unionOf(boxOf(a.value), b.value === null ? null : boxOf(b.value)),
  );

  function clamped(point: Vector3): Vector3 {
    if (box.value === null) return point;
    const { least, greatest } = box.value;
    const within = (axis: 0 | 1 | 2): number => Math.min(greatest[axis], Math.max(least[axis], point[axis]));
    return [within(0), within(1), within(2)];
  }

  const setWindow = (side: Side, window: IntensityWindow): void => {
    windows.value = { ...windows.value, [side]: window };
  };
  function autoWindows(): void {
    const first = a.value?.scan.auto ?? windows.value.a;
    windows.value = {
      a: first,
      b: b.value === null ? windows.value.b : windowBeside(first, b.value.scan.auto),
      difference: difference.value === null ? windows.value.difference : differenceWindow(difference.value.volume.data),
    };
  }
  /** Back to the whole of the scan, its middle and its automatic window. */
  function reset(): void {
    zoom.value = 1;
    if (a.value !== null) {
      crosshair.value = centreOf(boxOf(a.value));
      if (box.value !== null) centre.value = centreOf(box.value);
    }
    autoWindows();
  }

  watch(
    () => a.value?.scan,
    (now, before) => {
      if (now === undefined || before === undefined || !isSteady() || !isSameGrid(now.volume, before.volume)) reset();
    },
  );
  watch(
    () => b.value?.scan,
    (scan) => {
      if (scan) setWindow('b', windowBeside(windows.value.a, scan.auto));
      if (scan && chosenMode.value === 'single') chosenMode.value = firstMode();
      if (box.value !== null) centre.value = centreOf(box.value);
    },
  );

  function dropDifference(): void {
    if (difference.value !== null) stage.drop(difference.value.volumeId);
    difference.value = null;
  }
  watch([mode, () => a.value?.scan, () => b.value?.scan, isMatched], () => {
    dropDifference();
    if (mode.value !== 'difference' || a.value === null || b.value === null) return;
    const [base, other] = [a.value.scan, b.value.scan];
    const scales = isMatched.value ? { base: base.auto, other: other.auto } : null;
    const made = differenceOf(base.volume, other.volume, scales);
    difference.value = { ...made, volumeId: stage.put(made.volume) };
    setWindow('difference', differenceWindow(made.volume.data));
  });

  let timer: ReturnType<typeof setInterval> | null = null;
  watch(mode, (now) => {
    if (timer !== null) clearInterval(timer);
    timer = now === 'flicker' ? setInterval(() => (isFlipped.value = !isFlipped.value), flickerMs) : null;
    isFlipped.value = false;
  });
  onScopeDispose(() => {
    if (timer !== null) clearInterval(timer);
  });

  watch(convention, (now) => localStorage.setItem(conventionKey, now));

  let dragStart: IntensityWindow | null = null;
  return {
    convention,
    crosshair,
    centre,
    zoom,
    activePlane,
    showsCrosshair,
    showsLabels,
    labelOpacity,
    mapOpacity,
    split,
    mode,
    isFlipped,
    windows,
    isMatched,
    difference,
    box,
    reset,
    autoWindows,
    setMode: (next: Mode) => void (chosenMode.value = next),
    toggleMode: (next: Mode) => void (chosenMode.value = chosenMode.value === next ? 'single' : next),
    /** Holds the flicker still on the other picture. */
    swap(): void {
      if (timer !== null) clearInterval(timer);
      timer = null;
      isFlipped.value = !isFlipped.value;
    },
    toggleConvention: () =>
      void (convention.value = convention.value === 'radiological' ? 'neurological' : 'radiological'),
    nextPlane: () =>
      void (activePlane.value = planes[(planes.indexOf(activePlane.value) + 1) % planes.length] ?? 'axial'),
    splitAt: (share: number) => void (split.value = Math.min(1, Math.max(0, share))),
    point: (at: Vector3) => void (crosshair.value = clamped(at)),
    pan: (by: Vector3) => void (centre.value = moved(centre.value, [by, 1])),
    zoomBy: (factor: number) =>
      void (zoom.value = Math.min(zoomLimits[1], Math.max(zoomLimits[0], zoom.value * factor))),
    setWindow,
    /** A drag of the mouse over shares of the pane; `isStart` for its first step. A window that two scans share stays shared. */
    dragWindow(side: Side, right: number, up: number, isStart: boolean): void {
      if (isStart || dragStart === null) dragStart = windows.value[side];
      const isShared = side !== 'difference' && windows.value.a === windows.value.b;
      const window = draggedWindow(dragStart, right, up);
      // Differences stay symmetric: nothing is black.
      const half = Math.max(Math.abs(window.low), Math.abs(window.high));
      if (isShared) windows.value = { ...windows.value, a: window, b: window };
      else setWindow(side, side === 'difference' ? { low: -half, high: half } : window);
    },
  };
}
