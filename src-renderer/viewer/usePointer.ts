/** What mouse and pen do on a view: point, pan, change the window, scroll, zoom. */
import type { Vector3 } from '#shared/volume/affine.ts';
import type { ShallowRef } from 'vue';
import { moved, paneToWorld, type Frame, type PaneSize, type View } from './views.ts';

interface PointerOptions {
  /** What is drawn into; pointers are held by it while a button is down. */
  readonly element: Readonly<ShallowRef<HTMLElement | null>>;
  readonly place: () => { readonly view: View; readonly frame: Frame; readonly pane: PaneSize };
  readonly tell: {
    activated(): void;
    /** A point in RAS+ mm. */
    pointed(at: Vector3): void;
    panned(byMm: Vector3): void;
    /** Shares of the pane since the drag began. */
    windowed(right: number, up: number, isStart: boolean): void;
    zoomed(factor: number): void;
    scrolled(steps: number): void;
  };
}

type Drag = { readonly kind: 'point' } | { readonly kind: 'pan' | 'window'; x: number; y: number; isStart: boolean };

const wheelZoom = 1.1;

export function usePointer({ element, place, tell }: PointerOptions) {
  let drag: Drag | null = null;

  function pointAt(event: MouseEvent): void {
    const { view, frame, pane } = place();
    const box = element.value?.getBoundingClientRect();
    const at = { x: event.clientX - (box?.left ?? 0), y: event.clientY - (box?.top ?? 0) };
    tell.pointed(paneToWorld(at, view, frame, pane));
  }

  return {
    onDown(event: PointerEvent): void {
      if (event.button > 2) return;
      tell.activated();
      element.value?.setPointerCapture(event.pointerId);
      const start = { x: event.clientX, y: event.clientY, isStart: true };
      if (event.button === 2) drag = { kind: 'window', ...start };
      else if (event.button === 1 || event.shiftKey) drag = { kind: 'pan', ...start };
      else {
        drag = { kind: 'point' };
        pointAt(event);
      }
    },
    onMove(event: PointerEvent): void {
      if (drag === null) return;
      if (drag.kind === 'point') return pointAt(event);
      const { view, frame, pane } = place();
      const [dx, dy] = [event.clientX - drag.x, event.clientY - drag.y];
      if (drag.kind === 'window') {
        tell.windowed(dx / pane.width, -dy / pane.height, drag.isStart);
        drag.isStart = false;
        return;
      }
      tell.panned(moved([0, 0, 0], [view.right, -dx * frame.mmPerPixel], [view.up, dy * frame.mmPerPixel]));
      drag.x = event.clientX;
      drag.y = event.clientY;
    },
    onUp(): void {
      drag = null;
    },
    onWheel(event: WheelEvent): void {
      tell.activated();
      if (event.deltaY === 0) return;
      if (event.ctrlKey) tell.zoomed(event.deltaY < 0 ? wheelZoom : 1 / wheelZoom);
      else tell.scrolled(event.deltaY < 0 ? 1 : -1);
    },
  };
}
