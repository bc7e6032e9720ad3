/** Super-resolution: what a network learned from. */
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
});
export type SrTraining = z.infer<typeof srTraining>;
