/** Whether synthetic brains have the anatomy of real ones: tissue volumes, ventricles, size, symmetry. */
import { z } from 'zod';
import { figure, verdict } from './figure.ts';

const finite = z.number();

export const anatomyMeasureName = z.enum([
  'brainMl', // all within the outline: tissue and fluid
  'greyMl',
  'whiteMl',
  'fluidMl', // within the outline, the ventricles' included
  'ventriclesMl', // lateral
  'greyWhiteRatio',
  'ventriclePercent', // of brainMl
  'asymmetry', // 1 − correlation with the mirror image
]);
export type AnatomyMeasureName = z.infer<typeof anatomyMeasureName>;

const spread = z.strictObject({ n: z.int().nonnegative(), mean: finite.nullable(), sd: finite.nullable() });

/** One measure, real scans against synthetic ones. */
export const anatomyMeasure = z.strictObject({
  name: anatomyMeasureName,
  unit: z.enum(['ml', '%', 'ratio', 'index']),
  split: z.string(), // which real scans
  seed: z.int().nonnegative(),
  real: spread,
  synthetic: spread,
  cohensD: figure, // above 0: more in the synthetic scans
  hedgesG: figure,
  wasserstein: figure, // of order 1, in the unit
  floor: figure.nullable(), // the same between random halves of the real scans; `low` and `high` are the middle 95 % of halvings
  kolmogorov: figure, // max |F − G|; without an interval
  p: finite.nullable(), // of Kolmogorov and Smirnov's exact test
  pHolm: finite.nullable(), // … corrected for all measures
});
export type AnatomyMeasure = z.infer<typeof anatomyMeasure>;

/** A synthetic scan whose anatomy none of the real ones leads one to expect. */
const anatomyOutlier = z.strictObject({
  id: z.string(),
  why: z.string(),
  odd: z.array(
    z.strictObject({
      measure: anatomyMeasureName,
      value: finite,
      usual: finite, // median of the real scans
      score: finite, // modified z: (x − median) / (1.4826 MAD), of ventricles on the logarithm
    }),
  ),
});
export type AnatomyOutlier = z.infer<typeof anatomyOutlier>;

/** How well the segmentation agrees with label maps that came with scans. */
const labelCheck = z.strictObject({
  scans: z.int().positive(),
  measures: z.array(
    z.strictObject({
      name: z.enum(['greyMl', 'whiteMl', 'fluidMl', 'ventriclesMl']),
      correlation: finite.nullable(), // Pearson's, over scans
      biasPercent: finite.nullable(), // mean difference, as a percentage of the mean by the label maps
    }),
  ),
});

export const anatomyResult = z.strictObject({
  verdict,
  volumesFrom: z.enum(['segmentation', 'labels']), // labels: every scan of both sets came with a label map
  measures: z.array(anatomyMeasure),
  /** Of scans as points of several measures in standard deviations of the real ones; pairs of equally large sets. */
  distance: z.strictObject({
    measures: z.array(anatomyMeasureName),
    cases: z.int().nonnegative(), // in each set that is paired
    draws: z.int().nonnegative(),
    value: figure, // mean over draws of synthetic and real scans; `low` and `high` are the middle 95 % of draws
    floor: figure, // the same between disjoint sets of real scans
    words: z.string(), // the definition
  }),
  outliers: z.array(anatomyOutlier),
  outlierShare: figure, // of the synthetic scans
  realOutlierShare: figure, // of the real ones, by the same rule
  /** Scans whose contrast is that of a T1-weighted scan; of others only size and symmetry count. */
  t1Like: z.strictObject({ real: z.int().nonnegative(), synthetic: z.int().nonnegative() }),
  labelCheck: labelCheck.nullable(),
  scans: z.array(
    z.strictObject({
      id: z.string(),
      role: z.enum(['real', 'synthetic']),
      values: z.record(anatomyMeasureName, finite.nullable()),
    }),
  ),
  notes: z.array(z.string()), // what could not be measured, and what the numbers cannot say
});
export type AnatomyResult = z.infer<typeof anatomyResult>;
