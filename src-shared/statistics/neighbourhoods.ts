/**
 * Fidelity and variety by nearest neighbours: precision and recall (Kynkäänniemi et al. 2019, arXiv 1904.06991), density
 * and coverage (Naeem et al. 2020, arXiv 2002.09797). Each row's neighbourhood is the ball that reaches to its k-th nearest
 * neighbour in its own sample, the row itself not counted.
 */
import type { Sample } from './kernelDiscrepancy.ts';

export interface Neighbourhoods {
  /** Share of made rows in the neighbourhood of a real one. */
  readonly precision: number;
  /** Share of real rows in the neighbourhood of a made one. */
  readonly recall: number;
  /** Real neighbourhoods that a made row lies in, over k; 1 on average between equal distributions, may exceed 1. */
  readonly density: number;
  /** Share of real rows whose neighbourhood holds a made one. */
  readonly coverage: number;
}

export interface NeighbourhoodOptions {
  /** 3 if not given, as published. */
  readonly forPrecision?: number;
  /** 5 if not given, as published. */
  readonly forDensity?: number;
}

function squaredDistance(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += (a[index]! - b[index]!) ** 2;
  return sum;
}

/** Squared radii to the k-th neighbour of each row. */
function radiiOf(sample: Sample, k: number): Float64Array {
  if (sample.length <= k)
    throw new RangeError(`A neighbourhood of ${String(k)} needs more than ${String(sample.length)} rows.`);
  return Float64Array.from(sample, (row, at) => {
    const distances = sample.flatMap((other, place) => (place === at ? [] : [squaredDistance(row, other)]));
    return Float64Array.from(distances).sort()[k - 1]!;
  });
}

/** What each row adds to a share: its mean over the rows is the measure. */
export interface NeighbourhoodRows {
  /** Of made rows. */
  readonly precision: readonly number[];
  readonly density: readonly number[];
  /** Of real rows. */
  readonly recall: readonly number[];
  readonly coverage: readonly number[];
}

/** Throws RangeError where a sample has no more rows than neighbours are asked for. */
export function neighbourhoodRows(
  real: Sample,
  made: Sample,
  { forPrecision = 3, forDensity = 5 }: NeighbourhoodOptions = {},
): NeighbourhoodRows {
  const across = made.map((row) => Float64Array.from(real, (other) => squaredDistance(row, other))); // [made][real]
  const [narrowReal, narrowMade] = [radiiOf(real, forPrecision), radiiOf(made, forPrecision)];
  const wideReal = radiiOf(real, forDensity);
  const places = [...real.keys()];
  const isIn = (holds: boolean): number => (holds ? 1 : 0);
  return {
    precision: across.map((row) => isIn(places.some((at) => row[at]! <= narrowReal[at]!))),
    density: across.map((row) => places.filter((at) => row[at]! <= wideReal[at]!).length / forDensity),
    recall: places.map((at) => isIn(across.some((row, madeAt) => row[at]! <= narrowMade[madeAt]!))),
    coverage: places.map((at) => isIn(across.some((row) => row[at]! <= wideReal[at]!))),
  };
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** The measures of the whole samples. Throws as `neighbourhoodRows` does. */
export function neighbourhoods(real: Sample, made: Sample, options: NeighbourhoodOptions = {}): Neighbourhoods {
  const { precision, recall, density, coverage } = neighbourhoodRows(real, made, options);
  return { precision: mean(precision), recall: mean(recall), density: mean(density), coverage: mean(coverage) };
}
