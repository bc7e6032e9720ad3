/**
 * Finds the brain (or, in a scan that still has its skull, the head) as the largest region that stands out from the
 * background: simple and robust, exact for skull-stripped scans, whose background is one value.
 */
import { spacingOf, type Vector3 } from '#shared/volume/affine.ts';
import type { Volume } from '#shared/volume/volume.ts';
import { BadScan } from './badScan.ts';
import { closeGaps } from './closeGaps.ts';
import { boxOf, cropMask, padBox, type Box } from './crop.ts';
import { faceVoxels } from './nonFinite.ts';
import { percentilesOf } from './percentiles.ts';
import { clearEnclosed, keepLargestRegion } from './regions.ts';

export interface BrainMask {
  /** The part of the volume that `mask` (0 and 1) covers: the brain with at least one voxel around it. */
  readonly box: Box;
  readonly mask: Uint8Array;
  /** Intensities: of the air around, and where the brain begins. */
  readonly background: number;
  readonly threshold: number;
}

interface Threshold {
  readonly background: number;
  /** Voxels farther than this from the background are foreground. */
  readonly distance: number;
  readonly threshold: number;
  readonly isClean: boolean;
}

/** Standard deviations per median absolute deviation of normal noise. */
const deviationsPerMad = 1.4826;
/** Noise stays within this many standard deviations of the background. */
const noiseDeviations = 5;
/** Air that varies by more than this share of the intensity range is not told from tissue by its distance. */
const noisiestAir = 0.25;
/** Of the range: the faintest foreground; of the foreground's median: where the brain begins (fluid is darkest). */
const faintest = 0.01;
const beginning = 0.1;
/** Gaps closed in noisy scans, as a share of the brain's size: 2 mm of 110 mm. */
const gapShare = 0.018;
const fewestVoxels = 64;
/** Below this correlation of neighbours (0 for noise, above 0.5 for the noisiest heads) nothing in the scan has a shape. */
const leastCoherence = 0.15;

/** Otsu's threshold (1979, IEEE Trans. SMC 9:62) over 256 bins between `low` and `high`. */
export function otsuThreshold(data: Float32Array, low: number, high: number): number {
  const bins = 256;
  const histogram = new Float64Array(bins);
  const scale = (bins - 1) / (high - low);
  let total = 0;
  for (let index = 0, end = data.length; index < end; index++) {
    const bin = Math.round(Math.max(0, Math.min(bins - 1, (data[index]! - low) * scale)));
    histogram[bin]!++;
    total += bin;
  }
  let below = 0;
  let sumBelow = 0;
  let best = -1;
  let [first, last] = [0, 0]; // empty bins between two heaps are equally good: the middle of them is taken
  for (let bin = 0; bin < bins - 1; bin++) {
    below += histogram[bin]!;
    sumBelow += bin * histogram[bin]!;
    const above = data.length - below;
    if (below === 0 || above === 0) continue;
    const between = below * above * (sumBelow / below - (total - sumBelow) / above) ** 2;
    if (between > best) {
      best = between;
      first = bin;
    }
    if (between === best) last = bin;
  }
  return low + (first + last + 1) / 2 / scale;
}

function farther(data: Float32Array, background: number, distance: number): Uint8Array {
  const mask = new Uint8Array(data.length);
  for (let index = 0; index < data.length; index++)
    mask[index] = Math.abs(data[index]! - background) > distance ? 1 : 0;
  return mask;
}

/** Background and threshold from the faces of the volume where they show air, else from all intensities. */
function thresholdOf({ data, size }: Volume): Threshold {
  const faces = faceVoxels(data, size);
  const [background = 0] = percentilesOf(faces, null, [0.5]);
  const [mad = 0] = percentilesOf(
    faces.map((value) => Math.abs(value - background)),
    null,
    [0.5],
  );
  const noise = noiseDeviations * deviationsPerMad * mad;
  // The ends may be the background alone where the brain is a thousandth of the volume: then the extremes.
  const [least = 0, low = 0, high = 0, most = 0] = percentilesOf(data, null, [0, 0.001, 0.999, 1]);
  const range = Math.max(high - background, background - low) || Math.max(most - background, background - least);

  if (noise > noisiestAir * range) {
    const threshold = otsuThreshold(data, low, high);
    return { background: low, distance: threshold - low, threshold, isClean: false };
  }
  const foreground = farther(data, background, Math.max(noise, faintest * range));
  if (!foreground.includes(1)) throw nothingFound();
  const [median = 0] = percentilesOf(data, foreground, [0.5]);
  const distance = Math.max(noise, beginning * Math.abs(median - background));
  const threshold = background + (median < background ? -distance : distance);
  return { background, distance, threshold, isClean: mad === 0 };
}

function nothingFound(): BadScan {
  return new BadScan(
    'no-brain',
    'Nothing in the scan stands out from its background. Check it in a viewer: is it the right file?',
  );
}

/** Correlation (φ) of the foreground marks of voxels next to each other, along the axis where it is largest. */
function coherenceOf(mask: Uint8Array, [nx, ny, nz]: Vector3): number {
  let marks = 0;
  for (const mark of mask) marks += mark;
  const share = marks / mask.length;
  const along = (length: number, stride: number): number => {
    const [line, end] = [length * stride, (length - 1) * stride];
    const pairs = (mask.length / line) * end;
    let both = 0;
    for (let start = 0; start < mask.length; start += line) {
      for (let index = start; index < start + end; index++) both += mask[index]! & mask[index + stride]!;
    }
    return (both / pairs - share * share) / (share * (1 - share));
  };
  return share === 1 ? 1 : Math.max(along(nx, 1), along(ny, nx), along(nz, nx * ny));
}

/** The mask of the brain in a RAS volume of finite voxels. Throws BadScan ('no-brain', 'noise'). */
export function maskBrain(volume: Volume): BrainMask {
  const { data, size, affine } = volume;
  const { background, distance, threshold, isClean } = thresholdOf(volume);
  const whole = farther(data, background, distance);
  const coherence = coherenceOf(whole, size);
  const voxels = keepLargestRegion(whole, size);
  if (voxels < fewestVoxels) throw nothingFound();
  if (coherence < leastCoherence) {
    throw new BadScan(
      'noise',
      'The scan shows noise alone: bright voxels are scattered and form no shape. Check it in a viewer, and export it again.',
    );
  }

  const spacing = spacingOf(affine);
  const reachMm = isClean ? 0 : gapShare * Math.cbrt(voxels * spacing[0] * spacing[1] * spacing[2]);
  const radius: Vector3 = [
    Math.round(reachMm / spacing[0]),
    Math.round(reachMm / spacing[1]),
    Math.round(reachMm / spacing[2]),
  ];
  const box = padBox(boxOf(whole, size), [radius[0] + 1, radius[1] + 1, radius[2] + 1]);
  const mask = cropMask(whole, size, box);
  if (!isClean) closeGaps(mask, box.size, radius);
  clearEnclosed(mask, box.size, 0);
  return { box, mask, background, threshold };
}
