/**
 * What an evaluation of a super-resolution network found: high-resolution scans made coarse as in training, enlarged
 * again by the network and by interpolation, and measured against what they were.
 */
import { z } from 'zod';
import { sliceProfiles } from '../volume/factor.ts';

const size3 = z.tuple([z.int().positive(), z.int().positive(), z.int().positive()]);
const finite = z.number();
const interval = z.strictObject({ low: finite, high: finite });

/** `…-projected`: that result after back-projection steps towards its input, which help an interpolation too. */
export const upscalingMethod = z.enum([
  'network',
  'network-projected',
  'nearest',
  'trilinear',
  'cubic',
  'cubic-projected',
]);
export type UpscalingMethod = z.infer<typeof upscalingMethod>;

/** Measures of a result against the truth inside the brain, and of a result against its input (`dataConsistency`). */
export const qualityMeasure = z.enum(['psnr', 'ssim', 'msSsim', 'gmsd', 'nrmse', 'gradientError', 'hfen', 'checkerboard', 'dataConsistency', 'dice']); // prettier-ignore
export type QualityMeasure = z.infer<typeof qualityMeasure>;

/** By the intensity classes of a scan, from dark to bright: in T1-weighted scans fluid, grey and white matter. */
export const tissue = z.enum(['dark', 'medium', 'bright']);
export type Tissue = z.infer<typeof tissue>;
const tissueMl = z.strictObject({ dark: finite, medium: finite, bright: finite });

const methodResult = z.strictObject({
  method: upscalingMethod,
  psnr: finite.nullable(), // dB; null: not a number that can be told (no error at all)
  ssim: finite.nullable(),
  msSsim: finite.nullable().default(null),
  gmsd: finite.nullable().default(null),
  nrmse: finite.nullable(),
  gradientError: finite.nullable(),
  hfen: finite.nullable(),
  checkerboard: finite.nullable(),
  dataConsistency: finite.nullable(), // root mean square of (result made coarse again − input) in the brain, as a share of L
  dice: finite.nullable(), // of the three tissues with those of the truth, their mean
  tissueMl,
  seconds: finite.nonnegative(), // to enlarge the whole scan
});
export type MethodResult = z.infer<typeof methodResult>;

const scanResult = z.strictObject({
  source: z.string(), // the file, or the subject of a dataset's scan
  sha256: z.string(), // of the file
  split: z.enum(['train', 'heldout', 'unseen']), // of the training dataset; unseen: no scan of it
  size: size3, // of the truth, as compared
  spacingMm: z.tuple([finite, finite, finite]),
  voxels: z.int().positive(), // in the brain
  dataRange: finite, // L: the 99.9th percentile of the truth in the brain, above its background
  scales: z.int().min(0).max(5).default(0), // of MS-SSIM that have room in the brain
  checkerboard: finite.nullable(), // index of the truth itself
  tissueMl, // of the truth
  labelMl: tissueMl.nullable(), // of its label map; null: there is none whose numbers are known
  warnings: z.array(z.string()),
  methods: z.array(methodResult),
});
export type ScanResult = z.infer<typeof scanResult>;

const summary = z.strictObject({
  method: upscalingMethod,
  measure: qualityMeasure,
  n: z.int().positive(),
  median: finite,
  interval, // 95 %, percentile bootstrap over scans
});
export type MeasureSummary = z.infer<typeof summary>;

/** Wilcoxon's signed-rank test of `method` minus `baseline` over the scans. */
const pairedTest = z.strictObject({
  measure: qualityMeasure,
  method: upscalingMethod,
  baseline: upscalingMethod,
  n: z.int().positive(),
  medianDifference: finite,
  interval, // 95 %, percentile bootstrap over scans
  p: finite,
  pHolm: finite, // over the baselines of one measure and method
  distribution: z.enum(['exact', 'normal']),
  rankBiserial: finite,
  cohenDz: finite.nullable(),
  verdict: z.enum(['better', 'worse', 'undecided']), // by pHolm < 0.05 and the measure's sense
});
export type PairedTest = z.infer<typeof pairedTest>;

/** Tissue volumes of the result minus those of the reference, ml. */
const agreement = z.strictObject({
  tissue,
  method: upscalingMethod,
  reference: z.enum(['truth', 'labels']), // the true scan, segmented in the same way; or its label map
  n: z.int().positive(),
  differencesMl: z.array(finite),
  meansMl: z.array(finite),
  blandAltman: z
    .strictObject({
      n: z.int(),
      bias: finite,
      deviation: finite,
      lower: finite,
      upper: finite,
      biasInterval: interval,
      lowerInterval: interval,
      upperInterval: interval,
    })
    .nullable(), // null: fewer than three scans
  icc: z.strictObject({ n: z.int(), raters: z.int(), icc: finite, interval }).nullable(),
});
export type TissueAgreement = z.infer<typeof agreement>;

export const evaluationReport = z.strictObject({
  format: z.literal(1),
  createdAt: z.string(),
  doppel: z.string(),
  engine: z.string(),
  device: z.string(),
  checkpoint: z.strictObject({
    id: z.string(),
    modelId: z.string(),
    iteration: z.int().nonnegative(),
    sha256: z.string(),
    trainingSetHash: z.string(),
    trainingScans: z.int().positive(),
  }),
  scannerModel: z.strictObject({ factor: size3, profile: z.enum(sliceProfiles), noise: finite, seed: z.int() }),
  backProjection: z.int().nonnegative(), // steps; 0: not measured
  inputs: z.enum(['made', 'real']).default('made'), // made coarse by the scanner model; real: scans of low resolution
  split: z.string(), // whose scans these are, in words
  warnings: z.array(z.string()),
  scans: z.array(scanResult),
  summaries: z.array(summary),
  tests: z.array(pairedTest),
  agreement: z.array(agreement),
});
export type EvaluationReport = z.infer<typeof evaluationReport>;
