/**
 * A volume on a finer grid by interpolation: what a super-resolved scan is compared with. The fine grid has `factor`
 * voxels in each of the volume's, so that the outer faces of both coincide. And shifts by a part of a voxel.
 */
import type { Vector3 } from '#shared/volume/affine.ts';
import { fineAffine, type Factor } from '#shared/volume/factor.ts';
import type { Volume } from '#shared/volume/volume.ts';
import { filterSpline } from './bspline.ts';

/**
 * `nearest`: every voxel becomes a block. `linear`: trilinear, the outermost voxels go on beyond the faces. `cubic`: the
 * cubic B-spline through all voxels, mirrored at the outermost voxels' centres.
 */
export const interpolations = ['nearest', 'linear', 'cubic'] as const;
export type Interpolation = (typeof interpolations)[number];

/** What a voxel of the result reads: `weights`, from voxel `i + first` on. */
interface Taps {
  readonly first: number;
  readonly weights: readonly number[];
}

const weightsOf: Readonly<Record<Interpolation, (t: number) => readonly number[]>> = {
  nearest: (t) => (t < 0.5 ? [1, 0] : [0, 1]),
  linear: (t) => [1 - t, t],
  cubic: (t) => [
    (1 - t) ** 3 / 6,
    (3 * t ** 3 - 6 * t ** 2 + 4) / 6,
    (-3 * t ** 3 + 3 * t ** 2 + 3 * t + 1) / 6,
    t ** 3 / 6,
  ],
};

/** For a place in voxels from the centre of voxel i. */
function tapsAt(place: number, method: Interpolation): Taps {
  const whole = Math.floor(place);
  return { first: whole - (method === 'cubic' ? 1 : 0), weights: weightsOf[method](place - whole) };
}

const repeated = (at: number, length: number): number => Math.min(length - 1, Math.max(0, at));

/** … 2 1 | 0 1 2 … n−1 | n−2 …: whole-sample symmetry. */
function mirrored(at: number, length: number): number {
  if (length === 1) return 0;
  const period = 2 * (length - 1);
  const wrapped = ((at % period) + period) % period;
  return wrapped < length ? wrapped : period - wrapped;
}

interface Grid {
  readonly data: Float32Array;
  readonly size: Vector3;
}

/** Along one axis: voxel f · i + p of the result lies at `places[p]` from the centre of voxel i; f = places.length. */
function sampleAxis(
  { data, size }: Grid,
  axis: 0 | 1 | 2,
  places: readonly number[],
  method: Interpolation,
): Float32Array {
  const f = places.length;
  const length = size[axis];
  const inner = axis === 0 ? 1 : axis === 1 ? size[0] : size[0] * size[1]; // voxels in a line across the axis
  const outer = data.length / (inner * length);
  const placeOf = method === 'cubic' ? mirrored : repeated;
  const phases = places.map((place) => tapsAt(place, method));
  const result = new Float32Array(data.length * f);
  for (let n = 0; n < length; n++) {
    for (const [phase, { first, weights }] of phases.entries()) {
      for (const [tap, weight] of weights.entries()) {
        if (weight === 0) continue;
        const from = placeOf(n + first + tap, length);
        for (let block = 0; block < outer; block++) {
          const source = (block * length + from) * inner;
          const target = ((block * length + n) * f + phase) * inner;
          for (let index = 0; index < inner; index++) result[target + index]! += weight * data[source + index]!;
        }
      }
    }
  }
  return result;
}

/** The volume with `factor` times as many voxels, placed where it was. */
export function enlarge(volume: Volume, factor: Factor, method: Interpolation): Volume {
  let { data } = volume;
  const size: [number, number, number] = [...volume.size];
  for (const axis of [0, 1, 2] as const) {
    const f = factor[axis];
    if (f === 1) continue; // the spline passes through the voxels
    const source = method === 'cubic' ? filterSpline({ data, size }, axis) : data;
    const places = Array.from({ length: f }, (_, phase) => (phase - (f - 1) / 2) / f);
    data = sampleAxis({ data: source, size }, axis, places, method);
    size[axis] *= f;
  }
  return { size, affine: fineAffine(volume.affine, factor), data: data === volume.data ? data.slice() : data };
}

/** The voxels that lie `shift` voxels farther along one axis, on the cubic B-spline through all. */
export function shiftAxis(grid: Grid, axis: 0 | 1 | 2, shift: number): Float32Array {
  return sampleAxis({ ...grid, data: filterSpline(grid, axis) }, axis, [shift], 'cubic');
}
