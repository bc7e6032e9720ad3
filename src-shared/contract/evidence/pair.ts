/** Two scans of one size compared voxel by voxel, without a mask: what others compute of a pair of files. */
import { z } from 'zod';

const finite = z.number();
const file = z.string().min(1); // absolute

export const compareRequest = z.strictObject({
  reference: file,
  result: file,
  dataRange: finite.positive().nullable(), // L; null: from the least to the greatest value of the reference
});

const pairMetrics = z.strictObject({
  psnr: finite.nullable(), // dB, 10 log10(L² / mean squared error); null: no error at all
  ssim: finite.nullable(), // Gaussian window 11 wide, σ 1.5, mean over where it fits; null: it fits nowhere, as the next two
  ssimUniform: finite.nullable(), // uniform window 7 wide, sample covariances: scikit-image's default
  msSsim: finite.nullable(), // over `scales` of five, weights renormalised
  scales: z.int().min(0).max(5),
  nrmse: finite.nullable(), // root of Σ(result − reference)² / Σ reference²; null: the reference is 0, as the next where one is constant
  ncc: finite.nullable(), // Pearson's correlation of the voxels
  mse: finite.nonnegative(),
  mae: finite.nonnegative(),
  dataRange: finite.positive(),
  voxels: z.int().positive(),
  warnings: z.array(z.string()),
});
export type PairMetrics = z.infer<typeof pairMetrics>;

/** Of the worker. */
export const compareTask = z.strictObject({ kind: z.literal('compare'), request: compareRequest });
export const comparedMessage = z.strictObject({ type: z.literal('compared'), metrics: pairMetrics });
