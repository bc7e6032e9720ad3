/**
 * Use: does a segmentation network learn more from real and synthetic scans than from real ones? The same small network
 * is trained in several arms that differ in their scans alone, subject by subject tested on scans that it never saw.
 */
import { z } from 'zod';

const seed = z.int().nonnegative();
const finite = z.number();
const percent = z.int().positive().max(1000); // of the real training scans of a fold

/**
 * What a network is trained on. `real`: the fold's real training scans; it is always trained, and what the others are
 * compared with. `augmented`: these, turned, scaled, shifted and changed in intensity. `mixed`: these and so many synthetic
 * ones. `synthetic`: synthetic ones alone (train on synthetic, test on real).
 */
export const utilityArm = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('real') }),
  z.strictObject({ kind: z.literal('augmented') }),
  z.strictObject({ kind: z.literal('mixed'), percent }),
  z.strictObject({ kind: z.literal('synthetic'), percent }),
]);
export type UtilityArm = z.infer<typeof utilityArm>;

/** `mixed-50`; what the arms are called in results. */
export function utilityArmId(arm: UtilityArm): string {
  return 'percent' in arm ? `${arm.kind}-${String(arm.percent)}` : arm.kind;
}

/** What one click runs. */
export const usualUtilityArms: readonly UtilityArm[] = [
  { kind: 'real' },
  { kind: 'augmented' },
  { kind: 'mixed', percent: 50 },
  { kind: 'mixed', percent: 100 },
  { kind: 'mixed', percent: 200 },
  { kind: 'synthetic', percent: 100 },
];

/** What is segmented: the three tissues, or every label of the label maps that were imported with the dataset. */
export const utilityLabels = z.enum(['tissue', 'labels']);
export type UtilityLabels = z.infer<typeof utilityLabels>;

/** How each network is trained; the same for all arms. */
const utilityNetwork = z.strictObject({
  width: z.int().min(4).max(64).multipleOf(4).default(8), // feature maps at full resolution
  batch: z.int().min(1).max(16).default(2), // scans of an update
  updates: z.int().positive().max(100_000).default(200),
  rate: z.number().positive().max(1).default(3e-3), // of Adam at first; it falls to 0
});
export type UtilityNetwork = z.infer<typeof utilityNetwork>;

export const utilityRequest = z.strictObject({
  kind: z.literal('utility'),
  datasetId: z.string(),
  synthetic: z.string().min(1), // absolute folder of scans
  syntheticLabels: z.string().nullable().default(null), // their label maps, derivatives/NAME in that folder; null: by the network trained on reals
  labels: utilityLabels,
  arms: z.array(utilityArm).min(1).max(12),
  folds: z.int().min(2).max(50), // fewer where there are fewer subjects
  testOn: z.enum(['unseen', 'all']), // unseen: scans that the generator was not trained on, where that is known and there are some
  network: utilityNetwork.prefault({}),
  seed,
});
export type UtilityRequest = z.infer<typeof utilityRequest>;

/** What the worker gets beside the versions; absolute paths. */
export const utilityTask = {
  kind: z.literal('utility'),
  request: utilityRequest,
  jobDir: z.string(), // folds that are done stay there, for a job that is resumed
  reportsDir: z.string(), // of the project; JOB.json and JOB.html go there
  jobId: z.string(),
  dataset: z.strictObject({
    name: z.string(),
    fingerprint: z.string(),
    grid: z.int().positive(),
    spacingMm: z.number().positive(),
  }),
  volumes: z.array(
    z.strictObject({ id: z.string(), subject: z.string(), path: z.string(), labelPath: z.string().nullable() }),
  ),
  /** Generators of the project by the hash of their weights, and the subjects of `volumes` that they were trained on. */
  generators: z.array(
    z.strictObject({ sha256: z.string(), modelId: z.string(), seen: z.array(z.string()).nullable() }), // null: not known
  ),
};

export const utilityMeasure = z.enum(['dice', 'hd95', 'assd']);
export type UtilityMeasure = z.infer<typeof utilityMeasure>;

/** Of one class of one scan; distances in mm. Null: neither has the class (Dice), or one of the two has not (distances). */
const classScore = z.strictObject({
  class: z.string(),
  dice: finite.nullable(),
  hd95: finite.nullable(), // 95th percentile of the distances between the two surfaces, both ways
  assd: finite.nullable(), // average symmetric surface distance
});
export type ClassScore = z.infer<typeof classScore>;

const testedScan = z.strictObject({
  volume: z.string(), // id
  subject: z.string(),
  fold: z.int().positive(),
  isSeen: z.boolean().nullable(), // whether the generator was trained on this subject; null: not known
  arm: z.string(), // as `utilityArmId` calls it
  scores: z.array(classScore),
});
export type TestedScan = z.infer<typeof testedScan>;

/** A mean over subjects; the scans of a subject count as one, by their mean. */
const summary = z.strictObject({
  arm: z.string(),
  class: z.string(), // 'mean': over the classes of a subject
  measure: utilityMeasure,
  value: finite,
  deviation: finite.nullable(), // null: of one subject
  low: finite, // 95 %, percentile bootstrap over subjects
  high: finite,
  n: z.int().positive(), // subjects
  missing: z.int().nonnegative(), // subjects without the value
});
export type UtilitySummary = z.infer<typeof summary>;

/** Wilcoxon's signed-rank test of `arm` minus `baseline` over the subjects. */
const pairedTest = z.strictObject({
  arm: z.string(),
  baseline: z.string(),
  class: z.string(),
  measure: utilityMeasure,
  n: z.int().positive(),
  meanDifference: finite,
  medianDifference: finite,
  low: finite, // 95 % of the mean difference, percentile bootstrap over subjects
  high: finite,
  p: finite,
  pHolm: finite, // over the arms for the mean of the classes; over arms and classes for single classes
  distribution: z.enum(['exact', 'normal']),
  rankBiserial: finite,
  cohenDz: finite.nullable(),
  verdict: z.enum(['better', 'worse', 'undecided']), // by pHolm < 0.05 and the measure's sense
});
export type UtilityTest = z.infer<typeof pairedTest>;

export const utilityReport = z.strictObject({
  format: z.literal(1),
  createdAt: z.string(),
  doppel: z.string(),
  engine: z.string(),
  device: z.string(),
  dataset: z.strictObject({
    name: z.string(),
    fingerprint: z.string(),
    grid: z.int().positive(),
    spacingMm: finite.positive(),
    scans: z.int().positive(),
    subjects: z.int().positive(),
  }),
  synthetic: z.strictObject({
    scans: z.int().positive(),
    sha256: z.string(), // over the hashes of the files
    models: z.array(z.string()), // what made them; none: not known
    labels: z.enum(['given', 'by-network']), // by-network: the one trained on the fold's real training scans
  }),
  labels: z.strictObject({
    asked: utilityLabels,
    source: z.enum(['label-maps', 'intensities']),
    classes: z.array(z.string()).min(1),
  }),
  network: utilityNetwork.extend({ parameters: z.int().positive() }),
  split: z.strictObject({
    folds: z.int().positive(),
    testOn: z.enum(['unseen', 'all']), // as it was done
    leakage: z.enum(['none', 'seen', 'unknown']), // whether the generator has seen scans that are tested on
    words: z.string(),
    trainingScans: z.array(z.int()), // real, by fold
    testScans: z.array(z.int()), // by fold
  }),
  arms: z.array(
    z.strictObject({
      id: z.string(),
      arm: utilityArm,
      real: z.array(z.int().nonnegative()), // training scans by fold
      synthetic: z.array(z.int().nonnegative()),
    }),
  ),
  notes: z.array(z.string()), // what a reader must know, a sentence each
  seed,
  scans: z.array(testedScan),
  summaries: z.array(summary),
  tests: z.array(pairedTest),
});
export type UtilityReport = z.infer<typeof utilityReport>;
