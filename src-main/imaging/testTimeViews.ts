/**
 * The same scan seen otherwise: mirrored, or moved by one voxel of the finer grid. A network that knows what is there
 * answers alike; where its answers spread, its detail is a guess (test-time augmentation; Wang et al. 2019,
 * Neurocomputing 338:34). Shifts by whole voxels of the scan change nothing but the borders: it is convolutions alone.
 */
import type { Factor } from '#shared/volume/factor.ts';
import type { Axis } from '#shared/volume/orientation.ts';
import type { Volume } from '#shared/volume/volume.ts';
import { shiftAxis } from './enlarge.ts';

type Grid = Pick<Volume, 'size' | 'data'>;

export interface View {
  /** The scan in this view. */
  show(low: Grid): Grid;
  /** The result in this view, as it lies without it. */
  takeBack(high: Grid): Grid;
}

const axes: readonly Axis[] = [0, 1, 2];

/** Every voxel is that at `placeOf` its own place along the axis. */
function rearrange({ size, data }: Grid, axis: Axis, placeOf: (at: number, length: number) => number): Grid {
  const length = size[axis];
  const stride = axis === 0 ? 1 : axis === 1 ? size[0] : size[0] * size[1];
  const result = new Float32Array(data.length);
  for (let index = 0; index < data.length; index++) {
    const at = Math.floor(index / stride) % length;
    result[index] = data[index + (placeOf(at, length) - at) * stride]!;
  }
  return { size, data: result };
}

function mirroredView(along: readonly Axis[]): View {
  const mirror = (grid: Grid): Grid =>
    along.reduce((mirrored, axis) => rearrange(mirrored, axis, (at, length) => length - 1 - at), grid);
  return { show: mirror, takeBack: mirror };
}

/** By one fine voxel along `axis`, which is 1 / f of the scan's: interpolated by a spline, as no other is as sharp. */
function shiftedView(axis: Axis, f: number): View {
  return {
    show: (low) => ({ size: low.size, data: shiftAxis(low, axis, 1 / f) }),
    takeBack: (high) => rearrange(high, axis, (at) => Math.max(0, at - 1)),
  };
}

/** As it is, four mirrored ones, and a shifted one for each axis that is made finer. */
export function testTimeViews(factor: Factor): readonly View[] {
  return [
    mirroredView([]),
    ...axes.map((axis) => mirroredView([axis])),
    mirroredView(axes),
    ...axes.filter((axis) => factor[axis] > 1).map((axis) => shiftedView(axis, factor[axis])),
  ];
}
