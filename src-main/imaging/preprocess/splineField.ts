/**
 * A smooth field as a lattice of cubic B-splines, fitted to samples on a regular grid by multilevel approximation (Lee,
 * Wolberg & Shin 1997, IEEE Trans. Vis. Comput. Graph. 3:228). On a regular grid the sums of that paper are products of
 * one sum an axis, so that fitting and evaluating cost a few operations a sample.
 */
import type { Vector3 } from '#shared/volume/affine.ts';

/** Coefficients of the field over `spans` intervals an axis: `spans + 3` of them along each, x fastest. */
export interface Lattice {
  readonly spans: Vector3;
  readonly coefficients: Float64Array;
}

/** Samples along one axis: the first is at `start` spans from the lattice's beginning, the others `step` spans apart. */
interface AxisSamples {
  readonly count: number;
  readonly start: number;
  readonly step: number;
}

/** A regular grid of samples in the lattice's domain. */
export type LatticeGrid = readonly [AxisSamples, AxisSamples, AxisSamples];

/** For each sample of an axis the first of its four coefficients, and their weights. */
interface AxisWeights {
  readonly coefficients: number;
  readonly first: Int32Array;
  readonly weights: Float64Array;
}
type GridWeights = readonly [AxisWeights, AxisWeights, AxisWeights];

/** Coefficients beyond the spans: a cubic reaches four. */
const order = 3;

export function emptyLattice(spans: Vector3): Lattice {
  return { spans, coefficients: new Float64Array((spans[0] + order) * (spans[1] + order) * (spans[2] + order)) };
}

/** The four weights at each sample, changed by `change` (given the weights' sum of squares). */
function weightsAlong(
  { count, start, step }: AxisSamples,
  spans: number,
  change: (weight: number, squares: number) => number,
): AxisWeights {
  const first = new Int32Array(count);
  const weights = new Float64Array(4 * count);
  for (let at = 0; at < count; at++) {
    const place = Math.max(0, Math.min(spans, start + at * step));
    const span = Math.min(spans - 1, Math.floor(place));
    const t = place - span;
    const basis = [(1 - t) ** 3 / 6, (3 * t ** 3 - 6 * t ** 2 + 4) / 6, (-3 * t ** 3 + 3 * t ** 2 + 3 * t + 1) / 6, t ** 3 / 6]; // prettier-ignore
    const squares = basis.reduce((sum, weight) => sum + weight * weight, 0);
    first[at] = span;
    basis.forEach((weight, tap) => {
      weights[4 * at + tap] = change(weight, squares);
    });
  }
  return { coefficients: spans + order, first, weights };
}

function weightsOn(
  grid: LatticeGrid,
  spans: Vector3,
  change: (weight: number, squares: number) => number = (weight) => weight,
): GridWeights {
  return [
    weightsAlong(grid[0], spans[0], change),
    weightsAlong(grid[1], spans[1], change),
    weightsAlong(grid[2], spans[2], change),
  ];
}

type Numbers = Float64Array | Float32Array;

/** Sums samples into coefficients along the middle axis of [outer, axis, inner]. */
function gatherAxis(data: Numbers, inner: number, { coefficients, first, weights }: AxisWeights): Float64Array {
  const samples = first.length;
  const outer = data.length / (samples * inner);
  const result = new Float64Array(outer * coefficients * inner);
  for (let o = 0, from = 0; o < outer; o++) {
    for (let at = 0; at < samples; at++, from += inner) {
      const to = (o * coefficients + first[at]!) * inner;
      for (let tap = 0; tap < 4; tap++) {
        const weight = weights[4 * at + tap]!;
        const target = to + tap * inner;
        for (let i = 0; i < inner; i++) result[target + i]! += weight * data[from + i]!;
      }
    }
  }
  return result;
}

/** The field at the samples from the coefficients along the middle axis of [outer, axis, inner]. */
function spreadAxis(data: Float64Array, inner: number, { coefficients, first, weights }: AxisWeights): Float64Array {
  const samples = first.length;
  const outer = data.length / (coefficients * inner);
  const result = new Float64Array(outer * samples * inner);
  for (let o = 0, to = 0; o < outer; o++) {
    for (let at = 0; at < samples; at++, to += inner) {
      const from = (o * coefficients + first[at]!) * inner;
      for (let tap = 0; tap < 4; tap++) {
        const weight = weights[4 * at + tap]!;
        const source = from + tap * inner;
        for (let i = 0; i < inner; i++) result[to + i]! += weight * data[source + i]!;
      }
    }
  }
  return result;
}

const gather = (data: Numbers, [x, y, z]: GridWeights): Float64Array =>
  gatherAxis(gatherAxis(gatherAxis(data, 1, x), x.coefficients, y), x.coefficients * y.coefficients, z);

/** Fits lattices of the same spans to values on one grid with the same weights. */
export interface LatticeFit {
  /** Approximates `values`, one for each sample of the grid. */
  fit(values: Float64Array): Lattice;
  /** The field of a lattice at every sample of the grid, x fastest. */
  evaluate(lattice: Lattice): Float64Array;
}

/** `confidence` of each sample: 0 leaves it out. */
export function createLatticeFit(grid: LatticeGrid, spans: Vector3, confidence: Float32Array): LatticeFit {
  const plain = weightsOn(grid, spans);
  const cubes = weightsOn(grid, spans, (weight, squares) => weight ** 3 / squares);
  const total = gather(confidence, weightsOn(grid, spans, (weight) => weight * weight)); // prettier-ignore
  return {
    fit: (values) => {
      const coefficients = gather(
        values.map((value, index) => value * confidence[index]!),
        cubes,
      );
      for (let index = 0; index < coefficients.length; index++)
        coefficients[index] = total[index]! > 0 ? coefficients[index]! / total[index]! : 0;
      return { spans, coefficients };
    },
    evaluate: ({ coefficients }) => evaluateWith(coefficients, plain),
  };
}

function evaluateWith(coefficients: Float64Array, [x, y, z]: GridWeights): Float64Array {
  const alongZ = spreadAxis(coefficients, x.coefficients * y.coefficients, z);
  return spreadAxis(spreadAxis(alongZ, x.coefficients, y), 1, x);
}

/** Calls `visit` with the field of each plane of the grid along z (an array used again for the next one). */
export function forPlanes(lattice: Lattice, grid: LatticeGrid, visit: (z: number, field: Float64Array) => void): void {
  const [x, y, z] = weightsOn(grid, lattice.spans);
  const plane = x.coefficients * y.coefficients;
  const alongZ = spreadAxis(lattice.coefficients, plane, z);
  for (let k = 0; k < grid[2].count; k++)
    visit(k, spreadAxis(spreadAxis(alongZ.subarray(k * plane, (k + 1) * plane), x.coefficients, y), 1, x));
}

/** Twice as many spans along [outer, axis, inner] by the subdivision of cubic B-splines: the field stays what it is. */
function refineAxis(data: Float64Array, inner: number, spans: number): Float64Array {
  const [from, to] = [spans + order, 2 * spans + order];
  const outer = data.length / (from * inner);
  const result = new Float64Array(outer * to * inner);
  for (let o = 0; o < outer; o++) {
    for (let k = 0; k < to; k++) {
      const low = o * from + (k >> 1);
      for (let i = 0; i < inner; i++) {
        const at = (index: number): number => data[index * inner + i]!;
        result[(o * to + k) * inner + i] =
          k % 2 === 0 ? (at(low) + at(low + 1)) / 2 : (at(low) + 6 * at(low + 1) + at(low + 2)) / 8;
      }
    }
  }
  return result;
}

/** The same field on a lattice of twice as many spans. */
export function refineLattice({ spans: [x, y, z], coefficients }: Lattice): Lattice {
  const alongX = refineAxis(coefficients, 1, x);
  const alongY = refineAxis(alongX, 2 * x + order, y);
  return { spans: [2 * x, 2 * y, 2 * z], coefficients: refineAxis(alongY, (2 * x + order) * (2 * y + order), z) };
}

/** Adds `addend`, of the same spans, to `lattice`. */
export function addLattices({ spans, coefficients }: Lattice, addend: Lattice): Lattice {
  return { spans, coefficients: coefficients.map((value, index) => value + addend.coefficients[index]!) };
}
