/** Jobs: what a user asks for (request), what a worker process is handed (task), and what it says back (message). */
import { z } from 'zod';
import { errorShape } from './errors.ts';
import { comparedMessage, compareTask } from './evidence/pair.ts';
import { suspectedCopy } from './evidence/quarantine.ts';
import { evidenceRequest } from './evidence/request.ts';
import { evidenceTask } from './evidence/task.ts';
import { bundleOpenedMessage, bundleOpenTask, bundleRequest, bundleTask } from './evidence/bundle.ts';
import { provenanceCheckedMessage, provenanceCheckTask } from './evidence/provenance.ts';
import { leaderboardRequest, leaderboardTask } from './evidence/leaderboard.ts';
import { utilityRequest, utilityTask } from './evidence/utility.ts';
import { healthMessages, watching } from './health.ts';
import { importRequest, scanRequest } from './importing.ts';
import { latentAsk, latentMessages, latentRequests, latentTasks } from './latentTasks.ts';
import { measuredMessage, trainingPlan } from './plan.ts';
import { privacyReport } from './privacy.ts';
import {
  artifactKind,
  attributes,
  fileOutcome,
  gridTransform,
  jobProgress,
  jobState,
  scanCandidate,
  split,
  volumeRecord,
} from './records.ts';
import { drawnCase, fairnessReport, studyCase, studyRemedy, voxel } from './studies.ts';
import { degradedMessage, degradeRequest, superResolveRequest } from './superResolution.ts';
import { trainingMemory } from './trainingMemory.ts';
import { exportedMessage, renderRequest, weightsExportRequest, weightsImportRequest } from './weights.ts';

const seed = z.int().nonnegative();
const folder = z.string().min(1);

export const trainRequest = z.strictObject({
  kind: z.literal('train'),
  datasetId: z.string(),
  modelId: z.string(),
  preset: z.string(),
  config: z.record(z.string(), z.unknown()), // the parsed, complete configuration
  until: z.union([
    z.strictObject({ iterations: z.int().positive() }),
    z.strictObject({ minutes: z.number().positive() }),
  ]),
  seed,
  memory: trainingMemory.optional(), // not given: whole batches, activations kept; more pieces where memory runs out
  plan: trainingPlan.optional(), // what `memory` was chosen by
  allowHeads: z.boolean().optional(), // scans that show whole heads are trained on; not given: refused
  startFrom: z.string().optional(), // a checkpoint whose networks it begins with; not given: they are drawn
  previewEvery: z.int().positive().nullable(), // iterations; null: by time, about every half minute
  checkpointEvery: z.int().positive().nullable(), // iterations; null: by time, so that writing costs a few per cent
  ...watching,
});
export type TrainRequest = z.infer<typeof trainRequest>;

export const synthesizeRequest = z.strictObject({
  kind: z.literal('synthesize'),
  checkpointId: z.string(),
  count: z.int().positive().max(100_000),
  seed,
  truncation: z.number().positive().max(2), // latents are multiplied by it; 1 leaves them as they are
  mark: z.boolean().optional(), // the project's mark in the voxels; not given: yes
  checkCopies: z.boolean().optional(), // suspected copies of training scans are set aside; not given: yes, where those are at hand
  label: z.string().optional(), // of a conditional model, the value of its column; none: each scan has one drawn from its seed
  out: folder, // absolute
});
export type SynthesizeRequest = z.infer<typeof synthesizeRequest>;

export const phantomRequest = z.strictObject({
  kind: z.literal('phantom'),
  count: z.int().positive().max(10_000),
  seed,
  out: folder, // absolute
});

/** A trained state that came from outside: the row is what it is known by; it never runs. */
export const checkpointImportRequest = z.strictObject({
  kind: z.literal('checkpoint-import'),
  modelId: z.string(),
  grid: z.int().positive(),
  seed, // of the training
});
export type CheckpointImportRequest = z.infer<typeof checkpointImportRequest>;
/** Super-resolution measured: scans made coarse, enlarged again, and compared with what they were. */
export const evaluateRequest = z.strictObject({
  kind: z.literal('evaluate'),
  checkpointId: z.string(),
  high: z.array(folder), // absolute, inside of the project relative to it; none: the held-out scans of the dataset it was trained on
  low: z.array(folder).optional(), // likewise: real scans of low resolution, matched to `high` by name; absent: made from them
  includeTraining: z.boolean(), // scans it was trained on are measured too, and the report says so
  backProjection: z.int().nonnegative().max(50), // steps, measured beside the result without; 0: not at all
  out: folder.nullable(), // likewise; the report goes there too
  seed, // of the noise and of the bootstrap
});
export type EvaluateRequest = z.infer<typeof evaluateRequest>;

/** What is prepared stands with the study. */
export const studyRequest = z.strictObject({
  kind: z.literal('study'),
  studyId: z.string(),
  remedies: z.array(studyRemedy),
  seed,
});
export type StudyRequest = z.infer<typeof studyRequest>;

export const jobRequest = z.discriminatedUnion('kind', [
  scanRequest,
  importRequest,
  trainRequest,
  synthesizeRequest,
  phantomRequest,
  studyRequest,
  superResolveRequest,
  checkpointImportRequest,
  weightsImportRequest,
  renderRequest,
  evaluateRequest,
  evidenceRequest,
  utilityRequest,
  ...latentRequests,
  bundleRequest,
  leaderboardRequest,
]);
export type JobRequest = z.infer<typeof jobRequest>;

export const jobVersions = z.strictObject({ doppel: z.string(), node: z.string(), engine: z.string() });
export type JobVersions = z.infer<typeof jobVersions>;

export const job = z.strictObject({
  id: z.string(),
  kind: z.enum(['scan', 'import', 'train', 'synthesize', 'phantom', 'super-resolve', 'checkpoint-import', 'weights-import', 'render', 'evaluate', 'evidence', 'study', 'utility', 'latent-encode', 'latent-fit', 'latent-walk', 'bundle', 'leaderboard']), // prettier-ignore
  state: jobState,
  request: jobRequest,
  seed,
  datasetFingerprint: z.string().nullable(),
  versions: jobVersions,
  device: z.string().nullable(),
  progress: jobProgress.nullable(),
  iteration: z.int().nonnegative(), // of training; 0 otherwise
  secondsPerIteration: z.number().nonnegative().nullable(),
  peakMemoryMb: z.number().positive().nullable(), // of a training's process at its fullest; what a GPU holds comes on top
  checkpoint: z.string().nullable(), // id of the newest
  error: errorShape.nullable(),
  createdAt: z.string(),
  startedAt: z.string().nullable(),
  finishedAt: z.string().nullable(),
});
export type Job = z.infer<typeof job>;

const datasetVolume = z.strictObject({
  id: z.string(),
  subject: z.string(),
  split,
  path: z.string(),
  lowPath: folder.nullable().default(null), // of a real pair
  attributes,
});

/** Whose a scan is. */
const previewedScan = scanCandidate.pick({ path: true, session: true }).extend({ subject: z.string() });

/** What a worker process gets: everything it needs, with absolute paths; it never opens the database. */
export const workerTask = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('scan'), request: scanRequest, jobDir: folder }), // thumbnails go to jobDir/thumbnails
  z.strictObject({
    kind: z.literal('preview'),
    folder, // absolute
    path: z.string(), // of the candidate, as a look gives it
    frame: scanRequest.shape.frame,
    acceptIncomplete: scanRequest.shape.acceptIncomplete,
    preprocess: importRequest.shape.preprocess,
    grid: importRequest.shape.grid.nullable(), // null: the scan's own voxels
    spacingMm: importRequest.shape.spacingMm,
    scans: z.array(previewedScan), // of the dataset: masks and the reference are looked up among them
    reachesMm: z.array(z.tuple([z.number(), z.number(), z.number()])), // of all brains of the dataset, for 'auto'
    out: folder, // absolute; two pictures are written there
  }),
  z.strictObject({
    kind: z.literal('import'),
    request: importRequest,
    projectDir: folder, // volumes go to projectDir/volumes, paths in records are relative to it
    jobDir: folder,
  }),
  z.strictObject({
    kind: z.literal('train'),
    request: trainRequest,
    projectDir: folder,
    jobDir: folder, // previews
    jobId: z.string(),
    grid: z.int().positive(),
    datasetFingerprint: z.string(),
    volumes: z.array(datasetVolume), // absolute paths, training split and held-out
    resumeFrom: folder.nullable(), // absolute checkpoint folder
    startFrom: folder.optional(), // absolute checkpoint folder; of a training that has no checkpoint of its own yet
    wasKilled: z.boolean().optional(), // the system ended it the last time, most likely for its memory
    versions: jobVersions,
  }),
  z.strictObject({
    kind: z.literal('synthesize'),
    request: synthesizeRequest,
    jobDir: folder,
    checkpointDir: folder, // absolute
    checkpointSha256: z.string(),
    dataset: z.strictObject({
      name: z.string().nullable(), // null: none; imported weights with a space and intensities that are assumed
      fingerprint: z.string(),
      spacingMm: z.number().positive(),
      intensity: z.strictObject({ low: z.number(), high: z.number(), background: z.number() }), // of the training split
      suffix: z.string().min(1), // BIDS: what the scans are, 'T1w' …
    }),
    /** The scans that copies are looked for of; null: none are at hand, or nobody asked. */
    known: z
      .strictObject({
        grid: z.int().positive(),
        scans: z.array(z.strictObject({ id: z.string(), split, path: folder })), // absolute
      })
      .nullable()
      .default(null),
    markKey: z.string().nullable().default(null), // hexadecimal; null: scans are not marked
    versions: jobVersions,
  }),
  provenanceCheckTask,
  bundleTask,
  bundleOpenTask,
  z.strictObject({
    kind: z.literal('render'),
    request: renderRequest,
    checkpointDir: folder, // absolute
    checkpointSha256: z.string(),
  }),
  z.strictObject({
    kind: z.literal('weights-import'),
    request: weightsImportRequest,
    projectDir: folder,
    jobId: z.string(),
    versions: jobVersions,
  }),
  z.strictObject({
    kind: z.literal('weights-export'),
    request: weightsExportRequest,
    checkpointDir: folder, // absolute
    checkpointSha256: z.string(),
  }),
  z.strictObject({ kind: z.literal('phantom'), request: phantomRequest, jobDir: folder }),
  z.strictObject({
    kind: z.literal('study'),
    request: studyRequest,
    grid: z.int().positive(),
    spacingMm: z.number().positive(),
    cases: z.array(z.strictObject({ path: folder, isSynthetic: z.boolean() })).min(4), // absolute
    out: folder, // absolute: the folder of the prepared scans, made anew
  }),
  z.strictObject({
    kind: z.literal('study-pictures'),
    cases: z.array(z.strictObject({ caseId: z.string(), path: folder, out: folder, marks: z.array(voxel) })), // absolute
  }),
  z.strictObject({
    kind: z.literal('super-resolve'),
    request: superResolveRequest,
    jobDir: folder, // what to compare the results with
    keepsNames: z.boolean(), // results are called after their scans: they do not lie in the project
    names: z.record(z.string(), z.string()).default({}), // of scans of the project, by path: their files have numbers for names
    checkpointDir: folder, // absolute
    checkpointSha256: z.string(),
    versions: jobVersions,
  }),
  z.strictObject({ kind: z.literal('degrade'), request: degradeRequest, versions: jobVersions }),
  z.strictObject({
    kind: z.literal('evaluate'),
    request: evaluateRequest,
    jobDir: folder,
    reportsDir: folder, // of the project; JOB.json and JOB.html go there
    jobId: z.string(),
    checkpointDir: folder, // absolute
    checkpointSha256: z.string(),
    /** All scans of the training dataset, also those removed since; none for a network trained elsewhere. Absolute paths. */
    volumes: z.array(
      z.strictObject({
        subject: z.string(),
        split,
        path: folder, // on the grid
        sha256: z.string(), // of that file
        sourceSha256: z.string(),
        labelPath: folder.nullable(), // on the grid
        lowPath: folder.nullable().default(null), // of a real pair
        removed: z.boolean(),
      }),
    ),
    versions: jobVersions,
  }),
  evidenceTask.extend({ versions: jobVersions }),
  z.strictObject({ ...utilityTask, versions: jobVersions }),
  compareTask,
  z.strictObject({ ...leaderboardTask, versions: jobVersions }),
  z.strictObject({
    kind: z.literal('measure'),
    modelId: z.string(),
    config: z.record(z.string(), z.unknown()), // the parsed, complete configuration
    grid: z.int().positive(), // of the files
    side: z.int().positive(), // of the scans that the model is to learn: as many voxels, or fewer
    volumes: z.array(z.strictObject({ path: folder, attributes })).min(1), // absolute paths, the training split
    memory: trainingMemory,
    stages: z.array(z.int().nonnegative()).min(1), // where to measure: scans shown before, to a network that grows
  }),
  ...latentTasks(jobVersions),
  z.strictObject({ kind: z.literal('doctor') }),
]);
export type WorkerTask = z.infer<typeof workerTask>;
export type TaskOf<K extends WorkerTask['kind']> = Extract<WorkerTask, { kind: K }>;

export const metricRow = z.strictObject({ iteration: z.int().positive(), values: z.record(z.string(), z.number()) });
export type MetricRow = z.infer<typeof metricRow>;

const doctorCheck = z.strictObject({ name: z.string(), ok: z.boolean(), detail: z.string() });
export const engineReport = z.strictObject({
  name: z.string(), // 'tensorflow'
  version: z.string(),
  device: z.string(), // 'CPU' or the name of the GPU
  devices: z.array(z.strictObject({ name: z.string(), memoryBytes: z.number().nullable() })),
});
export type EngineReport = z.infer<typeof engineReport>;

/** What a worker says. The last one is `succeeded`, `cancelled` or `failed`; an exit without it is a crash. */
export const workerMessage = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('device'), device: z.string(), engine: z.string() }),
  z.strictObject({ type: z.literal('progress'), progress: jobProgress }),
  /** Something that the user should know, a sentence. */
  z.strictObject({ type: z.literal('noticed'), text: z.string() }),
  z.strictObject({ type: z.literal('file'), outcome: fileOutcome }),
  /** Synthetic scans that must not be handed out. */
  z.strictObject({ type: z.literal('suspected'), copies: z.array(suspectedCopy) }),
  z.strictObject({
    type: z.literal('candidate'),
    candidate: scanCandidate.omit({ thumbnail: true }),
    thumbnail: z.strictObject({ path: z.string(), sha256: z.string() }).nullable(), // absolute
  }),
  z.strictObject({
    type: z.literal('previewed'),
    before: z.string(), // absolute, as is the next
    after: z.string(),
    spacingMm: z.number().positive().nullable(), // null: on no grid
    warnings: z.array(z.string()),
    ...gridTransform.pick({ alignment: true, preprocessing: true }).shape,
  }),
  z.strictObject({
    type: z.literal('metrics'),
    rows: z.array(metricRow),
    secondsPerIteration: z.number().nonnegative(),
    peakMemoryMb: z.number().positive(),
  }),
  z.strictObject({
    type: z.literal('checkpoint'),
    id: z.string(),
    iteration: z.int().nonnegative(),
    path: z.string(), // relative to the project
    sha256: z.string(),
    bytes: z.int().nonnegative(),
    milestone: z.boolean(),
    removed: z.array(z.string()), // ids of other checkpoints that were deleted for it
  }),
  ...healthMessages,
  z.strictObject({
    type: z.literal('artifact'),
    kind: artifactKind,
    path: z.string(), // absolute
    sha256: z.string(),
    voxelsSha256: z.string().optional(), // of a scan
    iteration: z.int().nullable(),
    seed: seed.nullable(),
  }),
  z.strictObject({
    type: z.literal('dataset'),
    spacingMm: z.number().positive(),
    volumes: z.array(volumeRecord),
    privacy: privacyReport,
  }),
  /** The prepared scans of a study, in the order of the task's cases. */
  z.strictObject({ type: z.literal('study'), cases: z.array(studyCase), fairness: fairnessReport }),
  /** The scans that a study's report shows, in the order of the task's cases. */
  z.strictObject({ type: z.literal('pictures'), pictures: z.array(drawnCase) }),
  measuredMessage,
  degradedMessage,
  comparedMessage,
  exportedMessage,
  provenanceCheckedMessage,
  ...latentMessages,
  bundleOpenedMessage,
  z.strictObject({ type: z.literal('doctor'), engine: engineReport, checks: z.array(doctorCheck) }),
  z.strictObject({ type: z.literal('succeeded') }),
  z.strictObject({ type: z.literal('cancelled') }),
  z.strictObject({ type: z.literal('failed'), error: errorShape }),
]);
export type WorkerMessage = z.infer<typeof workerMessage>;

/** What the backend says to a worker after the task. `interrupt`: stop, the job will be gone on with. A session is asked. */
export const workerCommand = z.union([z.strictObject({ type: z.enum(['cancel', 'interrupt']) }), latentAsk]);
