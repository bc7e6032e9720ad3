/** How far many volumes differ, voxel by voxel. */

export interface Spread {
  add(values: Float32Array): void;
  /** Sample standard deviation; 0 for fewer than two volumes. */
  deviation(): Float32Array;
}

/** One volume at a time, in two numbers a voxel (Welford 1962, Technometrics 4:419). */
export function createSpread(voxels: number): Spread {
  const mean = new Float64Array(voxels);
  const squares = new Float64Array(voxels);
  let count = 0;
  return {
    add: (values) => {
      count++;
      for (let index = 0; index < voxels; index++) {
        const difference = values[index]! - mean[index]!;
        mean[index]! += difference / count;
        squares[index]! += difference * (values[index]! - mean[index]!);
      }
    },
    deviation: () => Float32Array.from(squares, (sum) => Math.sqrt(sum / Math.max(1, count - 1))),
  };
}
