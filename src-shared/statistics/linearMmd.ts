/**
 * Squared maximum mean discrepancy with the linear kernel on voxels (Gretton et al. 2012, JMLR 13:723), the distance the
 * papers on α-GANs of brain volumes report (Kwon et al. 2019; Ferreira et al. 2022). It compares mean images only.
 */

export interface LinearMmd {
  /** ‖mean of the one − mean of the other‖²: the published form. Grows as the samples shrink, even between equal sets. */
  readonly biased: number;
  /** Without the terms of a volume with itself: 0 on average between equal sets, so it may be negative. */
  readonly unbiased: number;
}

interface Sums {
  readonly count: number;
  readonly total: Float64Array;
  /** Sum of the squared norms. */
  readonly squares: number;
}

function sumUp(volumes: readonly Float32Array[], voxels: number): Sums {
  const total = new Float64Array(voxels);
  let squares = 0;
  for (const volume of volumes) {
    for (let voxel = 0; voxel < voxels; voxel++) {
      const value = volume[voxel]!;
      total[voxel] = total[voxel]! + value;
      squares += value * value;
    }
  }
  return { count: volumes.length, total, squares };
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += a[index]! * b[index]!;
  return sum;
}

/**
 * Between two sets of at least two volumes of equally many voxels each, in the units of the voxels, squared and summed over
 * voxels (volumes in [0, 1] for figures comparable with the papers). Throws RangeError for other inputs.
 */
export function linearMmd(first: readonly Float32Array[], second: readonly Float32Array[]): LinearMmd {
  const voxels = first[0]?.length ?? 0;
  if (first.length < 2 || second.length < 2 || [...first, ...second].some((volume) => volume.length !== voxels)) {
    throw new RangeError(
      `linearMmd needs two sets of two or more volumes of one size, not ${String(first.length)} and ${String(second.length)}`,
    );
  }
  const [x, y] = [sumUp(first, voxels), sumUp(second, voxels)];
  const [xx, yy, xy] = [dot(x.total, x.total), dot(y.total, y.total), dot(x.total, y.total)];
  const across = (2 * xy) / (x.count * y.count);
  return {
    biased: xx / x.count ** 2 + yy / y.count ** 2 - across,
    unbiased: (xx - x.squares) / (x.count * (x.count - 1)) + (yy - y.squares) / (y.count * (y.count - 1)) - across,
  };
}
