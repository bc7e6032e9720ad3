/**
 * The three views and their geometry: which way each looks, which letters stand at its edges, and how points in RAS+
 * millimetres and points of a pane (pixels, from its upper left) go over into each other. Views are aligned with the
 * world, not with the voxels, so the letters hold for every scan, however it was stored.
 *
 * Radiological: the patient's left is on the right of the picture. Neurological: it is on the left. The sagittal view
 * shows the nose to the left in both.
 */
import type { AffineMatrix } from '#contract/records.ts';
import { applyAffine, type Vector3 } from '#shared/volume/affine.ts';

export const planes = ['axial', 'sagittal', 'coronal'] as const;
export type Plane = (typeof planes)[number];
export type Convention = 'radiological' | 'neurological';

export interface View {
  /** Unit vectors in RAS+: where the right of the picture, its top, and the viewer are. */
  readonly right: Vector3;
  readonly up: Vector3;
  readonly toViewer: Vector3;
}

const left: Vector3 = [-1, 0, 0];
const right: Vector3 = [1, 0, 0];
const anterior: Vector3 = [0, 1, 0];
const posterior: Vector3 = [0, -1, 0];
const superior: Vector3 = [0, 0, 1];
const inferior: Vector3 = [0, 0, -1];

/** Each view is a rotation (right × up = towards the viewer), never a mirror image of the head. */
export function viewOf(plane: Plane, convention: Convention): View {
  const isRadiological = convention === 'radiological';
  switch (plane) {
    case 'axial':
      return isRadiological
        ? { right: left, up: anterior, toViewer: inferior }
        : { right, up: anterior, toViewer: superior };
    case 'coronal':
      return isRadiological
        ? { right: left, up: superior, toViewer: anterior }
        : { right, up: superior, toViewer: posterior };
    case 'sagittal':
      return { right: posterior, up: superior, toViewer: left };
  }
}

function letterOf([x, y, z]: Vector3): string {
  if (x !== 0) return x > 0 ? 'R' : 'L';
  if (y !== 0) return y > 0 ? 'A' : 'P';
  return z > 0 ? 'S' : 'I';
}

const opposite = ([x, y, z]: Vector3): Vector3 => [-x, -y, -z];

export interface EdgeLetters {
  readonly left: string;
  readonly right: string;
  readonly top: string;
  readonly bottom: string;
}

/** What lies towards each edge of the picture. */
export function edgeLetters(view: View): EdgeLetters {
  return {
    left: letterOf(opposite(view.right)),
    right: letterOf(view.right),
    top: letterOf(view.up),
    bottom: letterOf(opposite(view.up)),
  };
}

export interface PaneSize {
  readonly width: number;
  readonly height: number;
}

/** What a pane shows: the point in its middle and its scale. */
export interface Frame {
  readonly centreMm: Vector3;
  readonly mmPerPixel: number;
}

const dot = (a: Vector3, b: Vector3): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

/** `point` moved by `amount` times each direction. */
export function moved(point: Vector3, ...steps: readonly (readonly [Vector3, number])[]): Vector3 {
  let [x, y, z] = point;
  for (const [direction, amount] of steps) {
    x += direction[0] * amount;
    y += direction[1] * amount;
    z += direction[2] * amount;
  }
  return [x, y, z];
}

/** Where a point stands in the pane, seen straight on. */
export function worldToPane(point: Vector3, view: View, frame: Frame, pane: PaneSize): { x: number; y: number } {
  const offset = moved(point, [frame.centreMm, -1]);
  return {
    x: pane.width / 2 + dot(offset, view.right) / frame.mmPerPixel,
    y: pane.height / 2 - dot(offset, view.up) / frame.mmPerPixel,
  };
}

/** The point of the plane through the frame's centre that is seen at a place of the pane. */
export function paneToWorld(at: { x: number; y: number }, view: View, frame: Frame, pane: PaneSize): Vector3 {
  return moved(
    frame.centreMm,
    [view.right, (at.x - pane.width / 2) * frame.mmPerPixel],
    [view.up, (pane.height / 2 - at.y) * frame.mmPerPixel],
  );
}

/** Takes what is along the view's normal from `depth` and the rest from `inPlane`. */
export function onSlice(inPlane: Vector3, depth: Vector3, view: View): Vector3 {
  const gap = dot(depth, view.toViewer) - dot(inPlane, view.toViewer);
  return moved(inPlane, [view.toViewer, gap]);
}

export interface Box {
  readonly least: Vector3;
  readonly greatest: Vector3;
}

/** The box in RAS+ mm around all voxels, edges included. */
export function boundingBox(size: Vector3, affine: AffineMatrix): Box {
  const least: [number, number, number] = [Infinity, Infinity, Infinity];
  const greatest: [number, number, number] = [-Infinity, -Infinity, -Infinity];
  for (let corner = 0; corner < 8; corner++) {
    const at = (axis: 0 | 1 | 2): number => ((corner >> axis) & 1 ? size[axis] - 0.5 : -0.5);
    const point = applyAffine(affine, [at(0), at(1), at(2)]);
    for (const axis of [0, 1, 2] as const) {
      least[axis] = Math.min(least[axis], point[axis]);
      greatest[axis] = Math.max(greatest[axis], point[axis]);
    }
  }
  return { least, greatest };
}

export function centreOf({ least, greatest }: Box): Vector3 {
  return [(least[0] + greatest[0]) / 2, (least[1] + greatest[1]) / 2, (least[2] + greatest[2]) / 2];
}

/** A margin of a twentieth keeps the letters off the head. */
const margin = 1.05;

/** The scale at which the whole box fits into the pane, in mm a pixel. */
export function fittingScale({ least, greatest }: Box, view: View, pane: PaneSize): number {
  const extent = moved(greatest, [least, -1]);
  const across = Math.abs(dot(extent, view.right));
  const upright = Math.abs(dot(extent, view.up));
  return margin * Math.max(across / Math.max(1, pane.width), upright / Math.max(1, pane.height));
}
