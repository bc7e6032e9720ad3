/** The small U-Net whose logits, loss and gradients are compared with PyTorch, its scans and labels. */
import { createUNet, type UNet } from '#models/segmentation/uNet.ts';
import { createRandom } from '#shared/random.ts';

export const paritySide = 12;
export const parityScanCount = 2;
export const parityClasses = 3;

export const parityNetwork = (): UNet => createUNet({ width: 4, classes: parityClasses }, createRandom(5));

const voxels = paritySide ** 3;

/** Waves in [-1, 1], other ones in each scan. */
export function parityScans(): Float32Array {
  return Float32Array.from({ length: parityScanCount * voxels }, (_, index) => {
    const [scan, voxel] = [Math.floor(index / voxels), index % voxels];
    return Math.sin(0.13 * voxel + scan) * Math.cos(0.005 * voxel * (scan + 1));
  });
}

/** The scans in three steps, shifted by some voxels. */
export function parityLabels(): Int32Array {
  const scans = parityScans();
  return Int32Array.from(scans, (_, index) => {
    const value = scans[(index + 7) % scans.length] ?? 0;
    return value < -0.3 ? 0 : value < 0.4 ? 1 : 2;
  });
}
