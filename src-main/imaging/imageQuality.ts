/**
 * How near a volume comes to the true one, inside the brain: the measures of super-resolution. Each is taken over the
 * voxels of the mask; filters look at the volumes as they are around it (mirrored beyond their faces).
 */
import type { Vector3 } from '#shared/volume/affine.ts';
import { filterValidWith } from '#shared/statistics/gaussianWindow.ts';
import { checkerboardIndex } from './checkerboard.ts';
import { boxOf, cropMask, type Box } from './crop.ts';
import { gradientDeviation, gradientMagnitudes } from './gradientSimilarity.ts';
import { surroundings, type Surroundings } from './localSimilarity.ts';
import { mirroredBlock } from './mirroredBlock.ts';
import { compareScales, describeScales, planScales } from './multiScaleSimilarity.ts';
import { percentilesOf } from './percentiles.ts';

export interface ImageQuality {
  /** 10 · log10(L² / mean squared error), dB; L as in `QualityReference.dataRange`. Infinity for equal volumes. */
  readonly psnr: number;
  /** Mean over the mask of the structural similarity (Wang et al. 2004), 3-D Gaussian window, σ 1.5 voxels, 11 wide. */
  readonly ssim: number;
  /** MS-SSIM over the scales of `QualityReference.scales`; null: none fits. */
  readonly msSsim: number | null;
  /** Gradient magnitude similarity deviation. */
  readonly gmsd: number;
  /** Root of Σ(result − truth)² / Σ truth². */
  readonly nrmse: number;
  /** Root of Σ|∇(result − truth)|² / Σ|∇truth|², central differences per mm. */
  readonly gradientError: number;
  /** High-frequency error norm (Ravishankar & Bresler 2011, IEEE TMI 30:1028): NRMSE after a Laplacian of Gaussian, σ 1.5 voxels. */
  readonly hfen: number;
  /** Of the result; see `checkerboardIndex`. */
  readonly checkerboard: number | null;
}

export interface QualityReference {
  /** L: the 99.9th percentile of the true scan in the mask, in its own units above 0. */
  readonly dataRange: number;
  /** Voxels of the mask. */
  readonly voxels: number;
  /** Of MS-SSIM, that have room in the brain's box: 0 to 5. */
  readonly scales: number;
  /** The checkerboard index of the truth itself. */
  readonly checkerboard: number | null;
  /** Measures `result`, on the same grid. */
  compare(result: Float32Array): ImageQuality;
}

export interface ReferenceOptions {
  readonly data: Float32Array;
  readonly size: Vector3;
  readonly spacingMm: Vector3;
  /** 1 where it counts. */
  readonly mask: Uint8Array;
  /** How much finer results are than their input, per axis: what the checkerboard index looks for. */
  readonly factor: Vector3;
}

const brightest = 0.999;
const logSigma = 1.5;
/** The Laplacian's kernel is cut off at four standard deviations. */
const logReach = 6;

/** Half of a sampled Gaussian that sums to 1, and half of its second derivative. */
function logKernels(): { readonly smooth: Float64Array; readonly second: Float64Array } {
  const raw = Float64Array.from({ length: logReach + 1 }, (_, at) => Math.exp(-0.5 * (at / logSigma) ** 2));
  const sum = raw.reduce((total, weight, at) => total + (at === 0 ? weight : 2 * weight), 0);
  const smooth = raw.map((weight) => weight / sum);
  return { smooth, second: smooth.map((weight, at) => weight * (at ** 2 / logSigma ** 4 - 1 / logSigma ** 2)) };
}

/** The Laplacian of Gaussian over the box inside `around`. */
function laplacian({ values, size }: Surroundings): Float64Array {
  const { smooth, second } = logKernels();
  const sum = filterValidWith(values, size, [second, smooth, smooth]);
  for (const halves of [
    [smooth, second, smooth],
    [smooth, smooth, second],
  ] as const) {
    filterValidWith(values, size, halves).forEach((value, index) => (sum[index]! += value));
  }
  return sum;
}

/** Σ over the mask of the squared gradient, per mm, by central differences. */
function gradientEnergy({ values, size }: Surroundings, mask: Uint8Array, box: Box, spacingMm: Vector3): number {
  const [nx, ny] = size;
  const strides = [1, nx, nx * ny] as const;
  const [bx, by, bz] = box.size;
  let energy = 0;
  for (let z = 0, at = 0; z < bz; z++) {
    for (let y = 0; y < by; y++) {
      let middle = 1 + nx * (y + 1 + ny * (z + 1));
      for (let x = 0; x < bx; x++, at++, middle++) {
        if (mask[at] === 0) continue;
        for (const axis of [0, 1, 2] as const) {
          const stride = strides[axis];
          energy += ((values[middle + stride]! - values[middle - stride]!) / (2 * spacingMm[axis])) ** 2;
        }
      }
    }
  }
  return energy;
}

function energyIn(values: Float64Array, mask: Uint8Array): number {
  let energy = 0;
  for (let index = 0; index < values.length; index++) if (mask[index] === 1) energy += values[index]! ** 2;
  return energy;
}

/** Prepares the true scan; the mask must hold a voxel. Keeps a few copies of the brain's box in double precision. */
export function createQualityReference({ data, size, spacingMm, mask, factor }: ReferenceOptions): QualityReference {
  const box = boxOf(mask, size);
  const inBox = cropMask(mask, size, box);
  const voxels = inBox.reduce((sum, mark) => sum + mark, 0);
  const [dataRange = 0] = percentilesOf(data, mask, [brightest]);
  const truth = mirroredBlock(data, size, box);
  const truthEnergy = energyIn(truth, inBox);
  const truthGradient = gradientEnergy(surroundings(data, size, box, 1), inBox, box, spacingMm);
  const truthLaplacian = energyIn(laplacian(surroundings(data, size, box, logReach)), inBox);
  const plan = planScales(mask, size);
  const truthScales = describeScales(data, plan);
  const truthEdges = gradientMagnitudes(surroundings(data, size, box, 1), inBox, box);
  const grid = { size: box.size, factor };
  return {
    dataRange,
    voxels,
    scales: plan.weights.length,
    checkerboard: checkerboardIndex(truth, inBox, grid),
    compare: (result) => {
      const error = result.map((value, index) => value - data[index]!);
      const squared = energyIn(mirroredBlock(error, size, box), inBox);
      return {
        psnr: 10 * Math.log10((dataRange ** 2 * voxels) / squared),
        ...compareScales(truthScales, describeScales(result, plan), plan, dataRange),
        gmsd: gradientDeviation(
          truthEdges,
          gradientMagnitudes(surroundings(result, size, box, 1), inBox, box),
          dataRange,
        ),
        nrmse: Math.sqrt(squared / truthEnergy),
        gradientError: Math.sqrt(
          gradientEnergy(surroundings(error, size, box, 1), inBox, box, spacingMm) / truthGradient,
        ),
        hfen: Math.sqrt(energyIn(laplacian(surroundings(error, size, box, logReach)), inBox) / truthLaplacian),
        checkerboard: checkerboardIndex(mirroredBlock(result, size, box), inBox, grid),
      };
    },
  };
}
