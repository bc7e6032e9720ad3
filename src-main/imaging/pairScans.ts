/**
 * Real pairs: a low-resolution scan of the same head on the grid whose voxels are blocks of a high-resolution scan's.
 * Both are taken to lie in one space (mm); what they are misaligned by stays. Intensities of two protocols differ by a
 * gain and an offset that mean nothing: the low scan gets the mean and spread in the brain that the high one has through
 * a scanner model, so that a result has the intensities of its input.
 */
import { spacingOf } from '#shared/volume/affine.ts';
import { coarseAffine, formatFactor, type Factor } from '#shared/volume/factor.ts';
import type { Volume } from '#shared/volume/volume.ts';
import { BadScan, type ScanWarning } from './badScan.ts';
import { coarseMask } from './coarseMask.ts';
import { degrade } from './degrade.ts';
import { createSampler } from './interpolate.ts';
import type { PreparedScan } from './prepareScan.ts';
import { forFrame, smoothingFor, type Frame } from './frame.ts';
import { brainOnFrame } from './resampleToGrid.ts';
import { smoothVolume } from './smooth.ts';

export interface LowOfPair {
  /** On the coarse grid, in the intensities of the high-resolution scan. */
  readonly volume: Volume;
  /** With the high-resolution scan made coarse, over the brain. */
  readonly correlation: number;
  readonly warnings: readonly ScanWarning[];
}

/** Voxels up to this many times larger or smaller than the factor asks for are taken. */
const spacingTolerance = 1.25;
/** Chosen: scans of one head in one space reach 0.9 and more, of two heads in one template 0.7. */
const leastCorrelation = 0.5;
const usualCorrelation = 0.85;
/** Of the brain's coarse voxels, the low-resolution scan has to show so many. */
const leastShared = 0.5;
const background = -1;

/** The grid of blocks of `factor` voxels that begins at the first voxel; what fills no block has none. */
function coarseFrame({ size, affine }: Frame, factor: Factor): Frame {
  const along = (axis: 0 | 1 | 2): number => Math.floor(size[axis] / factor[axis]);
  return { size: [along(0), along(1), along(2)], affine: coarseAffine(affine, factor) };
}

/**
 * A prepared low-resolution scan beside a volume of a dataset: [-1, 1] by its own brain and percentiles as any scan that
 * is made finer, then the volume's mean and spread. Throws BadScan: 'wrong-factor', 'pair-elsewhere'.
 */
export function lowOnGrid(low: PreparedScan, high: Volume, factor: Factor): LowOfPair {
  const frame = coarseFrame(high, factor);
  requireFactor(low.volume, high, factor);
  const { volume } = brainOnFrame(low, frame);
  const brain = coarseMask(
    Uint8Array.from(high.data, (value) => (value === background ? 0 : 1)),
    high.size,
    factor,
  );
  const shared = brain.map((mark, index) => (volume.data[index] === background ? 0 : mark));
  const through = degrade(high, { factor, profile: 'gaussian', noise: 0, seed: 0 });
  const { scale, offset, correlation } = matchIntensity(volume.data, through.data, shared);
  const count = (mask: Uint8Array): number => mask.reduce((sum, mark) => sum + mark, 0);
  const warnings = agreementWarnings(correlation, count(shared) / count(brain));
  for (const [index, value] of volume.data.entries()) {
    if (value !== background) volume.data[index] = Math.min(1, Math.max(-1, scale * value + offset));
  }
  return { volume, correlation, warnings };
}

/**
 * The whole of a low-resolution scan, its background included, on the coarse grid of a true scan and in its intensities.
 * `mask` and `through` lie on that grid: the brain, and the true scan made coarse. Throws as `lowOnGrid`.
 */
export function lowBesideTruth(
  low: { readonly whole: Volume; readonly background: number },
  { through, mask, factor, fine }: { through: Volume; mask: Uint8Array; factor: Factor; fine: Frame },
): LowOfPair {
  requireFactor(low.whole, fine, factor);
  const onGrid = wholeOnFrame(low.whole, low.background, through);
  const shared = mask.map((mark, index) => (Number.isNaN(onGrid[index]) ? 0 : mark));
  const { scale, offset, correlation } = matchIntensity(onGrid, through.data, shared);
  const count = (marks: Uint8Array): number => marks.reduce((sum, mark) => sum + mark, 0);
  const warnings = agreementWarnings(correlation, count(shared) / count(mask));
  const data = onGrid.map((value) => scale * (Number.isNaN(value) ? low.background : value) + offset);
  return { volume: { ...through, data }, correlation, warnings };
}

/** NaN where the scan shows nothing. */
function wholeOnFrame(whole: Volume, air: number, frame: Frame): Float32Array {
  const sigmaMm = smoothingFor(whole, frame);
  const voxelMm = spacingOf(whole.affine);
  const data = whole.data.map((value) => value - air); // beyond the faces the samplers take zero
  smoothVolume(data, whole.size, [sigmaMm[0] / voxelMm[0], sigmaMm[1] / voxelMm[1], sigmaMm[2] / voxelMm[2]]);
  const { cubic } = createSampler(data, whole.size);
  const isInside = (place: number, axis: 0 | 1 | 2): boolean => place >= -0.5 && place <= whole.size[axis] - 0.5;
  const result = new Float32Array(frame.size[0] * frame.size[1] * frame.size[2]);
  forFrame(frame, whole.affine, (index, x, y, z) => {
    result[index] = isInside(x, 0) && isInside(y, 1) && isInside(z, 2) ? cubic(x, y, z) + air : NaN;
  });
  return result;
}

/** Along the axes of the high-resolution scan, which may run otherwise than those of a tilted low-resolution one. */
function requireFactor(low: Frame, high: Frame, factor: Factor): void {
  const [lowMm, highMm] = [spacingOf(low.affine), spacingOf(high.affine)];
  const ratios = lowMm.map((length, axis) => length / (highMm[axis] ?? 1));
  const isOff = ratios.some((ratio, axis) => {
    const off = ratio / (factor[axis] ?? 1);
    return off > spacingTolerance || off < 1 / spacingTolerance;
  });
  if (!isOff) return;
  const inMm = (lengths: readonly number[]): string =>
    lengths.map((length) => Number(length.toPrecision(3))).join(' × ');
  throw new BadScan(
    'wrong-factor',
    `Its voxels (${inMm(lowMm)} mm from right to left, back to front, bottom to top) are ${inMm(ratios)} times as large as those of the high resolution (${inMm(highMm)} mm), not ${formatFactor(factor)}. Give the factor and the spacing that these scans have.`,
  );
}

function agreementWarnings(correlation: number, shared: number): ScanWarning[] {
  if (shared < leastShared || !(correlation >= leastCorrelation)) {
    const found =
      shared < leastShared
        ? `shows ${(100 * shared).toFixed(0)} % of the brain only`
        : `hardly agrees with it (correlation ${correlation.toFixed(2)})`;
    throw new BadScan(
      'pair-elsewhere',
      `In mm the low-resolution scan lies elsewhere than the high-resolution one, or shows another head: it ${found}. Register the two first; Doppel does not move them.`,
    );
  }
  if (correlation >= usualCorrelation) return [];
  const reason = `The two scans of the pair agree little (correlation ${correlation.toFixed(2)}): they may be misaligned, of different contrast or moved. Look at them.`;
  return [{ code: 'pair-differs', reason }];
}

/** The line that gives `values` the mean and standard deviation of `reference` where `mask` is 1, and their correlation. */
function matchIntensity(
  values: Float32Array,
  reference: Float32Array,
  mask: Uint8Array,
): { scale: number; offset: number; correlation: number } {
  let [n, meanV, meanR] = [0, 0, 0];
  for (let index = 0; index < mask.length; index++) {
    if (mask[index] === 0) continue;
    n++;
    meanV += values[index]!;
    meanR += reference[index]!;
  }
  if (n === 0) return { scale: 1, offset: 0, correlation: 0 };
  meanV /= n;
  meanR /= n;
  let [vv, rr, vr] = [0, 0, 0];
  for (let index = 0; index < mask.length; index++) {
    if (mask[index] === 0) continue;
    const [v, r] = [values[index]! - meanV, reference[index]! - meanR];
    vv += v * v;
    rr += r * r;
    vr += v * r;
  }
  const scale = Math.sqrt(rr / vv);
  return { scale, offset: meanR - scale * meanV, correlation: vr / Math.sqrt(vv * rr) };
}
