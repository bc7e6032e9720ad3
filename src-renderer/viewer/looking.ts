/** What a reader of a study may do with the scans, what was done, and the marks that were set. */
import { applyAffine, invertAffine, type Vector3 } from '#shared/volume/affine.ts';
import type { Action } from './keys.ts';
import type { ScanVoxels } from './reading.ts';
import { planes, type Plane } from './views.ts';

/** As studies allow them. */
export type ReadingTool = 'scroll' | 'window' | 'zoom';

/** A place in a scan: its voxel in the file, and where that is in RAS+ mm. */
export interface Mark {
  /** 0: the first scan; 1: the second of a pair. */
  readonly scan: number;
  readonly voxel: readonly [number, number, number];
  readonly atMm: Vector3;
}

const toolOf: Readonly<Partial<Record<Action, ReadingTool>>> = {
  sliceNext: 'scroll',
  slicePrevious: 'scroll',
  sliceNextTen: 'scroll',
  slicePreviousTen: 'scroll',
  moveLeft: 'scroll',
  moveRight: 'scroll',
  moveUp: 'scroll',
  moveDown: 'scroll',
  windowAuto: 'window',
  windowBrighter: 'window',
  windowDarker: 'window',
  windowWider: 'window',
  windowNarrower: 'window',
  zoomIn: 'zoom',
  zoomOut: 'zoom',
  panLeft: 'zoom',
  panRight: 'zoom',
  panUp: 'zoom',
  panDown: 'zoom',
};
const always = ['paneNext', 'reset', 'convention', 'crosshair'] as const satisfies readonly Action[];

/** What the action takes; null: every reader may; undefined: none may. */
export function toolFor(action: Action): ReadingTool | null | undefined {
  return (always as readonly Action[]).includes(action) ? null : toolOf[action];
}

const axisOf: Readonly<Record<Plane, 0 | 1 | 2>> = { sagittal: 0, coronal: 1, axial: 2 };

/** The three slices that are seen with the crosshair at `at`, a name each. */
export function slicesAt(at: Vector3, stepMm: number): readonly string[] {
  return planes.map((plane) => `${plane} ${String(Math.round(at[axisOf[plane]] / stepMm))}`);
}

/** Whether a mark lies in the slice that is seen, or next to it. */
export function isOnSlice({ atMm }: Mark, at: Vector3, plane: Plane, stepMm: number): boolean {
  const axis = axisOf[plane];
  return Math.abs(atMm[axis] - at[axis]) <= 1.5 * stepMm;
}

/** null outside of the scan. */
export function markAt({ fileAffine, fileSize }: ScanVoxels, scan: number, at: Vector3): Mark | null {
  const [x, y, z] = applyAffine(invertAffine(fileAffine), at).map(Math.round) as [number, number, number];
  const isInside = [x, y, z].every((index, axis) => index >= 0 && index < (fileSize[axis] ?? 0));
  return isInside ? { scan, voxel: [x, y, z], atMm: applyAffine(fileAffine, [x, y, z]) } : null;
}
