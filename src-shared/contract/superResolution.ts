/** Super-resolution: what a network learned from, and what became of a scan. */
import { z } from 'zod';
import { sliceProfiles } from '../volume/factor.ts';

/** Of one quantile over the training scans. */
const overScans = z.strictObject({ low: z.number(), median: z.number(), high: z.number() });

/** What a super-resolution network was trained on, so that a scan unlike it can be told from one like it. */
export const srTraining = z.strictObject({
  factor: z.tuple([z.int().positive(), z.int().positive(), z.int().positive()]), // along the grid's x, y, z
  profile: z.enum(sliceProfiles),
  noise: z.number().nonnegative(), // the largest standard deviation, as a fraction of the intensity range
  spacingMm: z.tuple([z.number().positive(), z.number().positive()]), // of the high-resolution scans: least and most
  quantiles: z.strictObject({
    // of the intensities inside the brain, scaled to [-1, 1]
    p5: overScans,
    p25: overScans,
    p50: overScans,
    p75: overScans,
    p95: overScans,
  }),
  scans: z.int().positive(),
  pairs: z.enum(['made', 'real']).default('made'), // made by the scanner model; real: two scans of each subject, and `profile` only what is taken for their scanner
});
export type SrTraining = z.infer<typeof srTraining>;

/** One scan that was made finer. */
export const superResolvedScan = z.strictObject({
  source: z.string(), // absolute
  path: z.string(), // of the result, absolute
  spacingMm: z.tuple([z.number().positive(), z.number().positive(), z.number().positive()]), // along the file's axes
  warning: z.string().nullable(), // where the scan is unlike what the model was trained on, or to be looked at
  /** The result seen through the scanner model, minus the scan: over the brain, in the scan's intensities. */
  consistency: z.strictObject({
    meanAbsolute: z.number().nonnegative(),
    share: z.number().nonnegative(), // the same, of the brain's intensity range
    largest: z.number(),
    largestAtMm: z.tuple([z.number(), z.number(), z.number()]), // RAS
    words: z.string(), // the above as a sentence
  }),
  /** Paths of volumes in the scan's intensities. */
  maps: z.strictObject({
    interpolated: z.string(), // the scan on the result's grid by cubic B-spline
    difference: z.string(), // the result minus that
    consistency: z.string(), // on the scan's own grid
    uncertainty: z.string().nullable(), // standard deviation over mirrored and shifted views; null: not asked for
  }),
});
export type SuperResolvedScan = z.infer<typeof superResolvedScan>;

/** What a job leaves for whoever asks for its results, in the order the scans were done. */
export const superResolutionResults = z.strictObject({ volumes: z.array(superResolvedScan) });

/** The scanner model alone, on one file. */
export const degradeRequest = z.strictObject({
  file: z.string().min(1), // absolute
  out: z.string().min(1), // absolute, .nii or .nii.gz
  factor: z.string(), // along right, anterior and superior, whatever the file's axis order
  profile: z.enum(sliceProfiles),
  noise: z.number().min(0).max(1), // standard deviation, as a fraction of the intensity range
  seed: z.int().nonnegative(),
});

/** The file that the scanner model wrote. */
export const degradedMessage = z.strictObject({
  type: z.literal('degraded'),
  path: z.string(), // absolute
  size: z.tuple([z.int().positive(), z.int().positive(), z.int().positive()]), // along the file's axes
  spacingMm: z.tuple([z.number().positive(), z.number().positive(), z.number().positive()]),
  sha256: z.string(),
  warnings: z.array(z.string()),
});
