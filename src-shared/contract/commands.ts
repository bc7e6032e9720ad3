/** Every request the backend answers, for the desktop and the command line alike. `project` is an absolute folder. */
import { z } from 'zod';
import type { Condition } from '../condition.ts';
import { command, type Command } from './command.ts';
import type { ErrorShape } from './errors.ts';
import type { EvaluationReport } from './evaluation.ts';
import { compareRequest, type PairMetrics } from './evidence/pair.ts';
import type { EvidenceReport } from './evidence/report.ts';
import { evidenceRequest } from './evidence/request.ts';
import { bundleRequest } from './evidence/bundle.ts';
import { provenanceCommands } from './evidence/provenance.ts';
import { leaderboardRequest, type LeaderboardReport, type LeaderboardTraining } from './evidence/leaderboard.ts';
import { quarantineCommands } from './evidence/quarantine.ts';
import { utilityRequest, type UtilityReport } from './evidence/utility.ts';
import type { HealthNotice } from './health.ts';
import type { PrivacyReport } from './privacy.ts';
import { importRequest, scanRequest } from './importing.ts';
import {
  evaluateRequest,
  phantomRequest,
  synthesizeRequest,
  trainRequest,
  type EngineReport,
  type Job,
} from './jobs.ts';
import type {
  ArtifactRecord,
  CheckpointRecord,
  DatasetRecord,
  FileOutcome,
  GridTransform,
  ModelDescriptor,
  ModelKind,
  ProjectRecord,
  ScanCandidate,
  VolumeRecord,
} from './records.ts';
import { latentCommands } from './latentCommands.ts';
import type { TrainingPlan } from './plan.ts';
import { fileKinds } from './shell.ts';
import { studyCommands } from './studyCommands.ts';
import {
  type degradedMessage,
  degradeRequest,
  type SrTraining,
  type SuperResolvedScan,
  superResolveRequest,
} from './superResolution.ts';
import { type exportedMessage, renderRequest, weightsExportRequest, weightsImportRequest } from './weights.ts';

const project = z.string().min(1);
const inProject = { project };

export interface ProjectCheck {
  readonly ok: boolean;
  readonly filesChecked: number;
  readonly problems: readonly { readonly path: string; readonly problem: string }[];
}

export interface ProjectDetail extends ProjectRecord {
  readonly datasetList: readonly DatasetRecord[];
  readonly recentJobs: readonly Job[];
}

export interface DatasetDetail extends DatasetRecord {
  /** `path`, `labelPath`, `thumbnailPath` and `low.path` are absolute here; removed volumes are among them. */
  readonly volumeList: readonly VolumeRecord[];
}

/** One scan as it is and as it would be imported; `before` and `after` are ids of artifacts (PNG). */
export interface ScanPreview extends Pick<GridTransform, 'alignment' | 'preprocessing'> {
  readonly before: string;
  readonly after: string;
  /** Null: on no grid. */
  readonly spacingMm: number | null;
  readonly warnings: readonly string[];
}

export interface JobDetail {
  readonly job: Job;
  /** The last value of every loss. */
  readonly losses: Readonly<Record<string, number>>;
  readonly checkpoints: readonly CheckpointRecord[];
  readonly artifacts: readonly ArtifactRecord[];
  /** Per-file results of an import, in the order they were handled. */
  readonly files: readonly FileOutcome[];
  /** What was told of a training's health, in order; the last one of a measure says how it stands. */
  readonly health: readonly HealthNotice[];
  /** What de-identification left out of an import; null: no import, one that has not succeeded, or an old one. */
  readonly privacy: PrivacyReport | null;
}

/** A checkpoint as one chooses it: where it comes from and how its results look. */
export interface CheckpointSummary extends CheckpointRecord {
  readonly modelId: string;
  readonly kind: ModelKind;
  readonly dataset: string | null; // its name; null: the checkpoint was imported
  readonly grid: number;
  /** Whether truncation changes what it makes. */
  readonly hasTruncation: boolean;
  /** The preview of its job whose iteration is nearest; null where there is none. */
  readonly previewId: string | null;
  /** Of a super-resolution checkpoint; null: of another kind, or its description cannot be read. */
  readonly trainedOn: SrTraining | null;
  /** What it is conditional on; null: nothing. */
  readonly condition: Condition | null;
}

/** `ids`: of the artifacts to look at, by what they show. */
export interface SuperResolveResult {
  readonly volumes: readonly (SuperResolvedScan & {
    readonly ids: Readonly<Record<'result' | keyof SuperResolvedScan['maps'], string | null>>;
  })[];
}

export type DegradedFile = Omit<z.infer<typeof degradedMessage>, 'type'>;

/** What was written: the networks, as the checkpoint calls them, and how many tensors. */
export type ExportedWeights = Omit<z.infer<typeof exportedMessage>, 'type'>;

/** What a finished evaluation found, and its report as files of the project (ids of artifacts). */
export interface Evaluation {
  readonly job: string;
  readonly jsonId: string;
  readonly htmlId: string | null;
  readonly report: EvaluationReport;
}

/** What a finished evidence report says, and its files in the project (ids of artifacts). */
export interface Evidence {
  readonly job: string;
  readonly jsonId: string;
  readonly htmlId: string | null;
  readonly report: EvidenceReport;
}

/** What a finished training with and without synthetic scans found. */
export interface UtilityEvidence {
  readonly job: string;
  readonly jsonId: string; // of artifacts
  readonly htmlId: string | null;
  readonly report: UtilityReport;
}

/** The table as it was measured last, and what was trained since. */
export interface Leaderboard {
  readonly measured: { readonly job: string; readonly jsonId: string; readonly report: LeaderboardReport } | null;
  readonly unmeasured: readonly LeaderboardTraining[];
}

export interface MetricSeries {
  readonly iterations: readonly number[];
  readonly values: Readonly<Record<string, readonly (number | null)[]>>;
}

export interface DoctorReport {
  readonly ok: boolean;
  readonly engine: EngineReport;
  readonly node: string;
  readonly checks: readonly { readonly name: string; readonly ok: boolean; readonly detail: string }[];
}

export const commands = {
  'project.create': command(z.strictObject({ ...inProject })).returns<ProjectRecord>(),
  'project.show': command(z.strictObject({ ...inProject })).returns<ProjectDetail>(),
  'project.check': command(z.strictObject({ ...inProject })).returns<ProjectCheck>(),
  /** Looks through a folder and says what an import would make of each file. */
  'dataset.scan': command(scanRequest.omit({ kind: true, seed: true }).extend(inProject)).returns<Job>(),
  /** What a look has found so far, in the order it was found; `job` is the scan's. */
  'dataset.scanResult': command(z.strictObject({ ...inProject, job: z.string() })).returns<readonly ScanCandidate[]>(),
  /**
   * Prepares one scan that a look found as an import would, beside the queue of jobs. One at a time: the next one, or
   * `dataset.stopPreview`, ends it (`cancelled`). Normalisations that look at the set see this scan alone.
   */
  'dataset.preview': command(
    importRequest.pick({ spacingMm: true, preprocess: true }).extend({
      ...inProject,
      job: z.string(), // the look
      path: z.string(), // of the candidate
      grid: importRequest.shape.grid.nullable(), // null: the scan's own voxels, before the grid
    }),
  ).returns<ScanPreview>(),
  'dataset.stopPreview': command(z.strictObject({})).returns<null>(),
  /** Takes a volume out of its dataset or puts it back; refused while a training of it is waiting or at work. */
  'volume.setRemoved': command(
    z.strictObject({ ...inProject, volume: z.string(), removed: z.boolean() }),
  ).returns<DatasetRecord>(),
  /** Says of a volume that a person has looked at it and found it good, or takes that back; changes nothing else. */
  'volume.setAccepted': command(
    z.strictObject({ ...inProject, volume: z.string(), accepted: z.boolean() }),
  ).returns<DatasetRecord>(),
  'dataset.import': command(importRequest.omit({ kind: true }).extend(inProject)).returns<Job>(),
  'dataset.show': command(z.strictObject({ ...inProject, name: z.string() })).returns<DatasetDetail>(),
  'model.list': command(z.strictObject({})).returns<readonly ModelDescriptor[]>(),
  'model.train': command(
    trainRequest
      .pick({
        modelId: true,
        until: true,
        seed: true,
        previewEvery: true,
        checkpointEvery: true,
        watchEvery: true,
        onCollapse: true,
        allowHeads: true,
        startFrom: true,
        memory: true,
        plan: true,
      })
      .extend({
        ...inProject,
        dataset: z.string(), // its name
        preset: z.string().nullable(), // null: the model's default
        overrides: z.record(z.string(), z.unknown()), // merged over the preset, then parsed by the model's schema
      }),
  ).returns<Job>(),
  /** Trains a few steps at a time in processes of their own and keeps nothing; `wrong-state` while a job is running. */
  'model.plan': command(
    z.strictObject({
      ...inProject,
      dataset: z.string(), // its name
      modelId: z.string(),
      preset: z.string().nullable(),
      overrides: z.record(z.string(), z.unknown()),
      freeBytes: z.number().positive().nullable(), // as if the device had so much; null: what it has
    }),
  ).returns<TrainingPlan>(),
  /** Ends the planning at work, which then answers `cancelled`; nothing happens when there is none. */
  'model.stopPlanning': command(z.strictObject({})).returns<null>(),
  /** All of the project, the newest first. */
  'checkpoint.list': command(z.strictObject({ ...inProject })).returns<readonly CheckpointSummary[]>(),
  'checkpoint.synthesize': command(
    synthesizeRequest.omit({ kind: true, checkpointId: true, out: true }).extend({
      ...inProject,
      checkpoint: z.string().nullable(), // null: the newest of the project
      out: synthesizeRequest.shape.out.nullable(), // null: synthetic/<job> inside the project
    }),
  ).returns<Job>(),
  /** Makes scans finer; one that cannot be used is told as a file of the job, the others go on. */
  'scan.superResolve': command(
    superResolveRequest.omit({ kind: true, checkpointId: true, out: true, seed: true }).extend({
      ...inProject,
      checkpoint: z.string().nullable(), // id, or the absolute path of an exported one, which is taken in; null: the newest of super-resolution
      out: superResolveRequest.shape.out.nullable(), // null: super-resolved/<job> inside the project
    }),
  ).returns<Job>(),
  /** What a super-resolution has made so far; `ids` are those of artifacts. */
  'scan.superResolveResult': command(z.strictObject({ ...inProject, job: z.string() })).returns<SuperResolveResult>(),
  /** The scanner model on one file, in a process of its own; needs no project. */
  'scan.degrade': command(degradeRequest).returns<DegradedFile>(),
  /** Two files voxel by voxel, in a process of its own; needs no project. */
  'scan.compare': command(compareRequest).returns<PairMetrics>(),
  /** Takes in a checkpoint folder from outside after checking it; `already-exists` when the project has it. */
  'checkpoint.import': command(z.strictObject({ ...inProject, folder: z.string().min(1) })).returns<CheckpointRecord>(),
  /** Copies a checkpoint to a new folder, which another project can import. */
  'checkpoint.export': command(
    z.strictObject({ ...inProject, checkpoint: z.string(), folder: z.string().min(1) }),
  ).returns<CheckpointRecord>(),
  /** Makes a checkpoint of a file of weights; the job's outcome for the file says which networks it held. */
  'checkpoint.importWeights': command(
    weightsImportRequest
      .pick({ file: true, modelId: true, grid: true, network: true, classes: true, seed: true })
      .extend({
        ...inProject,
        preset: z.string().nullable(), // null: the model's default
        overrides: z.record(z.string(), z.unknown()), // merged over the preset, then parsed by the model's schema
        dataset: z.string().nullable(), // its name
      }),
  ).returns<Job>(),
  /** Writes a network of a checkpoint as .safetensors, in a process of its own; `already-exists` when the file is there. */
  'checkpoint.exportWeights': command(
    weightsExportRequest.extend({ ...inProject, checkpoint: z.string() }),
  ).returns<ExportedWeights>(),
  /** What a checkpoint's network makes of given codes. */
  'checkpoint.render': command(
    renderRequest.pick({ latents: true, out: true }).extend({
      ...inProject,
      checkpoint: z.string().nullable(), // null: the newest of the project
    }),
  ).returns<Job>(),
  /** Measures a super-resolution checkpoint against interpolation; refuses scans it was trained on unless told. */
  'checkpoint.evaluate': command(
    evaluateRequest.omit({ kind: true, checkpointId: true }).extend({
      ...inProject,
      checkpoint: z.string().nullable(), // as of `scan.superResolve`
    }),
  ).returns<Job>(),
  /** All of the project, the newest first. */
  'evaluation.list': command(z.strictObject({ ...inProject })).returns<readonly Evaluation[]>(),
  /** Measures synthetic scans against real ones: likeness, anatomy, privacy. Writes a report into the project. */
  'evidence.evaluate': command(
    evidenceRequest.omit({ kind: true, real: true }).extend({
      ...inProject,
      real: z.union([
        z.strictObject({ folder: evidenceRequest.shape.synthetic }), // absolute
        z.strictObject({ dataset: z.string() }), // its name
      ]),
    }),
  ).returns<Job>(),
  /** All of the project, the newest first. */
  'evidence.list': command(z.strictObject({ ...inProject })).returns<readonly Evidence[]>(),
  /** Trains segmentation networks with and without synthetic scans and compares what they find in real ones. */
  'utility.run': command(
    utilityRequest.omit({ kind: true, datasetId: true, synthetic: true }).extend({
      ...inProject,
      dataset: z.string(), // its name
      synthetic: z.string().min(1), // absolute folder of scans, or the id of the synthesis that made them
    }),
  ).returns<Job>(),
  /** All of the project, the newest first. */
  'utility.list': command(z.strictObject({ ...inProject })).returns<readonly UtilityEvidence[]>(),
  /** All models trained on a dataset, side by side. */
  'leaderboard.show': command(z.strictObject({ ...inProject, dataset: z.string() })).returns<Leaderboard>(), // its name
  /** Trains the models one after another, then measures all that were trained on the dataset; none: measures alone. */
  'leaderboard.run': command(
    leaderboardRequest.omit({ kind: true, datasetId: true }).extend({
      ...inProject,
      dataset: z.string(), // its name
      models: z.array(z.string()).max(20),
      until: trainRequest.shape.until, // of each training
      preset: z.string().nullable(), // null: of each model that for a first look, else its default
      allowHeads: trainRequest.shape.allowHeads,
    }),
  ).returns<{ readonly trainings: readonly Job[]; readonly measurement: Job }>(),
  'phantom.create': command(phantomRequest.omit({ kind: true }).extend(inProject)).returns<Job>(),
  'job.list': command(z.strictObject({ ...inProject })).returns<readonly Job[]>(),
  'job.show': command(z.strictObject({ ...inProject, job: z.string() })).returns<JobDetail>(),
  'job.metrics': command(z.strictObject({ ...inProject, job: z.string() })).returns<MetricSeries>(),
  /** The last 64 kB of what its process printed. */
  'job.log': command(z.strictObject({ ...inProject, job: z.string() })).returns<{ readonly text: string }>(),
  'job.cancel': command(z.strictObject({ ...inProject, job: z.string() })).returns<Job>(),
  /** Stops a training with a checkpoint and marks it as paused: `job.resume` goes on. Other jobs come first meanwhile. */
  'job.pause': command(z.strictObject({ ...inProject, job: z.string() })).returns<Job>(),
  'job.resume': command(
    z.strictObject({
      ...inProject,
      job: z.string(),
      until: trainRequest.shape.until.nullable(), // null: as first asked
      folder: importRequest.shape.folder.optional(), // of an import or a look of an earlier session, which keeps no folder
    }),
  ).returns<Job>(),
  /** The absolute path of a file that a row of an open project names. */
  'file.locate': command(z.strictObject({ projectId: z.string(), kind: z.enum(fileKinds), id: z.string() })).returns<{
    readonly path: string;
  }>(),
  ...provenanceCommands,
  /** One zip that repeats the project's work, without scans of persons, names and places. */
  'provenance.bundle': command(bundleRequest.omit({ kind: true, seed: true }).extend(inProject)).returns<Job>(),
  ...quarantineCommands,
  ...studyCommands,
  ...latentCommands,
  'engine.doctor': command(z.strictObject({})).returns<DoctorReport>(),
} as const;

export type Commands = typeof commands;
export type CommandName = keyof Commands;
export type CommandInput<Name extends CommandName> =
  Commands[Name] extends Command<infer Input, unknown> ? z.output<Input> : never;
export type CommandResult<Name extends CommandName> =
  Commands[Name] extends Command<z.ZodType, infer Result> ? Result : never;

/** A command without a handler does not compile. */
export type Handlers = { readonly [Name in CommandName]: (input: CommandInput<Name>) => Promise<CommandResult<Name>> };

export type Reply<Result> =
  { readonly ok: true; readonly value: Result } | { readonly ok: false; readonly error: ErrorShape };
