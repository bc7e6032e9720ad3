/** The way back from the grid to the file a scan came from: its voxels, its placement, its intensities. */
import type { GridTransform } from '#contract/records.ts';
import { invertAffine, multiplyAffines } from '#shared/volume/affine.ts';
import type { Volume } from '#shared/volume/volume.ts';
import { createSampler } from './interpolate.ts';
import { invertMap, mapIntensity } from './preprocess/normalise.ts';

/**
 * A volume on the grid (values in [-1, 1], −1 outside the brain) in the native geometry and intensities of `transform`:
 * cubic interpolation in the brain; voxels whose nearest grid voxel is outside, or that lie beyond the grid, get the
 * background's intensity. What the low-pass took on import does not return. A scan that was laid on a reference goes back to
 * where its file has it, and one brought to the landmarks of its set to its own intensities. Corrected shading stays away.
 */
export function restoreScan(gridVolume: Volume, transform: GridTransform): Volume {
  const { native, intensity, alignment, preprocessing } = transform;
  const { low, high, background } = intensity;
  // On [0, 2], so that outside counts as zero as it did on import.
  const shifted = gridVolume.data.map((value) => value + 1);
  const { cubic, nearest } = createSampler(shifted, gridVolume.size);
  const placed = alignment === null ? native.affine : multiplyAffines(alignment.matrix, native.affine);
  const [a, b, c] = multiplyAffines(invertAffine(gridVolume.affine), placed);
  const [nx, ny, nz] = native.size;
  const data = new Float32Array(nx * ny * nz);
  for (let k = 0, index = 0; k < nz; k++) {
    for (let j = 0; j < ny; j++) {
      for (let i = 0; i < nx; i++, index++) {
        const x = a[0] * i + a[1] * j + a[2] * k + a[3];
        const y = b[0] * i + b[1] * j + b[2] * k + b[3];
        const z = c[0] * i + c[1] * j + c[2] * k + c[3];
        const isBrain = nearest(x, y, z) > 0;
        data[index] = isBrain ? low + (Math.min(2, Math.max(0, cubic(x, y, z))) / 2) * (high - low) : background;
      }
    }
  }
  const map = preprocessing?.intensityMap ?? null;
  if (map !== null) {
    const back = invertMap(map);
    for (let index = 0; index < data.length; index++) data[index] = mapIntensity(back, data[index]!);
  }
  return { size: native.size, affine: native.affine, data };
}
