/** What each key of the viewer does to how the scans are looked at. */
import type { Vector3 } from '#shared/volume/affine.ts';
import type { Action } from './keys.ts';
import type { Side, Viewing } from './useViewing.ts';
import { moved, viewOf, type View } from './views.ts';

/** Millimetres that a key pans at zoom 1; less when zoomed in. */
const panMm = 10;
const zoomStep = 1.2;
/** Shares of a pane's height, as if the mouse had been dragged so far. */
const windowStep = 0.05;
const opacityStep = 0.1;

interface Situation {
  readonly viewing: Viewing;
  /** The finest voxel size. */
  readonly stepMm: number;
  /** Whose window the keys change. */
  readonly side: Side;
}

/** Slices are counted up towards right, anterior and superior, whichever side they are looked at from. */
function forward({ toViewer: [x, y, z] }: View): Vector3 {
  return [Math.abs(x), Math.abs(y), Math.abs(z)];
}

export function performAction(
  action: Exclude<Action, 'help' | 'screenshot'>,
  { viewing, stepMm, side }: Situation,
): void {
  const view = viewOf(viewing.activePlane.value, viewing.convention.value);
  const walk = (direction: Vector3, steps: number): void =>
    viewing.point(moved(viewing.crosshair.value, [direction, steps * stepMm]));
  const pan = (direction: Vector3, sign: number): void =>
    viewing.pan(moved([0, 0, 0], [direction, (sign * panMm) / viewing.zoom.value]));
  const shade = (right: number, up: number): void => {
    viewing.dragWindow(side, right, up, true);
  };
  const fade = (by: number): void => {
    const opacity = Math.min(1, Math.max(0, viewing.labelOpacity.value + by));
    viewing.labelOpacity.value = Math.round(opacity * 100) / 100;
  };
  switch (action) {
    case 'sliceNext':
      return walk(forward(view), 1);
    case 'slicePrevious':
      return walk(forward(view), -1);
    case 'sliceNextTen':
      return walk(forward(view), 10);
    case 'slicePreviousTen':
      return walk(forward(view), -10);
    case 'moveLeft':
      return walk(view.right, -1);
    case 'moveRight':
      return walk(view.right, 1);
    case 'moveUp':
      return walk(view.up, 1);
    case 'moveDown':
      return walk(view.up, -1);
    case 'paneNext':
      return viewing.nextPlane();
    // The picture goes where the arrow points, so its centre goes the other way.
    case 'panLeft':
      return pan(view.right, 1);
    case 'panRight':
      return pan(view.right, -1);
    case 'panUp':
      return pan(view.up, -1);
    case 'panDown':
      return pan(view.up, 1);
    case 'zoomIn':
      return viewing.zoomBy(zoomStep);
    case 'zoomOut':
      return viewing.zoomBy(1 / zoomStep);
    case 'windowAuto':
      return viewing.autoWindows();
    case 'windowBrighter':
      return shade(0, windowStep);
    case 'windowDarker':
      return shade(0, -windowStep);
    case 'windowWider':
      return shade(windowStep, 0);
    case 'windowNarrower':
      return shade(-windowStep, 0);
    case 'reset':
      return viewing.reset();
    case 'convention':
      return viewing.toggleConvention();
    case 'crosshair':
      viewing.showsCrosshair.value = !viewing.showsCrosshair.value;
      return;
    case 'labels':
      viewing.showsLabels.value = !viewing.showsLabels.value;
      return;
    case 'labelsMore':
      return fade(opacityStep);
    case 'labelsLess':
      return fade(-opacityStep);
    case 'compareSide':
      return viewing.toggleMode('side');
    case 'compareSplit':
      return viewing.toggleMode('split');
    case 'compareFlicker':
      return viewing.toggleMode('flicker');
    case 'compareDifference':
      return viewing.toggleMode('difference');
    case 'compareSwap':
      if (viewing.mode.value === 'flicker') viewing.swap();
      return;
  }
}
