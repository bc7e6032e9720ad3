/** One scan of an evaluation: made coarse (or seen coarse by a scanner), enlarged by every method, measured against what it was. */
import { setImmediate } from 'node:timers/promises';
import type { MethodResult, ScanResult, UpscalingMethod } from '#contract/evaluation.ts';
import { coarseMask } from '#imaging/coarseMask.ts';
import { degrade, type Degradation } from '#imaging/degrade.ts';
import { createQualityReference } from '#imaging/imageQuality.ts';
import { withoutQuotes } from '#shared/privacy/plainNames.ts';
import { spacingOf } from '#shared/volume/affine.ts';
import { classify, countClasses, fitIntensityClasses, meanDice } from '#shared/statistics/intensityClasses.ts';
import type { Volume } from '#shared/volume/volume.ts';
import { drawEvaluation } from './evaluationPictures.ts';
import type { ScanPictures } from './evaluationReport.ts';
import type { Truth, TruthSource } from './evaluationTruth.ts';

/** A way to enlarge a coarse scan to the fine grid, in the scan's own units. */
export interface Enlarger {
  readonly method: UpscalingMethod;
  enlarge(low: Volume): Promise<Volume>;
}

export interface ScanEvaluation {
  readonly result: ScanResult;
  readonly pictures: ScanPictures | null;
}

export interface ScanRequest {
  readonly source: TruthSource;
  readonly truth: Truth;
  readonly scannerModel: Degradation;
  readonly enlargers: readonly Enlarger[];
  readonly hasPictures: boolean;
  /** Called after each method; throws to stop. */
  onMethod(method: UpscalingMethod): void;
}

const finiteOrNull = (value: number | null): number | null => (value !== null && Number.isFinite(value) ? value : null);

/** Root mean square of a − b where `mask` is 1. */
function rootMeanSquare(a: Float32Array, b: Float32Array, mask: Uint8Array): number {
  let [sum, count] = [0, 0];
  for (let index = 0; index < mask.length; index++) {
    if (mask[index] === 0) continue;
    sum += ((a[index] ?? 0) - (b[index] ?? 0)) ** 2;
    count++;
  }
  return Math.sqrt(sum / count);
}

const toMl = (counts: readonly [number, number, number], voxelMl: number): ScanResult['tissueMl'] => ({
  dark: counts[0] * voxelMl,
  medium: counts[1] * voxelMl,
  bright: counts[2] * voxelMl,
});

/** Measures every method on one scan. Noise is that of the scanner model's seed. */
export async function evaluateScan(request: ScanRequest): Promise<ScanEvaluation> {
  const { source, truth, scannerModel, enlargers } = request;
  const { volume, mask, background } = truth;
  const { factor, profile } = scannerModel;
  const { size } = volume;
  const spacingMm = spacingOf(volume.affine);
  const fromBackground = (data: Float32Array): Float32Array => data.map((value) => value - background);
  const data = fromBackground(volume.data);
  const reference = createQualityReference({ data, size, spacingMm, mask, factor });
  const range = { low: 0, high: reference.dataRange };
  const voxelMl = (spacingMm[0] * spacingMm[1] * spacingMm[2]) / 1000;
  const tissues = classify(data, mask, fitIntensityClasses(data, mask, range));
  const low = truth.low ?? degrade(truth.whole, scannerModel);
  const inBrain = coarseMask(mask, size, factor);

  const methods: MethodResult[] = [];
  const enlarged = new Map<UpscalingMethod, Volume>();
  for (const { method, enlarge } of enlargers) {
    const startedAt = performance.now();
    const result = await enlarge(low);
    const seconds = (performance.now() - startedAt) / 1000;
    const shifted = fromBackground(result.data);
    const quality = reference.compare(shifted);
    const again = degrade(result, { factor, profile, noise: 0, seed: 0 });
    const own = classify(shifted, mask, fitIntensityClasses(shifted, mask, range));
    methods.push({
      method,
      psnr: finiteOrNull(quality.psnr),
      ssim: finiteOrNull(quality.ssim),
      msSsim: finiteOrNull(quality.msSsim),
      gmsd: finiteOrNull(quality.gmsd),
      nrmse: finiteOrNull(quality.nrmse),
      gradientError: finiteOrNull(quality.gradientError),
      hfen: finiteOrNull(quality.hfen),
      checkerboard: finiteOrNull(quality.checkerboard),
      dataConsistency: finiteOrNull(rootMeanSquare(again.data, low.data, inBrain) / reference.dataRange),
      dice: meanDice(tissues, own),
      tissueMl: toMl(countClasses(own), voxelMl),
      seconds,
    });
    if (request.hasPictures) enlarged.set(method, result);
    await setImmediate(); // lets a cancellation in
    request.onMethod(method);
  }
  return {
    result: {
      source: source.source,
      sha256: source.sha256,
      split: source.split,
      size: [...size],
      spacingMm,
      voxels: reference.voxels,
      dataRange: reference.dataRange,
      scales: reference.scales,
      checkerboard: finiteOrNull(reference.checkerboard),
      tissueMl: toMl(countClasses(tissues), voxelMl),
      labelMl: truth.labelVoxels === null ? null : toMl(truth.labelVoxels, voxelMl),
      warnings: truth.warnings.map(withoutQuotes),
      methods,
    },
    pictures: request.hasPictures
      ? drawEvaluation({ source: source.source, truth, enlarged, dataRange: reference.dataRange })
      : null,
  };
}
