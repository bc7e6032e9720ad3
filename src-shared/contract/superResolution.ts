/** Super-resolution: what a network learned from, and what became of a scan. */
import { z } from 'zod';
import { sliceProfiles } from '../volume/factor.ts';

const path = z.string().min(1);

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

export const superResolveRequest = z.strictObject({
  kind: z.literal('super-resolve'),
  checkpointId: z.string(),
  files: z.array(path).min(1), // absolute, inside of the project relative to it; of a folder, every scan in it
  out: path, // likewise
  factor: z.string().nullable(), // what the user counts on, such as '1x1x2'; null: whatever the model does
  tile: z.int().min(8).max(1024).nullable(), // voxels of the scan a side of the largest piece at a time; null: by memory
  uncertainty: z.boolean(), // a map of the spread over mirrored and shifted views
  backProjection: z.int().min(0).max(50), // steps that bring the result into agreement with the scan
  seed: z.int().nonnegative(), // nothing is random here: 0
});
export type SuperResolveRequest = z.infer<typeof superResolveRequest>;

/** What a job leaves of each scan that was made finer, in the order they were done; rows name the files. */
export const superResolvedMeasures = z.object({
  spacingMm: z.tuple([z.number().positive(), z.number().positive(), z.number().positive()]), // along the file's axes
  /** The result seen through the scanner model, minus the scan: over the brain, in the scan's intensities. */
  consistency: z.strictObject({
    meanAbsolute: z.number().nonnegative(),
    share: z.number().nonnegative(), // the same, of the brain's intensity range
    largest: z.number(),
    largestAtMm: z.tuple([z.number(), z.number(), z.number()]), // RAS
    words: z.string(), // the above as a sentence
  }),
});
export type SuperResolvedMeasures = z.infer<typeof superResolvedMeasures>;
export const superResolutionResults = z.object({ volumes: z.array(superResolvedMeasures) });

/** One scan that was made finer. Paths are absolute; of files of the user's, later, what is kept instead. */
export interface SuperResolvedScan extends SuperResolvedMeasures {
  readonly source: string;
  /** Of the result. */
  readonly path: string;
  /** Where the scan is unlike what the model was trained on, or to be looked at. */
  readonly warning: string | null;
  /** Paths of volumes in the scan's intensities. */
  readonly maps: {
    /** The scan on the result's grid by cubic B-spline. */
    readonly interpolated: string;
    /** The result minus that. */
    readonly difference: string;
    /** On the scan's own grid. */
    readonly consistency: string;
    /** Standard deviation over mirrored and shifted views; null: not asked for. */
    readonly uncertainty: string | null;
  };
}

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
