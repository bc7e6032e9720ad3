/**
 * Whether synthetic scans are copies of training scans: for each its nearest training scan, judged by how near real scans
 * of people who are not in the training come to it.
 */
import { z } from 'zod';
import { extractor, figure, verdict } from './figure.ts';

const finite = z.number();
const share = finite.min(0).max(1);

/** How a scan lies beside the training scan that it is most like. */
export const copyPose = z.strictObject({
  isMirrored: z.boolean(), // left and right are exchanged
  isTurned: z.boolean(), // its axes run in another order or sense, beyond a mirror image
  shiftMm: finite.nonnegative(),
  degrees: finite.nonnegative(),
});
export type CopyPose = z.infer<typeof copyPose>;

const similarity = finite.min(-1).max(1); // correlation of local contrast in the brain, less what all training scans share

/** From here on, nearness is taken for copying. */
export const copyLimit = z.strictObject({
  similarity, // above it, a scan is a suspected copy
  method: z.enum(['order', 'normal', 'fixed']), // by the highest real values, by their mean and spread, or too few for either
  share, // of new people's scans that lie above it, at most …
  confidence: share, // … with this confidence
  n: z.int().nonnegative(), // real scans that it comes from
  heldOut: z.int().nonnegative(), // of them, those that nobody trained on; the others are training scans, each without itself
});
export type CopyLimit = z.infer<typeof copyLimit>;

/** One scan beside the training scan that it is most like. */
const nearest = z.strictObject({ id: z.string(), nearest: z.string(), similarity });

export const synthesisedScan = nearest.extend({
  pose: copyPose,
  p: share, // of real scans (and this one) that come as near or nearer
  isSuspected: z.boolean(),
  features: z.strictObject({ nearest: z.string(), distance: finite.nonnegative(), p: share }).nullable(), // null: no features
});
export type SynthesisedScan = z.infer<typeof synthesisedScan>;

export const privacyResult = z.strictObject({
  verdict,
  targets: z.enum(['training', 'real']), // copies of whom were looked for; real: nobody said who was trained on
  split: z.string(), // whose scans these are, in words
  seed: z.int().nonnegative(),
  n: z.strictObject({ synthetic: z.int(), training: z.int(), heldOut: z.int() }),
  limit: copyLimit,
  suspected: figure, // share of the synthetic scans; n.real: real scans that the limit comes from
  nearerThanAnyReal: figure, // share that is nearer to a training scan than every real one
  authentic: figure, // share whose nearest training scan has another training scan that is nearer to it (Alaa et al. 2022)
  /** AUC of telling training from held-out scans by how near the nearest synthetic one is; 0.5: they cannot be told. */
  membership: z.strictObject({ voxels: figure, features: figure.nullable() }),
  extractor: extractor.nullable(),
  /** In the order of the files. */
  scans: z.array(synthesisedScan),
  worst: z.array(z.string()), // ids of the ten nearest, the nearest first
  /** What real scans come to: the distribution that synthetic ones are judged against. */
  real: z.strictObject({ heldOut: z.array(nearest), training: z.array(nearest) }),
  /** Real scans as near as copies: one person twice, or one file. They are left out of the limit. */
  doubles: z.array(nearest),
  statement: z.array(z.string()), // for an ethics board, a paragraph each
  notes: z.array(z.string()),
});
export type PrivacyResult = z.infer<typeof privacyResult>;
