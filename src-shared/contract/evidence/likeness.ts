/** Whether synthetic scans look like real ones, and are as varied: distances of sets, each beside floor and baselines. */
import { z } from 'zod';
import { extractor, figure, verdict } from './figure.ts';

const finite = z.number();

export const likenessMeasureName = z.enum([
  'fd', // Fréchet distance of features
  'fdInfinity', // … carried on to endless synthetic scans
  'kid',
  'mmdRbf',
  'precision',
  'recall',
  'density',
  'coverage',
  'vendi',
  'c2stAuc',
  'mmdLinear', // of voxels in [0, 1], the biased, published form
  'mmdLinearUnbiased',
  'msSsim', // mean over pairs of one set
  'msSsimGap', // synthetic pairs − real pairs
  'intensityKs',
  'intensityWasserstein', // share of the intensity range
  'spectrumDistance', // dB
  'checkerboard', // index, mean over scans
]);
export type LikenessMeasureName = z.infer<typeof likenessMeasureName>;

/** One row of the table: a measure of the synthetic scans, and what it is of others in its place. */
export const likenessMeasure = z.strictObject({
  name: likenessMeasureName,
  extractor: z.string().nullable(), // its name; null: taken of the voxels themselves
  split: z.string(), // which real scans it was measured against
  seed: z.int().nonnegative(),
  synthetic: figure,
  floor: figure.nullable(), // between random halves of the real scans; `low` and `high` are the middle 95 % of halvings
  real: figure.nullable(), // of the real scans themselves, where a measure is of one set
  meanBrain: figure.nullable(), // of the mean training scan, again and again
  pcaGaussian: figure.nullable(), // of scans drawn from the Gaussian of the training scans
  p: finite.nullable(), // of a permutation test against "one distribution"
});
export type LikenessMeasure = z.infer<typeof likenessMeasure>;

const point = z.tuple([finite, finite]);

export const likenessResult = z.strictObject({
  verdict,
  measures: z.array(likenessMeasure),
  extractors: z.array(extractor),
  baselines: z.string(), // what they were made from, in words
  msSsim: z.strictObject({
    window: z.int().positive(), // voxels
    scales: z.int().positive(), // of five
    weights: z.array(finite),
    pairs: z.strictObject({ real: z.int(), synthetic: z.int() }),
  }),
  /** Mean power a shell of wavenumbers 1 … side/2, in the order of the shells. */
  spectra: z.strictObject({ real: z.array(finite), synthetic: z.array(finite), pcaGaussian: z.array(finite) }),
  /** Classical scaling of the distances of features; the same order as the scans of the report. */
  embeddings: z.array(
    z.strictObject({
      extractor: z.string(),
      explained: finite, // share of the squared distances' variance that two axes show
      real: z.array(point),
      synthetic: z.array(point),
    }),
  ),
  notes: z.array(z.string()), // what could not be measured, and why
});
export type LikenessResult = z.infer<typeof likenessResult>;
