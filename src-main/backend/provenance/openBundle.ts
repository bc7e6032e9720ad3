/** Makes a project of a study's bundle, to be looked at and done again; scans of persons are not in it. */
import { existsSync, readFileSync } from 'node:fs';
import { copyFile, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { bundledStudy, bundleStudyName, type BundledStudy, type OpenedBundle } from '#contract/evidence/bundle.ts';
import { AppError } from '#contract/errors.ts';
import { job as jobSchema, type Job, type MetricRow } from '#contract/jobs.ts';
import { repeatCommands } from '#shared/provenance/repeat.ts';
import { newId } from '../identifiers.ts';
import { runOnce } from '../jobs/runOnce.ts';
import { createProject } from '../projects/createProject.ts';
import { bundleFolder, checkpointDir, jobDir, logFile } from '../projects/layout.ts';
import type { OwnedProject, ProjectSessions } from '../projects/sessions.ts';

const unknownForm = (cause: unknown): AppError =>
  new AppError('bad-input', `The bundle's ${bundleStudyName} is not of a form that this version of Doppel knows. Open it with the version that wrote it.`, { cause }); // prettier-ignore

function readStudy(folder: string): { study: BundledStudy; jobs: readonly Job[] } {
  try {
    const study = bundledStudy.parse(JSON.parse(readFileSync(join(folder, bundleStudyName), 'utf8')));
    return { study, jobs: study.jobs.map((one) => jobSchema.parse(one)) };
  } catch (cause) {
    throw unknownForm(cause);
  }
}

async function readMetrics(path: string): Promise<MetricRow[]> {
  const [heading = [], ...rows] = parse(await readFile(path, 'utf8'));
  return rows.map((row) => ({
    iteration: Number(row[0]),
    values: Object.fromEntries(heading.slice(1).flatMap((name, at) => (row[at + 1] === '' ? [] : [[name, Number(row[at + 1])]]))), // prettier-ignore
  }));
}

/** Absolute, so that nobody looks for it in the project. */
const notInBundle = (id: string): string => `/not in the bundle/${id}`;

function insertRows({ store }: OwnedProject, study: BundledStudy, { jobs, metrics }: { jobs: readonly Job[]; metrics: ReadonlyMap<string, MetricRow[]> }): void {
  store.transaction(() => {
    for (const job of jobs.toReversed()) {
      const isOver = job.state !== 'running' && job.state !== 'queued';
      store.jobs.insert(isOver ? job : { ...job, state: 'interrupted' });
      store.metrics.insert(job.id, metrics.get(job.id) ?? []);
      for (const notice of study.health[job.id] ?? []) store.healthNotices.insert(job.id, notice, study.createdAt);
    }
    for (const { record, jobId, volumes } of study.datasets) {
      const rows = volumes.map((volume) => ({ record: volume, labelSha256: null, thumbnailSha256: null }));
      store.datasets.insert({ ...record, jobId }, rows);
    }
    for (const checkpoint of study.withWeights ? study.checkpoints : []) store.checkpoints.insert(checkpoint);
    for (const artifact of study.artifacts) {
      const path = artifact.path === '' ? notInBundle(artifact.id) : `${bundleFolder}/${artifact.path}`;
      // What was scrubbed has another hash: the list of checksums vouches for it.
      if (artifact.kind !== 'report') store.artifacts.insert({ ...artifact, path });
      const voxels = study.voxelHashes[artifact.id];
      if (voxels !== undefined) store.provenance.insertVoxelHash(artifact.id, voxels);
    }
  });
} // prettier-ignore

async function fill(project: OwnedProject, folder: string): Promise<{ study: BundledStudy; jobs: readonly Job[] }> {
  const { study, jobs } = readStudy(folder);
  const metrics = new Map<string, MetricRow[]>();
  for (const [id, name] of Object.entries(study.metrics)) metrics.set(id, await readMetrics(join(folder, name)));
  insertRows(project, study, { jobs, metrics });
  for (const { id } of jobs) {
    const log = join(folder, 'jobs', id, 'log.txt');
    if (!existsSync(log)) continue;
    await mkdir(jobDir(project.dir, id), { recursive: true });
    await copyFile(log, logFile(project.dir, id));
  }
  for (const checkpoint of study.withWeights ? study.checkpoints : [])
    await rename(join(folder, 'checkpoints', checkpoint.id), checkpointDir(project.dir, checkpoint));
  return { study, jobs };
}

/** `out`: the new project. Throws `already-exists`, `not-found`, `bad-input`; leaves nothing behind then. */
export async function openBundle(sessions: ProjectSessions, path: string, out: string): Promise<OpenedBundle> {
  const unpacked = join(dirname(out), `.${newId(basename(out))}`);
  await createProject(out);
  try {
    const { files, bytes } = await runOnce({ kind: 'bundle-open', path, into: unpacked }, 'bundle-opened');
    const project = await sessions.own(out);
    await project.ready;
    const folder = join(project.dir, bundleFolder);
    await rename(unpacked, folder);
    const { study, jobs } = await fill(project, folder);
    const repeat = repeatCommands({
      project: project.dir,
      jobs,
      datasets: new Map(study.datasets.map(({ record }) => [record.id, record.name])),
      trainings: new Map(study.checkpoints.map(({ id, jobId }) => [id, jobId])),
    });
    const datasets = study.datasets.map(({ record: { name, fingerprint } }) => ({ name, fingerprint }));
    return { project: project.dir, files, bytes, datasets, repeat };
  } catch (thrown) {
    await sessions.forget(out);
    await rm(unpacked, { recursive: true, force: true });
    await rm(out, { recursive: true, force: true });
    throw thrown;
  }
}
