/**
 * MS-SSIM inside a mask (Wang, Simoncelli & Bovik 2003, Asilomar 37:1398), in three dimensions: the contrast–structure
 * factor at each scale but the last, SSIM at the last, to the published weights; scales are means of 2³ voxels of the
 * whole volume, and of the mask what is at least half of it. Only scales at which the window fits into the box of the
 * mask take part, with the weights renormalised.
 */
import { halve } from '#shared/statistics/gaussianWindow.ts';
import { scalesFor } from '#shared/statistics/structuralSimilarity.ts';
import type { Vector3 } from '#shared/volume/affine.ts';
import { boxOf, cropMask, type Box } from './crop.ts';
import { localOf, similarityIn, ssimWindow, type Local } from './localSimilarity.ts';

interface Level {
  /** Of the volume at this scale. */
  readonly size: Vector3;
  /** Of the mask. */
  readonly box: Box;
  /** Within the box. */
  readonly mask: Uint8Array;
}

export interface ScalePlan {
  /** The first is that of the volume itself, and always there. */
  readonly levels: readonly Level[];
  /** Of each level; none where the window does not fit even once. */
  readonly weights: readonly number[];
}

export function planScales(mask: Uint8Array, size: Vector3): ScalePlan {
  const weights = Math.min(...boxOf(mask, size).size) < ssimWindow ? [] : scalesFor({ size: boxOf(mask, size).size, window: ssimWindow }).weights; // prettier-ignore
  const levels: Level[] = [];
  let [current, side]: [Uint8Array, Vector3] = [mask, size];
  for (let scale = 0; scale < Math.max(1, weights.length); scale++) {
    if (scale > 0) {
      const half = halve(Float64Array.from(current), side);
      [current, side] = [Uint8Array.from(half.data, (share) => (share >= 0.5 ? 1 : 0)), half.size];
    }
    const box = boxOf(current, side);
    levels.push({ size: side, box, mask: cropMask(current, side, box) });
  }
  return { levels, weights };
}

/** What is compared of one volume, at every scale. */
export function describeScales(data: Float32Array, { levels }: ScalePlan): readonly Local[] {
  let current = data;
  return levels.map(({ size, box }, scale) => {
    if (scale > 0) current = Float32Array.from(halve(Float64Array.from(current), levels[scale - 1]!.size).data);
    return localOf(current, size, box);
  });
}

/** `ssim` is that of the volumes themselves; `msSsim` null where the window does not fit into the mask's box. */
export function compareScales(
  truth: readonly Local[],
  result: readonly Local[],
  { levels, weights }: ScalePlan,
  dataRange: number,
): { readonly ssim: number; readonly msSsim: number | null } {
  const found = levels.map(({ mask }, scale) => similarityIn(truth[scale]!, result[scale]!, mask, dataRange));
  // A negative mean has no real power: it counts as no similarity.
  const factors = weights.map((weight, scale) => {
    const { ssim, contrast } = found[scale]!;
    return Math.max(0, scale === weights.length - 1 ? ssim : contrast) ** weight;
  });
  return { ssim: found[0]!.ssim, msSsim: weights.length === 0 ? null : factors.reduce((product, factor) => product * factor, 1) }; // prettier-ignore
}
