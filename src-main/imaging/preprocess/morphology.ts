/** Morphology of binary volumes (0 and 1) with balls in mm, whatever the voxels' shape. Nothing is changed in place. */
import type { Vector3 } from '#shared/volume/affine.ts';
import { squaredDistance } from './distance.ts';

/** Voxels along the axes of a binary volume, and their sizes in mm. */
export interface VoxelGrid {
  readonly size: Vector3;
  readonly spacing: Vector3;
}

/** 1 where `values` lie above `low` and at or below `high`. */
export function between(values: Float32Array, low: number, high: number): Uint8Array {
  const mask = new Uint8Array(values.length);
  for (let index = 0; index < values.length; index++)
    mask[index] = values[index]! > low && values[index]! <= high ? 1 : 0;
  return mask;
}

export function intersect(a: Uint8Array, b: Uint8Array): Uint8Array {
  const mask = new Uint8Array(a.length);
  for (let index = 0; index < a.length; index++) mask[index] = a[index]! & b[index]!;
  return mask;
}

export function countOnes(mask: Uint8Array): number {
  let count = 0;
  for (const mark of mask) count += mark;
  return count;
}

/** All within `mm` of the mask. */
export function dilate(mask: Uint8Array, { size, spacing }: VoxelGrid, mm: number): Uint8Array {
  return between(squaredDistance(mask, size, spacing, 1), -1, mm * mm);
}

/** What lies farther than `mm` from anything outside of the mask; the faces of the volume do not count as outside. */
export function erode(mask: Uint8Array, { size, spacing }: VoxelGrid, mm: number): Uint8Array {
  return between(squaredDistance(mask, size, spacing, 0), mm * mm, Infinity);
}

export function open(mask: Uint8Array, grid: VoxelGrid, mm: number): Uint8Array {
  return dilate(erode(mask, grid, mm), grid, mm);
}

export function close(mask: Uint8Array, grid: VoxelGrid, mm: number): Uint8Array {
  return erode(dilate(mask, grid, mm), grid, mm);
}

/** In place: what in a plane of zeros and ones the outside does not reach becomes 1. */
function fillPlane(plane: Uint8Array, width: number, height: number): void {
  const outside = 2;
  const stack: number[] = [];
  const reach = (index: number): void => {
    if (plane[index] !== 0) return;
    plane[index] = outside;
    stack.push(index);
  };
  for (let x = 0; x < width; x++) [x, x + width * (height - 1)].forEach(reach);
  for (let y = 0; y < height; y++) [y * width, y * width + width - 1].forEach(reach);
  for (let index = stack.pop(); index !== undefined; index = stack.pop()) {
    const x = index % width;
    if (x > 0) reach(index - 1);
    if (x < width - 1) reach(index + 1);
    if (index >= width) reach(index - width);
    if (index < width * (height - 1)) reach(index + width);
  }
  for (let index = 0; index < plane.length; index++) plane[index] = plane[index] === outside ? 0 : 1;
}

/** The mask and what it encloses in any slice along any axis: a head is full although its neck is cut open. */
export function fillSlices(mask: Uint8Array, size: Vector3): Uint8Array {
  const filled = Uint8Array.from(mask);
  const strides = [1, size[0], size[0] * size[1]] as const;
  for (const [axis, u, v] of [
    [0, 1, 2],
    [1, 0, 2],
    [2, 0, 1],
  ] as const) {
    // prettier-ignore
    const plane = new Uint8Array(size[u] * size[v]);
    for (let slice = 0; slice < size[axis]; slice++) {
      const place = (a: number, b: number): number => slice * strides[axis] + a * strides[u] + b * strides[v];
      for (let b = 0, at = 0; b < size[v]; b++) for (let a = 0; a < size[u]; a++, at++) plane[at] = mask[place(a, b)]!;
      fillPlane(plane, size[u], size[v]);
      for (let b = 0, at = 0; b < size[v]; b++)
        for (let a = 0; a < size[u]; a++, at++) filled[place(a, b)]! |= plane[at]!;
    }
  }
  return filled;
}
