/** Where files come from: the check of a file, the documents of a model and of a dataset, the bundle of a study. */
import { z } from 'zod';
import { command } from '../command.ts';
import { artifactKind } from '../records.ts';
import type { OpenedBundle } from './bundle.ts';

const project = z.string().min(1);
const path = z.string().min(1); // absolute

/** What a hash of the project stands for: a file that it wrote, or a scan that was imported into it. */
export const knownFile = z.strictObject({
  what: z.union([artifactKind, z.enum(['imported-scan', 'dataset-volume'])]),
  id: z.string(), // of the artifact or volume
  jobId: z.string().nullable(), // null: of an imported scan
  seed: z.int().nullable(),
});
export type KnownFile = z.infer<typeof knownFile>;

/** What a header or the sidecar beside the file says; anybody can write such words. */
export const headerEvidence = z.strictObject({
  says: z.enum(['synthetic', 'super-resolved']),
  model: z.string().nullable(),
  checkpointHash: z.string().nullable(), // the beginning of the hash of the weights, or all of it
  checkpoint: z.string().nullable(), // id of the project's checkpoint of that hash; null: it has none, or no project was named
});
export type HeaderEvidence = z.infer<typeof headerEvidence>;

/** `file`: byte for byte; `voxels`: the stored numbers and their order, whatever header and packing are. */
export const hashEvidence = knownFile.extend({ of: z.enum(['file', 'voxels']) });
export type HashEvidence = z.infer<typeof hashEvidence>;

export const markEvidence = z.strictObject({
  score: z.number(), // standard deviations of chance, at the best shift
  p: z.number().min(0).max(1), // at most so often would a scan made without any of the project's keys come as far
  found: z.boolean(), // p below 1e-6
});
export type MarkEvidence = z.infer<typeof markEvidence>;

export const fileProvenance = z.strictObject({
  path,
  verdict: z.enum(['made-here', 'probably', 'imported', 'no-sign', 'unreadable']),
  words: z.string(), // the verdict and what it rests on
  sha256: z.string().nullable(), // of the file; null: it cannot be read
  voxelsSha256: z.string().nullable(), // null: no voxels could be read
  header: headerEvidence.nullable(), // null: it says nothing of Doppel
  hash: hashEvidence.nullable(), // null: unknown, or no project was named
  mark: markEvidence.nullable(), // null: no project was named, it has written no mark yet, or no voxels could be read
});
export type FileProvenance = z.infer<typeof fileProvenance>;

/** What a worker is handed for a check. */
export const provenanceCheckTask = z.strictObject({
  kind: z.literal('provenance-check'),
  files: z.array(path).min(1).max(10_000),
  hasProject: z.boolean(),
  markKeys: z.array(z.string()), // hexadecimal, of the networks whose scans the project marked
  fileHashes: z.record(z.string(), knownFile), // by sha256
  voxelHashes: z.record(z.string(), knownFile),
  checkpoints: z.record(z.string(), z.string()), // ids by the sha256 of their weights
});

export const provenanceCheckedMessage = z.strictObject({
  type: z.literal('provenance-checked'),
  files: z.array(fileProvenance),
});

/** Absolute paths; `open`: places that only a person can fill in. */
export interface WrittenDocument {
  readonly markdown: string;
  readonly html: string;
  readonly open: number;
}

export const provenanceCommands = {
  /** Tells of each file whether the project made it. Keeps nothing. */
  'provenance.check': command(
    provenanceCheckTask.pick({ files: true }).extend({ project: project.nullable() }), // null: headers alone are looked at
  ).returns<readonly FileProvenance[]>(),
  /** The model card of a training, as Markdown and as a page, in a folder that is made if it is not there. */
  'provenance.card': command(
    z.strictObject({ project, job: z.string().nullable(), out: path }), // job null: the newest training
  ).returns<WrittenDocument>(),
  /** The datasheet of a dataset, in the same two forms. */
  'provenance.datasheet': command(
    z.strictObject({ project, dataset: z.string(), out: path }),
  ).returns<WrittenDocument>(),
  /** Unpacks the bundle of a study, after every checksum was compared, into a new project. */
  'provenance.open': command(z.strictObject({ path, project })).returns<OpenedBundle>(),
} as const;
