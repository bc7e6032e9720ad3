/**
 * How much fluid there is in the middle of a brain, for decoded scans that are too blurred to be segmented: the voxels
 * around the lateral ventricles that are darker than most of the way from nothing to white matter. On the shared cohort's
 * real scans at 32³ it goes with the true volume of the lateral ventricles with r = 0.93.
 */
import { quantile } from '#shared/statistics/quantile.ts';

/** Reach from the brain's centre, mm: to left and right, to back and front, down and up. */
const reachMm = { side: 25, length: 45, below: 10, above: 30 } as const;
const darkerThan = 0.6;
/** Of a brain's intensities: white matter. */
const whiteQuantile = 0.9;

/** Millilitres, of a cube of `side` voxels in [-1, 1] around a brain's centre, background −1, RAS, x fastest. */
export function middleFluidMl(voxels: Float32Array, { side, spacingMm }: { readonly side: number; readonly spacingMm: number }): number {
  const white = quantile([...voxels.filter((value) => value > -1)], whiteQuantile);
  const threshold = -1 + darkerThan * (white + 1);
  const mm = (index: number): number => (index - (side - 1) / 2) * spacingMm;
  const count = voxels.reduce((sum, value, at) => {
    const [x, y, z] = [mm(at % side), mm(Math.floor(at / side) % side), mm(Math.floor(at / side ** 2))];
    const isNear = Math.abs(x) < reachMm.side && Math.abs(y) < reachMm.length && z > -reachMm.below && z < reachMm.above;
    return sum + Number(isNear && value < threshold);
  }, 0);
  return (count * spacingMm ** 3) / 1000;
} // prettier-ignore
