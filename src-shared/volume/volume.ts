/** A scan in memory: voxels in NIfTI order (i fastest) with the affine that places them, in RAS+ millimetres. */
import type { AffineMatrix } from '../contract/records.ts';

export interface Volume {
  /** Voxels along i, j, k. The voxel (i, j, k) is at `data[i + size[0] * (j + size[1] * k)]`. */
  readonly size: readonly [number, number, number];
  readonly affine: AffineMatrix;
  readonly data: Float32Array;
}
