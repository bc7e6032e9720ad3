/**
 * A scan as a super-resolution network sees it, and the way back: intensities as import brings them to [-1, 1], voxels
 * where they are. Nothing is resampled.
 */
import type { GridTransform, NativeGeometry } from '#contract/records.ts';
import { spacingOf, type Vector3 } from '#shared/volume/affine.ts';
import type { Factor } from '#shared/volume/factor.ts';
import type { Volume } from '#shared/volume/volume.ts';
import { isWholeHead } from '#shared/volume/wholeHead.ts';
import type { ScanWarning } from './badScan.ts';
import { cropMask, type Box } from './crop.ts';
import { intensityScale } from './degrade.ts';
import { enlarge } from './enlarge.ts';
import { percentilesOf } from './percentiles.ts';
import { extentWarnings, findBrain, measureBrain } from './prepareScan.ts';

/** Shares of the brain's voxels below which the quantiles lie that describe a contrast. */
export const contrastQuantiles = { p5: 0.05, p25: 0.25, p50: 0.5, p75: 0.75, p95: 0.95 } as const;
export type ContrastQuantiles = Readonly<Record<keyof typeof contrastQuantiles, number>>;

export interface ScanToUpscale {
  readonly native: NativeGeometry;
  /** In RAS order, in the scan's own intensities. */
  readonly original: Volume;
  /** The same voxels in [-1, 1], exactly −1 outside the brain. */
  readonly normalised: Volume;
  /** 1 in the brain, for every voxel. */
  readonly mask: Uint8Array;
  /** Where the brain is. */
  readonly box: Box;
  readonly intensity: GridTransform['intensity'];
  /** What all of the air shows, exactly; null where it is noisy. */
  readonly exactBackground: number | null;
  /** Of the normalised intensities in the brain. */
  readonly quantiles: ContrastQuantiles;
  readonly warnings: readonly ScanWarning[];
  readonly sourceSha256: string;
}

/** Reads the scan at `path` whole. Throws BadScan, an AppError of code 'bad-input'. */
export async function readScanToUpscale(path: string): Promise<ScanToUpscale> {
  const { native, whole, brain, intensity, warnings, sourceSha256 } = await findBrain(path);
  const { box } = brain;
  const mask = cropMask(brain.mask, box.size, {
    first: [-box.first[0], -box.first[1], -box.first[2]],
    size: whole.size,
  });
  const normalised: Volume = { ...whole, data: normalise(whole.data, mask, intensity) };
  const [p5 = 0, p25 = 0, p50 = 0, p75 = 0, p95 = 0] = percentilesOf(
    normalised.data,
    mask,
    Object.values(contrastQuantiles),
  );
  const measures = measureBrain(whole, mask);
  return {
    native,
    original: whole,
    normalised,
    mask,
    box,
    intensity,
    exactBackground: intensityScale(whole).background,
    quantiles: { p5, p25, p50, p75, p95 },
    warnings: [
      ...warnings,
      ...extentWarnings(measures, { brain, size: whole.size, isHead: isWholeHead(measures.millilitres) }),
    ],
    sourceSha256: await sourceSha256(),
  };
}

function normalise(data: Float32Array, mask: Uint8Array, { low, high }: GridTransform['intensity']): Float32Array {
  const scale = 2 / (high - low);
  return data.map((value, index) => (mask[index] === 1 ? Math.min(1, Math.max(-1, (value - low) * scale - 1)) : -1));
}

/** Up to here a network says "background": a tanh nears −1 without reaching it. */
const backgroundUpTo = -0.95;

/**
 * The network's result in the scan's own intensities: the scan interpolated linearly, plus what the network adds to its
 * normalised form interpolated in the same way. Where nothing was clipped that equals scaling the result back; where
 * intensities lie beyond the percentiles of import, and outside the brain, the scan's own return. Air that is exactly
 * one value stays so.
 */
export function restoreUpscaled(scan: ScanToUpscale, high: Float32Array, factor: Factor): Volume {
  const { original, normalised, mask, intensity, exactBackground } = scan;
  const restored = enlarge(original, factor, 'linear');
  const before = enlarge(normalised, factor, 'linear').data;
  const near = dilate(mask, original.size);
  const scale = (intensity.high - intensity.low) / 2;
  const [nx, ny] = original.size;
  const [fx, fy, fz] = factor;
  const { data, size } = restored;
  for (let z = 0, index = 0; z < size[2]; z++) {
    for (let y = 0; y < size[1]; y++) {
      const row = nx * (Math.floor(y / fy) + ny * Math.floor(z / fz));
      for (let x = 0; x < size[0]; x++, index++) {
        const coarse = row + Math.floor(x / fx);
        const isTissue = mask[coarse] === 1 || (near[coarse] === 1 && high[index]! > backgroundUpTo);
        if (isTissue) data[index]! += scale * (high[index]! - before[index]!);
        else if (exactBackground !== null) data[index] = exactBackground;
      }
    }
  }
  return restored;
}

/** The mask and the 26 neighbours of its voxels. */
function dilate(mask: Uint8Array, size: Vector3): Uint8Array {
  let grown = mask;
  const strides = [1, size[0], size[0] * size[1]] as const;
  for (const axis of [0, 1, 2] as const) {
    const from = grown;
    const stride = strides[axis];
    grown = from.map((mark, index) => {
      const at = Math.floor(index / stride) % size[axis];
      return mark === 1 || (at > 0 && from[index - stride] === 1) || (at < size[axis] - 1 && from[index + stride] === 1)
        ? 1
        : 0;
    });
  }
  return grown;
}

/** Voxel sizes of the scan along RAS axes, in mm. */
export function rasSpacing({ original }: ScanToUpscale): Vector3 {
  return spacingOf(original.affine);
}
