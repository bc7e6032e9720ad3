/**
 * The latent explorer: codes of scans, what they tell of a column of the participants' table, and walks through them.
 * A standard deviation along a direction is that of the score (what the regression makes of a code) over the scans it was
 * fitted on; a step of one moves a code by what codes differ on average where the score differs by one.
 */
import { z } from 'zod';
import { split } from './records.ts';

const id = z.string().min(1);
const finite = z.number();
const count = z.int().positive();
const seed = z.int().nonnegative();

/** Codes of all scans of a dataset; by the network's encoder, or by optimisation where it has none. */
export const latentEncodeRequest = z.strictObject({
  kind: z.literal('latent-encode'),
  checkpointId: id,
  datasetId: id,
  steps: z.int().min(1).max(10_000), // of the optimisation of each scan; an encoder takes none
  seed, // of the codes that an optimisation begins with
});
export type LatentEncodeRequest = z.infer<typeof latentEncodeRequest>;

/** Regression of a column on the codes: ridge for numbers, logistic for two kinds. */
export const latentFitRequest = z.strictObject({
  kind: z.literal('latent-fit'),
  encoding: id, // of the job that made the codes
  column: z.string().min(1),
  positive: z.string().nullable(), // the value that is told from all others; null: numbers, or the second of two values
  permutations: z.int().min(19).max(100_000),
  seed, // of folds, permutations and the bootstrap
});
export type LatentFitRequest = z.infer<typeof latentFitRequest>;

const farthestSd = 6; // the network was asked for nothing out there
const sd = z.number().min(-farthestSd).max(farthestSd);

export const latentPath = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('direction'),
    fit: id, // of the job that fitted it
    volume: id.nullable(), // where it starts; null: at the mean of the codes
    low: sd,
    high: sd,
  }),
  z.strictObject({ kind: z.literal('interpolation'), encoding: id, from: id, to: id }), // both ends are volumes
]);
export type LatentPath = z.infer<typeof latentPath>;

/** A walk as files: NIfTI scans at even steps, a film of their middle slices. */
export const latentWalkRequest = z.strictObject({
  kind: z.literal('latent-walk'),
  path: latentPath,
  count: z.int().min(2).max(201), // scans
  out: z.string().min(1), // absolute folder
  seed, // nothing is random here: 0
});
export type LatentWalkRequest = z.infer<typeof latentWalkRequest>;

/** How well a scan is made again from its code. */
export const encodedScan = z.strictObject({
  volume: id,
  subject: z.string(),
  session: z.string().nullable(),
  split, // whether the network was trained on it
  label: z.int().nonnegative().nullable(), // its class, for a conditional network
  rmse: finite.nonnegative(), // in the brain, on [-1, 1]
  correlation: finite, // in the brain; 0 where one of them is flat
});
export type EncodedScan = z.infer<typeof encodedScan>;

export const latentEncoding = z.strictObject({
  checkpoint: id,
  modelId: z.string(),
  dataset: z.string(), // its name
  grid: count,
  spacingMm: finite.positive(),
  latent: count, // numbers in a code
  way: z.enum(['encoder', 'optimisation']),
  steps: count.nullable(), // of the optimisation; null: encoded
  seed,
  scans: z.array(encodedScan), // in the order of the rows of codes.npy
});
export type LatentEncoding = z.infer<typeof latentEncoding>;

/** With the interval of 95 % that drawing the subjects again gives. */
const figure = z.strictObject({ value: finite, low: finite, high: finite });

/** A scan of the fit. */
const fittedScan = z.strictObject({
  volume: id,
  value: finite, // of the column; 1 for the positive kind, else 0
  predicted: finite, // by the fold that had not seen its subject: the column's value, or the log-odds of the positive kind
  score: finite, // by the final fit, which has seen it
});

export const latentFit = z.strictObject({
  encoding: id, // of the job that made the codes
  checkpoint: id,
  dataset: z.string(),
  column: z.string(),
  /** The two kinds that a logistic regression tells apart; null: the column holds numbers. */
  kinds: z.strictObject({ positive: z.string(), negative: z.string() }).nullable(),
  scans: count,
  subjects: count,
  leftOut: z.int().nonnegative(), // scans without a value
  folds: z.strictObject({ outer: count, inner: count }),
  penalties: z.array(finite.positive()), // chosen in each outer fold
  penalty: finite.positive(), // of the final fit
  /** R² or the area under the ROC curve, of predictions by nested cross-validation. */
  score: figure.extend({ name: z.enum(['R²', 'AUC']), p: finite.positive().max(1), permutations: count }),
  /** Pearson's r of predicted and true values, or the balanced accuracy. */
  second: figure.extend({ name: z.enum(['r', 'balanced accuracy']) }),
  /** The score over the scans, by the final fit: 0 standard deviations is `mean`. */
  line: z.strictObject({ mean: finite, sd: finite.positive(), low: finite, high: finite }),
  fitted: z.array(fittedScan),
  seed,
});
export type LatentFit = z.infer<typeof latentFit>;

/** A column of the participants' table by which codes could be told. */
export const latentColumn = z.strictObject({
  name: z.string(),
  kind: z.enum(['number', 'category']),
  values: z.array(z.string()), // of a category, in order
  scans: count, // with a value
});
export type LatentColumn = z.infer<typeof latentColumn>;

/** A place in a session. */
export const latentPlace = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('direction'), fit: id, volume: id.nullable(), sd }),
  z.strictObject({ kind: z.literal('interpolation'), from: id, to: id, share: z.number().min(0).max(1) }),
]);
export type LatentPlace = z.infer<typeof latentPlace>;
