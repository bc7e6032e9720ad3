/** What a project holds, as it crosses processes: the rows of the database in the words of the interface. */
import { z } from 'zod';
import { preprocessing, alignmentMetrics, alignmentTransforms } from './preprocess.ts';

const finite = z.number();
const row4 = z.tuple([finite, finite, finite, finite]);

/** Voxel index (i, j, k, 1) to RAS+ millimetres, row by row. */
export const affineMatrix = z.tuple([row4, row4, row4, row4]);
export type AffineMatrix = z.infer<typeof affineMatrix>;

const size3 = z.tuple([z.int().positive(), z.int().positive(), z.int().positive()]);

/** Of a file that holds several volumes: which one (1 is the first), or their mean; null: none, such a file is refused. */
const frameChoice = z.union([z.int().positive(), z.literal('mean')]).nullable();
export type FrameChoice = z.infer<typeof frameChoice>;

/** How scans are read, at a look as at an import. */
export const reading = {
  frame: frameChoice.optional(), // absent: files and series of several volumes are refused
  acceptIncomplete: z.boolean().optional(), // DICOM series with missing or uneven slices are taken, interpolated
};

/** The file as it was found. `valueSlope`/`valueIntercept` turn its stored numbers into intensities. */
export const nativeGeometry = z.strictObject({
  format: z.enum(['nifti1', 'nifti2', 'mgh', 'analyze', 'nrrd', 'metaimage', 'dicom']),
  size: size3, // voxels along the file's i, j, k
  spacingMm: z.tuple([finite, finite, finite]),
  affine: affineMatrix,
  affineSource: z.enum(['sform', 'qform', 'mgh', 'pixdim', 'nrrd', 'metaimage', 'dicom']),
  datatype: z.string(),
  valueSlope: finite,
  valueIntercept: finite,
});
export type NativeGeometry = z.infer<typeof nativeGeometry>;

/** How a scan was laid on the reference of its dataset. */
export const alignment = z.strictObject({
  matrix: affineMatrix, // from the scan's RAS+ mm to the reference's
  transform: z.enum(alignmentTransforms),
  metric: z.enum(alignmentMetrics),
  referenceSha256: z.string(), // of the reference's file
  overlap: finite, // Dice coefficient of the two brains as they lie now
});
export type Alignment = z.infer<typeof alignment>;

/**
 * How a grid volume came from its file, enough to go back.
 * native voxel = inverse(native.affine) · grid affine · grid voxel;
 * intensity = low + (value + 1) / 2 · (high − low) for value in [-1, 1] inside the mask, `background` outside.
 */
export const gridTransform = z.strictObject({
  native: nativeGeometry,
  centreOfMassMm: z.tuple([finite, finite, finite]),
  smoothingSigmaMm: z.tuple([finite, finite, finite]), // the low-pass before resampling, along the RAS axes
  interpolation: z.enum(['linear', 'cubic']),
  intensity: z.strictObject({
    low: finite,
    high: finite,
    background: finite,
    lowPercentile: finite,
    highPercentile: finite,
  }),
  maskThreshold: finite,
  brainMl: finite,
  isHead: z.boolean().default(false), // it shows a head, or part of one, not a brain alone; false: told by `brainMl` alone
  alignment: alignment.nullable().default(null), // null: it lies where its file says
  preprocessing: preprocessing.nullable().default(null), // null: nothing but percentiles
});
export type GridTransform = z.infer<typeof gridTransform>;

/** The real low-resolution scan that makes a pair with a volume, on the grid of voxels `factor` times as large. */
export const lowScan = z.strictObject({
  path: z.string(), // relative to the project folder
  sha256: z.string(),
  factor: size3, // along the grid's x, y, z
  sourceFile: z.string(), // relative to the folder of low-resolution scans
  sourceSha256: z.string(),
  correlation: finite, // with the volume made coarse, in the brain
});
export type LowScan = z.infer<typeof lowScan>;

export const split = z.enum(['train', 'heldout']);
export type Split = z.infer<typeof split>;

/** What a scan looks like in figures, measured at import. */
export const scanQuality = z.strictObject({
  snr: finite.nullable(), // bright class over the noise; null: no noise at all
  cnr: finite.nullable(), // bright less medium class over their spread
  entropyFocus: finite,
  backgroundLevel: finite, // outside the brain, as a share of the intensity range
  brainMl: finite,
  asymmetry: finite, // 1 - correlation with its mirror image
  depthTrend: finite, // correlation of intensity with depth: above 0 as T1, below 0 as T2
  profile: z.array(finite).length(9), // deciles of the brain's intensities on [0, 1]
  distance: finite, // 1 - correlation with the mean of the other scans on the grid
});
export type ScanQuality = z.infer<typeof scanQuality>;

/** A value of the participants' table; empty cells and `n/a` are absent. */
export const attributes = z.record(z.string(), z.union([z.string(), finite]));
export type Attributes = z.infer<typeof attributes>;

export const volumeRecord = z.strictObject({
  id: z.string(),
  subject: z.string(),
  session: z.string().nullable(),
  split,
  path: z.string(), // relative to the project folder
  sha256: z.string(),
  labelPath: z.string().nullable(), // label map on the same grid, relative to the project folder
  thumbnailPath: z.string().nullable(), // PNG of its middle slices, relative to the project folder; null: imported before there were any
  low: lowScan.nullable().default(null), // null: the scanner model makes it
  removed: z.boolean(), // taken out of training, counts and fingerprint; its files stay, so that it can be restored
  sourceFile: z.string(), // relative to the imported folder
  sourceSha256: z.string(),
  affine: affineMatrix, // of the grid volume
  transform: gridTransform,
  attributes,
  quality: scanQuality.nullable().default(null), // null: imported before it was measured
  accepted: z.boolean().default(false), // a person has looked at it and found it good, whatever stands out
  warnings: z.array(z.string()),
});
export type VolumeRecord = z.infer<typeof volumeRecord>;

export const fileOutcome = z.strictObject({
  path: z.string(), // relative to the imported folder
  status: z.enum(['imported', 'warning', 'rejected']),
  code: z.string(), // stable, for programs: 'ok', 'duplicate', 'truncated' …
  reason: z.string(), // for people: what, and what to do; '' when there is nothing to say
});
export type FileOutcome = z.infer<typeof fileOutcome>;

/** One file that a look through a folder found, and what an import would make of it. */
export const scanCandidate = z.strictObject({
  path: z.string(), // relative to the folder
  subject: z.string().nullable(), // null: a file that belongs to nobody
  session: z.string().nullable(),
  verdict: z.enum(['ok', 'warning', 'rejected']),
  code: z.string(), // as of a file's outcome at import
  reason: z.string(), // '' when there is nothing to say
  format: nativeGeometry.shape.format.nullable(), // this and the following: null where the header cannot be read
  size: size3.nullable(),
  spacingMm: z.tuple([finite, finite, finite]).nullable(),
  orientation: z.string().length(3).nullable(), // where the voxel axes point: 'LPS'
  reachMm: z.tuple([finite, finite, finite]).nullable(), // how far the brain reaches from its middle; null: none found
  thumbnail: z.string().nullable(), // id of an artifact
  frames: z.int().positive().default(1), // volumes that the file or series holds
  files: z.int().positive().default(1), // of a DICOM series
  /** What would import a rejected scan all the same: naming it, or accepting incomplete series; null: nothing. */
  until: z.enum(['asking', 'incomplete']).nullable().default(null),
});
export type ScanCandidate = z.infer<typeof scanCandidate>;

export const datasetRecord = z.strictObject({
  id: z.string(),
  name: z.string(),
  grid: z.int().positive(),
  spacingMm: finite.positive(),
  fingerprint: z.string(), // sha256 over the sorted hashes, splits and settings of its volumes
  seed: z.int().nonnegative(),
  holdout: finite,
  volumes: z.int().nonnegative(), // this and the following: without removed ones
  train: z.int().nonnegative(),
  heldout: z.int().nonnegative(),
  heads: z.int().nonnegative(), // of the training scans, those that show whole heads
  createdAt: z.string(),
});
export type DatasetRecord = z.infer<typeof datasetRecord>;

export const projectRecord = z.strictObject({
  id: z.string(),
  name: z.string(),
  path: z.string(),
  createdAt: z.string(),
  databaseVersion: z.int(),
  datasets: z.int().nonnegative(),
  volumes: z.int().nonnegative(),
  jobs: z.int().nonnegative(),
  checkpoints: z.int().nonnegative(),
});
export type ProjectRecord = z.infer<typeof projectRecord>;

export const checkpointRecord = z.strictObject({
  id: z.string(),
  jobId: z.string(),
  iteration: z.int().nonnegative(),
  path: z.string(), // folder, relative to the project
  sha256: z.string(), // of its weights file
  bytes: z.int().nonnegative(),
  milestone: z.boolean(),
  createdAt: z.string(),
});
export type CheckpointRecord = z.infer<typeof checkpointRecord>;

/**
 * `thumbnail`: the middle slices of the synthetic volume with the same seed, as PNG. `interpolated`, `difference`,
 * `consistency` and `uncertainty`: maps beside a super-resolved volume. `raw-output`: what a network makes of given codes.
 */
export const artifactKind = z.enum([
  'preview',
  'synthetic-volume',
  'thumbnail',
  'sidecar',
  'contact-sheet',
  'raw-output',
  'report',
  'super-resolved-volume',
  'interpolated',
  'difference',
  'consistency',
  'uncertainty',
  'latent-codes',
  'latent-fit',
  'walk-volume',
  'film',
  'bundle',
]);
export const artifactRecord = z.strictObject({
  id: z.string(),
  jobId: z.string(),
  kind: artifactKind,
  path: z.string(), // relative to the project when inside it, else absolute
  sha256: z.string(),
  iteration: z.int().nullable(),
  seed: z.int().nullable(),
});
export type ArtifactRecord = z.infer<typeof artifactRecord>;

export const jobState = z.enum(['queued', 'running', 'paused', 'succeeded', 'failed', 'cancelled', 'interrupted']);
export type JobState = z.infer<typeof jobState>;

export const jobProgress = z.strictObject({
  done: finite.nonnegative(),
  total: finite.nonnegative(), // 0 when unknown
  unit: z.enum(['files', 'iterations', 'volumes', 'seconds', 'steps']),
  secondsLeft: finite.nonnegative().nullable(),
  note: z.string(), // what is being done now, in words; '' when obvious
});
export type JobProgress = z.infer<typeof jobProgress>;

/** `generator` makes scans from random numbers, `super-resolution` makes a scan finer. */
export const modelKind = z.enum(['generator', 'super-resolution']);
export type ModelKind = z.infer<typeof modelKind>;

export const modelDescriptor = z.strictObject({
  id: z.string(),
  kind: modelKind,
  title: z.string(),
  purpose: z.string(),
  citation: z.string(),
  differences: z.array(z.string()), // from the published form
  grids: z.array(z.int().positive()).nullable(), // null: any
  presets: z.array(z.strictObject({ id: z.string(), title: z.string(), config: z.record(z.string(), z.unknown()) })),
  defaultPreset: z.string(),
  configSchema: z.record(z.string(), z.unknown()), // JSON Schema
});
export type ModelDescriptor = z.infer<typeof modelDescriptor>;
