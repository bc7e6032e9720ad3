/**
 * What of a scan cannot be foretold from its surroundings: there a faint mark stands out. Each voxel is predicted from
 * the means of its 6 nearest, 12 diagonal and 8 corner neighbours by weights fitted to the very scan (least squares), and
 * the error is divided by the local variance. Filtered once more by the same weights it is the matched filter for a mark
 * in coloured noise (S⁻¹·x; Kay 1998, Fundamentals of Statistical Signal Processing II, section 4.4).
 */
import { factorise, solveFactorised } from '#shared/statistics/cholesky.ts';
import type { Volume } from '#shared/volume/volume.ts';
import { percentilesOf } from '../percentiles.ts';

/** What lies nearer to the background than this share of the range is background. */
const darkest = 0.05;
const rangePercentiles = [0.02, 0.995];
/** The variance of an error is taken over so many voxels to each side, and held above this share of the whole's. */
const reach = 2;
const leastVariance = 0.1;
/** Errors beyond so many standard deviations say no more than these. */
const mostDeviations = 3;
/** Against neighbours that are all alike: a share of the voxels, with intensities on [0, 1]. */
const ridge = 1e-6;
const unknowns = 4; // three shells and a constant

type Size = Volume['size'];

export interface Whitened {
  /** By voxel: how much a mark of +1 there would explain. 0 where nothing is known. */
  readonly evidence: Float32Array;
  /** By voxel: the standard deviation of what cannot be foretold, as a share of the intensity range; 0 where not known. */
  readonly deviation: Float32Array;
}

function shellsOf([nx, ny]: Size): readonly (readonly number[])[] {
  const shells: number[][] = [[], [], []];
  for (const z of [-1, 0, 1])
    for (const y of [-1, 0, 1])
      for (const x of [-1, 0, 1]) shells[Math.abs(x) + Math.abs(y) + Math.abs(z) - 1]?.push(x + nx * (y + ny * z));
  return shells;
}

/** Voxels of the brain whose 26 neighbours are in the volume. */
function insideOf(mask: Uint8Array, [nx, ny, nz]: Size): Int32Array {
  const inside: number[] = [];
  for (let z = 1; z < nz - 1; z++)
    for (let y = 1; y < ny - 1; y++)
      for (let x = 1; x < nx - 1; x++) {
        const at = x + nx * (y + ny * z);
        if (mask[at] === 1) inside.push(at);
      }
  return Int32Array.from(inside);
}

/** Means over the three shells around a voxel, into `means`. */
function surroundings(
  data: Float32Array,
  at: number,
  { shells, means }: { shells: readonly (readonly number[])[]; means: Float64Array },
): void {
  for (let shell = 0; shell < shells.length; shell++) {
    const offsets = shells[shell]!;
    let sum = 0;
    for (const offset of offsets) sum += data[at + offset]!;
    means[shell] = sum / offsets.length;
  }
}

/** Sums over a box of `reach` to each side, in the place of `data`. */
function boxSums(data: Float32Array, size: Size): void {
  const strides = [1, size[0], size[0] * size[1]];
  for (const [axis, stride] of strides.entries()) {
    const length = size[axis] ?? 1;
    const line = new Float64Array(length);
    for (let start = 0; start < data.length; start++) {
      if (Math.floor(start / stride) % length !== 0) continue;
      for (let step = 0; step < length; step++) line[step] = data[start + step * stride]!;
      for (let step = 0; step < length; step++) {
        let sum = 0;
        for (let near = Math.max(0, step - reach); near <= Math.min(length - 1, step + reach); near++)
          sum += line[near]!;
        data[start + step * stride] = sum;
      }
    }
  }
}

/** Weights of the three shells and a constant; null where the scan is too even to tell. */
function fitWeights(
  data: Float32Array,
  voxels: Int32Array,
  shells: readonly (readonly number[])[],
): Float64Array | null {
  const matrix = new Float64Array(unknowns ** 2);
  const weights = new Float64Array(unknowns);
  const means = new Float64Array(unknowns).fill(1);
  for (const at of voxels) {
    surroundings(data, at, { shells, means });
    for (let row = 0; row < unknowns; row++) {
      for (let column = 0; column < unknowns; column++)
        matrix[row * unknowns + column]! += means[row]! * means[column]!;
      weights[row]! += means[row]! * data[at]!;
    }
  }
  for (let row = 0; row < unknowns; row++) matrix[row * (unknowns + 1)]! += ridge * voxels.length;
  if (!factorise(matrix, unknowns)) return null;
  solveFactorised(matrix, weights);
  return weights;
}

/** `volume`: finite intensities in RAS order, in any unit. Null for one without a brain, or of one value. */
export function whiten({ data: intensities, size }: Volume): Whitened | null {
  const [low = 0, high = 0] = percentilesOf(intensities, null, rangePercentiles);
  if (!(high > low)) return null;
  const data = intensities.map((value) => (value - low) / (high - low));
  const mask = Uint8Array.from(data, (value) => (value > darkest ? 1 : 0));
  const shells = shellsOf(size);
  const means = new Float64Array(unknowns).fill(1);
  const neighbours = shells.flat();
  const surrounded = insideOf(mask, size).filter((at) => neighbours.every((offset) => mask[at + offset] === 1));
  const weights = surrounded.length < unknowns ? null : fitWeights(data, surrounded, shells);
  if (weights === null) return null;
  const predicted = (): number => {
    let sum = 0;
    for (let index = 0; index < unknowns; index++) sum += weights[index]! * means[index]!;
    return sum;
  };

  const error = new Float32Array(data.length);
  const squares = new Float32Array(data.length);
  const counts = new Float32Array(data.length);
  let total = 0;
  for (const at of surrounded) {
    surroundings(data, at, { shells, means });
    error[at] = data[at]! - predicted();
    squares[at] = error[at] ** 2;
    counts[at] = 1;
    total += squares[at];
  }
  if (total === 0) return null;
  boxSums(squares, size);
  boxSums(counts, size);
  const least = leastVariance * (total / surrounded.length);
  const deviation = new Float32Array(data.length);
  const score = new Float32Array(data.length);
  for (const at of surrounded) {
    const spread = Math.sqrt(Math.max(squares[at]! / counts[at]!, least));
    deviation[at] = spread;
    score[at] = Math.max(-mostDeviations, Math.min(mostDeviations, error[at]! / spread)) / spread;
  }

  const evidence = new Float32Array(data.length);
  means[unknowns - 1] = 0; // a constant explains nothing
  for (const at of insideOf(mask, size)) {
    surroundings(score, at, { shells, means });
    evidence[at] = score[at]! - predicted();
  }
  return { evidence, deviation };
}
