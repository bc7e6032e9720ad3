/** The bundle of a study: one zip with all that repeats it and nothing that names a person or a machine. */
import { z } from 'zod';
import { healthNotice } from '../health.ts';
import { artifactRecord, checkpointRecord, datasetRecord, volumeRecord } from '../records.ts';

const path = z.string().min(1); // absolute

export const bundleRequest = z.strictObject({
  kind: z.literal('bundle'),
  out: path, // .zip, not there yet
  withWeights: z.boolean(), // the checkpoints
  withSynthetic: z.boolean(), // the synthetic scans
  seed: z.int().nonnegative(), // nothing is random here: 0
});
export type BundleRequest = z.infer<typeof bundleRequest>;

/** What a worker packs. */
export const bundleTask = z.strictObject({
  kind: z.literal('bundle'),
  request: bundleRequest,
  parts: path, // a folder of files that were written for the bundle alone: it goes when the job ends
  files: z.array(z.strictObject({ from: path, name: z.string().min(1) })), // name: in the bundle
});

/** What a worker unpacks, into a folder that is not there yet. */
export const bundleOpenTask = z.strictObject({ kind: z.literal('bundle-open'), path, into: path });

export const bundleOpenedMessage = z.strictObject({
  type: z.literal('bundle-opened'),
  files: z.int().nonnegative(), // whose checksums are as the bundle's list has them
  bytes: z.int().nonnegative(),
});

/** Names inside a bundle. */
export const bundleStudyName = 'study.json';
export const bundleManifestName = 'manifest-sha256.txt';

/**
 * `study.json`: the rows of the project. Paths of artifacts are names in the bundle, '' for what is not in it; volumes
 * come without attributes. Jobs are kept as text, since each is parsed by the contract of jobs.
 */
export const bundledStudy = z.strictObject({
  format: z.literal('doppel-study-1'),
  createdAt: z.string(),
  doppel: z.string(),
  project: z.strictObject({ id: z.string(), createdAt: z.string() }),
  datasets: z.array(z.strictObject({ record: datasetRecord, jobId: z.string(), volumes: z.array(volumeRecord) })),
  jobs: z.array(z.unknown()),
  metrics: z.record(z.string(), z.string()), // by job: the CSV in the bundle
  health: z.record(z.string(), z.array(healthNotice)),
  checkpoints: z.array(checkpointRecord),
  artifacts: z.array(artifactRecord),
  voxelHashes: z.record(z.string(), z.string()), // by artifact
  withWeights: z.boolean(),
  withSynthetic: z.boolean(),
});
export type BundledStudy = z.infer<typeof bundledStudy>;

/** What came out of a bundle, and how to do it again. */
export interface OpenedBundle {
  /** The new project. */
  readonly project: string;
  readonly files: number;
  readonly bytes: number;
  readonly datasets: readonly { readonly name: string; readonly fingerprint: string }[];
  /** For the command line, in order; `SCANS` stands for the folder of the same scans. */
  readonly repeat: readonly string[];
}
