/**
 * The scanner model: what a scan with larger voxels or thicker slices would have shown. Training pairs, `doppel degrade`,
 * the check of a result against its input and the evaluation all use this code.
 *
 * A slice profile along each axis that is made coarser, then Gaussian noise. Beyond the faces of a scan its outermost
 * voxels are repeated. Voxels at the far end of an axis that fill no block are seen by the profile, but get no coarse
 * voxel of their own: the coarse grid has ⌊n / f⌋ voxels and begins at the same face.
 */
import { AppError } from '#contract/errors.ts';
import { createRandom, type Random } from '#shared/random.ts';
import type { Vector3 } from '#shared/volume/affine.ts';
import { coarseAffine, formatFactor, type Factor, type SliceProfile } from '#shared/volume/factor.ts';
import type { Volume } from '#shared/volume/volume.ts';
import { faceVoxels } from './nonFinite.ts';
import { percentilesOf } from './percentiles.ts';
import { profileReach, profileWeights } from './sliceProfile.ts';

export interface ScannerModel {
  readonly factor: Factor;
  readonly profile: SliceProfile;
}

export interface IntensityScale {
  /** What noise is a fraction of: from dark to bright. */
  readonly range: number;
  /** The exact value of what is not tissue, which stays free of noise; null where the scan has no such value. */
  readonly background: number | null;
}

/** Of volumes on a dataset's grid. */
export const normalisedScale: IntensityScale = { range: 2, background: -1 };

export interface Degradation extends ScannerModel {
  /** Standard deviation of the noise as a fraction of the intensity range. */
  readonly noise: number;
  readonly seed: number;
}

/** Voxels of the coarse grid of a volume of `size`. Throws AppError 'bad-input' where an axis is shorter than a block. */
function coarseSize(size: Vector3, factor: Factor): Vector3 {
  const coarse: Vector3 = [
    Math.floor(size[0] / factor[0]),
    Math.floor(size[1] / factor[1]),
    Math.floor(size[2] / factor[2]),
  ];
  if (Math.min(...coarse) > 0) return coarse;
  throw new AppError(
    'bad-input',
    `A scan of ${size.join(' × ')} voxels is too small to be made coarser by ${formatFactor(factor)}.`,
  );
}

/**
 * The scan as the scanner model shows it, in a RAS volume's own units, with the affine of the coarse grid. `scale` is
 * needed for noise alone. The same seed gives the same noise.
 */
export function degrade(
  volume: Volume,
  { noise, seed, ...model }: Degradation,
  scale = intensityScale(volume),
): Volume {
  const size = coarseSize(volume.size, model.factor);
  const data = degradeBlock(volume, { ...model, first: [0, 0, 0], count: size });
  addNoise(data, { deviation: noise * scale.range, background: scale.background }, createRandom(seed));
  return { size, affine: coarseAffine(volume.affine, model.factor), data };
}

export interface DegradeBlock extends ScannerModel {
  /** Where, in the voxels given, the block of the first coarse voxel begins. */
  readonly first: Vector3;
  /** Coarse voxels along x, y, z. */
  readonly count: Vector3;
}

/**
 * Coarse voxels of a piece of a scan, x fastest, without noise. With `profileReach` voxels around the blocks, or fewer
 * where the scan itself ends, they equal those of the whole scan bit for bit.
 */
export function degradeBlock(
  piece: Pick<Volume, 'size' | 'data'>,
  { factor, profile, first, count }: DegradeBlock,
): Float32Array {
  const reach = profileReach(factor, profile);
  let { data } = piece;
  const size: [number, number, number] = [...piece.size];
  for (const axis of [0, 1, 2] as const) {
    const f = factor[axis];
    if (f === 1 && first[axis] === 0 && count[axis] === size[axis]) continue;
    data = coarsenAxis({ data, size, axis }, profileWeights(f, profile), {
      start: first[axis] - reach[axis],
      step: f,
      count: count[axis],
    });
    size[axis] = count[axis];
  }
  return data === piece.data ? data.slice() : data;
}

interface AxisOf {
  readonly data: Float32Array;
  readonly size: Vector3;
  readonly axis: 0 | 1 | 2;
}

/** Weighted sums along one axis: that of line n begins at `start + step · n`; beyond the ends the outermost repeat. */
function coarsenAxis(
  { data, size, axis }: AxisOf,
  weights: Float64Array,
  { start, step, count }: { start: number; step: number; count: number },
): Float32Array {
  const length = size[axis];
  const inner = axis === 0 ? 1 : axis === 1 ? size[0] : size[0] * size[1]; // voxels in a line across the axis
  const outer = data.length / (inner * length);
  const result = new Float32Array(outer * count * inner);
  for (let block = 0, to = 0; block < outer; block++) {
    const base = block * length * inner;
    for (let n = 0; n < count; n++) {
      const first = start + step * n;
      for (let index = 0; index < inner; index++, to++) {
        let sum = 0;
        for (let tap = 0; tap < weights.length; tap++) {
          const at = first + tap < 0 ? 0 : first + tap >= length ? length - 1 : first + tap;
          sum += weights[tap]! * data[base + at * inner + index]!;
        }
        result[to] = sum;
      }
    }
  }
  return result;
}

/** Adds Gaussian noise in place, in voxel order; voxels that are exactly background stay so, and draw nothing. */
export function addNoise(
  data: Float32Array,
  { deviation, background }: { deviation: number; background: number | null },
  random: Random,
): void {
  if (deviation === 0) return;
  for (let index = 0; index < data.length; index++) {
    if (data[index] !== background) data[index]! += deviation * random.normal();
  }
}

/**
 * The scale of a scan in its own units: from its 0.1 to its 99.9 percentile, which for a brain in an empty field of view
 * is about the range that import brings to [-1, 1]. Background is what all of the outermost voxels show, if they agree.
 */
export function intensityScale({ data, size }: Volume): IntensityScale {
  const [low = 0, high = 0] = percentilesOf(data, null, [0.001, 0.999]);
  const faces = faceVoxels(data, size);
  const [first = 0] = faces;
  return { range: high - low, background: faces.every((value) => value === first) ? first : null };
}
