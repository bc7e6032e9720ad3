/** From a job's row to what its worker process is handed, as things stand now. */
import { mkdir, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { AppError } from '#contract/errors.ts';
import type { EvidenceRequest } from '#contract/evidence/request.ts';
import type { EvaluateRequest, Job, SynthesizeRequest, TaskOf, TrainRequest, WorkerTask } from '#contract/jobs.ts';
import type { DatasetRecord } from '#contract/records.ts';
import type { SuperResolveRequest } from '#contract/superResolution.ts';
import { findCheckpointFault } from '../checkpoints/verifyCheckpoint.ts';
import { commonSuffix, medianIntensity } from '../checkpoints/medianIntensity.ts';
import { nameTaken } from '../datasets/registerDataset.ts';
import { prepareLeaderboard } from '../evidence/leaderboardTask.ts';
import { prepareUtility } from '../evidence/utilityTask.ts';
import { prepareEncode, prepareFit, prepareWalk } from '../latent/prepareLatent.ts';
import { checkpointDir, jobDir, killedFile, reportsDir } from '../projects/layout.ts';
import type { OwnedProject } from '../projects/sessions.ts';
import { markKeyOf } from '../provenance/markKey.ts';
import { prepareBundle } from '../provenance/prepareBundle.ts';
import { prepareStudyTask } from '../studies/selectScans.ts';

/** Tells the user a sentence. */
export type Notice = (text: string) => void;

/** The furthest trained checkpoint of the job that is whole; those that are not lose their row, and that is said. */
async function chooseCheckpoint(
  project: OwnedProject,
  jobId: string,
  notice: Notice,
): Promise<{ folder: string; iteration: number; id: string; createdAt: string } | null> {
  const faults: string[] = [];
  const say = (goingOn: string): void => {
    if (faults.length > 0) notice(`${faults.join('; ')}. ${goingOn}`);
  };
  for (const record of project.store.checkpoints.ofJob(jobId)) {
    const folder = checkpointDir(project.dir, record);
    const fault = await findCheckpointFault(folder, record.sha256);
    if (fault === null) {
      say(`Going on from checkpoint ${record.id} of iteration ${String(record.iteration)}.`);
      return { folder, iteration: record.iteration, id: record.id, createdAt: record.createdAt };
    }
    faults.push(`Checkpoint ${record.id} of iteration ${String(record.iteration)} cannot be used: ${fault}`);
    project.store.checkpoints.delete(record.id);
  }
  say('There is no other: training begins anew.');
  return null;
}

/** Training goes on from the job's own newest checkpoint, if it has one; what was measured after it is forgotten. */
async function prepareTrain(
  project: OwnedProject,
  { job, request, notice }: { job: Job; request: TrainRequest; notice: Notice },
): Promise<TaskOf<'train'>> {
  const { store, dir } = project;
  const dataset = store.datasets.byId(request.datasetId);
  const from = await chooseCheckpoint(project, job.id, notice);
  const start = request.startFrom === undefined ? null : store.checkpoints.get(request.startFrom);
  const iteration = from?.iteration ?? 0;
  const wasKilled = existsSync(killedFile(dir, job.id));
  await rm(killedFile(dir, job.id), { force: true });
  store.transaction(() => {
    store.metrics.deleteAfter(job.id, iteration);
    store.artifacts.deleteAfter(job.id, iteration);
    store.healthNotices.deleteAfter(job.id, from?.createdAt ?? '');
    store.jobs.update({ ...job, iteration, checkpoint: from?.id ?? null });
  });
  return {
    kind: 'train',
    request,
    projectDir: dir,
    jobDir: jobDir(dir, job.id),
    jobId: job.id,
    grid: dataset.grid,
    datasetFingerprint: dataset.fingerprint,
    volumes: store.datasets.volumes(dataset.id).map(({ id, subject, split, path, low, attributes }) => ({
      id,
      subject,
      split,
      path: join(dir, path),
      lowPath: low === null ? null : join(dir, low.path),
      attributes,
    })),
    resumeFrom: from?.folder ?? null,
    ...(start === null || from !== null ? {} : { startFrom: checkpointDir(dir, start) }),
    wasKilled,
    versions: job.versions,
  };
}

/** Where imported weights have no dataset: the network's −1 to 1 as 0 to 1, in voxels of 1 mm. */
const assumedSpace = { name: null, fingerprint: '', spacingMm: 1, intensity: { low: 0, high: 1, background: 0 } };

function prepareSynthesize(project: OwnedProject, job: Job, request: SynthesizeRequest): TaskOf<'synthesize'> {
  const { store, dir } = project;
  const checkpoint = store.checkpoints.get(request.checkpointId);
  const { request: training } = store.jobs.get(checkpoint.jobId);
  if (training.kind !== 'train' && training.kind !== 'weights-import')
    throw new AppError('checkpoint-damaged', `Checkpoint ${checkpoint.id} does not come from a training job.`);
  const dataset = training.datasetId === null ? null : store.datasets.byId(training.datasetId);
  const volumes = dataset === null ? [] : store.datasets.volumes(dataset.id);
  return {
    kind: 'synthesize',
    request,
    jobDir: jobDir(dir, job.id),
    checkpointDir: checkpointDir(dir, checkpoint),
    checkpointSha256: checkpoint.sha256,
    dataset: {
      ...(dataset === null ? assumedSpace : { ...describeDataset(dataset), intensity: medianIntensity(volumes) }),
      suffix: commonSuffix(volumes),
    },
    known:
      dataset === null || training.kind !== 'train' || request.checkCopies === false
        ? null
        : { grid: dataset.grid, scans: volumes.map(({ subject, session, split, path }) => ({ id: session === null ? subject : `${subject}_${session}`, split, path: join(dir, path) })) }, // prettier-ignore
    markKey: request.mark === false ? null : markKeyOf(store, checkpointDir(dir, checkpoint)),
    versions: job.versions,
  };
}

const describeDataset = ({ name, fingerprint, spacingMm }: DatasetRecord): Omit<TaskOf<'synthesize'>['dataset'], 'intensity' | 'suffix'> => ({
  name,
  fingerprint,
  spacingMm,
}); // prettier-ignore

function prepareSuperResolve(
  { store, dir }: OwnedProject,
  job: Job,
  request: SuperResolveRequest,
): TaskOf<'super-resolve'> {
  const checkpoint = store.checkpoints.get(request.checkpointId);
  const files = request.files.map((file) => resolve(dir, file));
  const asked = new Set(files);
  const ours = store.datasets.list().flatMap(({ id }) => store.datasets.allVolumes(id)).filter(({ path }) => asked.has(join(dir, path))); // prettier-ignore
  return {
    kind: 'super-resolve',
    request: { ...request, files, out: resolve(dir, request.out) },
    jobDir: jobDir(dir, job.id),
    keepsNames: isAbsolute(request.out),
    names: Object.fromEntries(
      ours.map(({ path, subject, session }) => [join(dir, path), session === null ? subject : `${subject}_${session}`]),
    ),
    checkpointDir: checkpointDir(dir, checkpoint),
    checkpointSha256: checkpoint.sha256,
    versions: job.versions,
  };
}

/** Of a network that was trained elsewhere the scans are not known. */
function prepareEvaluate(project: OwnedProject, job: Job, request: EvaluateRequest): TaskOf<'evaluate'> {
  const { store, dir } = project;
  const checkpoint = store.checkpoints.get(request.checkpointId);
  const { request: training } = store.jobs.get(checkpoint.jobId);
  const volumes = training.kind === 'train' ? store.datasets.allVolumes(training.datasetId) : [];
  return {
    kind: 'evaluate',
    request: {
      ...request,
      high: request.high.map((file) => resolve(dir, file)),
      ...(request.low === undefined ? {} : { low: request.low.map((file) => resolve(dir, file)) }),
      out: request.out === null ? null : resolve(dir, request.out),
    },
    jobDir: jobDir(dir, job.id),
    reportsDir: reportsDir(dir),
    jobId: job.id,
    checkpointDir: checkpointDir(dir, checkpoint),
    checkpointSha256: checkpoint.sha256,
    volumes: volumes.map(({ subject, split, path, sha256, sourceSha256, labelPath, low, removed }) => ({
      subject, split, sha256, sourceSha256, removed,
      path: join(dir, path),
      labelPath: labelPath === null ? null : join(dir, labelPath),
      lowPath: low === null ? null : join(dir, low.path),
    })), // prettier-ignore
    versions: job.versions,
  };
}

function prepareEvidence({ store, dir }: OwnedProject, job: Job, request: EvidenceRequest): TaskOf<'evidence'> {
  const dataset = 'folder' in request.real ? null : store.datasets.byId(request.real.datasetId);
  return {
    kind: 'evidence',
    request,
    jobDir: jobDir(dir, job.id),
    reportsDir: reportsDir(dir),
    jobId: job.id,
    dataset:
      dataset === null
        ? null
        : {
            name: dataset.name,
            grid: dataset.grid,
            spacingMm: dataset.spacingMm,
            volumes: store.datasets.volumes(dataset.id).map(({ subject, session, split, path, sha256, labelPath }) => ({
              subject, session, split, sha256,
              path: join(dir, path),
              labelPath: labelPath === null ? null : join(dir, labelPath),
            })), // prettier-ignore
          },
    versions: job.versions,
  };
}

/** Makes the job's folder and the task; throws what stands in the way (`not-found`, `already-exists` …). */
export async function prepareTask(project: OwnedProject, job: Job, notice: Notice): Promise<WorkerTask> {
  const { store, dir } = project;
  const folder = jobDir(dir, job.id);
  await mkdir(folder, { recursive: true });
  if (job.request.kind === 'train') return prepareTrain(project, { job, request: job.request, notice });
  // All but training begin again from the beginning.
  store.transaction(() => {
    store.fileOutcomes.deleteOfJob(job.id);
    store.artifacts.deleteOfJob(job.id);
    store.candidates.deleteOfJob(job.id);
  });
  switch (job.request.kind) {
    case 'study':
      return prepareStudyTask(project, job.request);
    case 'scan':
      return { kind: 'scan', request: job.request, jobDir: folder };
    case 'import':
      if (store.datasets.hasName(job.request.name)) throw nameTaken(job.request.name);
      return { kind: 'import', request: job.request, projectDir: dir, jobDir: folder };
    case 'synthesize':
      return prepareSynthesize(project, job, job.request);
    case 'super-resolve':
      return prepareSuperResolve(project, job, job.request);
    case 'render': {
      const { checkpointId } = job.request;
      const checkpoint = store.checkpoints.get(checkpointId);
      return {
        kind: 'render',
        request: job.request,
        checkpointDir: checkpointDir(dir, checkpoint),
        checkpointSha256: checkpoint.sha256,
      };
    }
    case 'weights-import':
      return { kind: 'weights-import', request: job.request, projectDir: dir, jobId: job.id, versions: job.versions };
    case 'checkpoint-import':
      throw new AppError('wrong-state', `Job ${job.id} stands for a checkpoint that was imported; it does not run.`);
    case 'evaluate':
      return prepareEvaluate(project, job, job.request);
    case 'evidence':
      return prepareEvidence(project, job, job.request);
    case 'utility':
      return prepareUtility(project, job, job.request);
    case 'latent-encode':
      return prepareEncode(project, job, job.request);
    case 'latent-fit':
      return prepareFit(project, job, job.request);
    case 'latent-walk':
      return prepareWalk(project, job, job.request);
    case 'bundle':
      return prepareBundle(project, job, job.request);
    case 'leaderboard':
      return prepareLeaderboard(project, job, job.request);
    case 'phantom':
      return { kind: 'phantom', request: job.request, jobDir: folder };
  }
}
