/** Frames: where voxels lie, the places of one frame's voxels in another, and the low-pass between them. */
import { invertAffine, multiplyAffines, spacingOf, type Vector3 } from '#shared/volume/affine.ts';
import type { Volume } from '#shared/volume/volume.ts';

/**
 * Standard deviation in mm of the low-pass along an axis: half the grid's spacing for much finer voxels, nothing where
 * the grid is no coarser, σ = √(grid² − voxel²) / 2 in between: variances of the voxels' and the filter's widths add up
 * (Cardoso et al. 2015, MICCAI, scale factor point spread function matching).
 */
export function smoothingSigmaMm(voxelMm: number, spacingMm: number): number {
  return spacingMm > voxelMm ? Math.sqrt(spacingMm ** 2 - voxelMm ** 2) / 2 : 0;
}

/** Where voxels lie: a volume without them. */
export type Frame = Pick<Volume, 'size' | 'affine'>;

/** `smoothingSigmaMm` along each axis of a volume whose axes run as the frame's do, more or less. */
export function smoothingFor(volume: Frame, frame: Frame): Vector3 {
  const [voxelMm, spacingMm] = [spacingOf(volume.affine), spacingOf(frame.affine)];
  const along = (axis: 0 | 1 | 2): number => smoothingSigmaMm(voxelMm[axis], spacingMm[axis]);
  return [along(0), along(1), along(2)];
}

/** Calls `visit` with each voxel of the frame and its place in the voxels of a volume with affine `into`. */
export function forFrame(
  { size, affine }: Frame,
  into: Volume['affine'],
  visit: (index: number, x: number, y: number, z: number) => void,
): void {
  const [a, b, c] = multiplyAffines(invertAffine(into), affine);
  const [nx, ny, nz] = size;
  for (let k = 0, index = 0; k < nz; k++) {
    for (let j = 0; j < ny; j++) {
      const x = a[1] * j + a[2] * k + a[3];
      const y = b[1] * j + b[2] * k + b[3];
      const z = c[1] * j + c[2] * k + c[3];
      for (let i = 0; i < nx; i++, index++) visit(index, x + a[0] * i, y + b[0] * i, z + c[0] * i);
    }
  }
}
