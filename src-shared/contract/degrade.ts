/** The scanner model alone, on one file: what it is asked for and what it wrote. */
import { z } from 'zod';
import { sliceProfiles } from '../volume/factor.ts';

const folder = z.string().min(1);

export const degradeRequest = z.strictObject({
  file: folder, // absolute
  out: folder, // absolute, .nii or .nii.gz
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
