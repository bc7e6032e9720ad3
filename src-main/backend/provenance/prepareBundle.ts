/** Gathers what a bundle holds: rows and texts without places and names, and the files that may go along. */
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'csv-stringify/sync';
import {
  bundleManifestName,
  bundleStudyName,
  type BundledStudy,
  type BundleRequest,
} from '#contract/evidence/bundle.ts';
import type { Job, TaskOf } from '#contract/jobs.ts';
import type { ArtifactRecord } from '#contract/records.ts';
import { toHtml, toMarkdown, type CardDocument } from '#shared/provenance/document.ts';
import { repeatCommands } from '#shared/provenance/repeat.ts';
import { isPlainPath, isPlainSubject } from '#shared/privacy/plainNames.ts';
import { placesIn, scrubText, scrubValue, withoutPictures } from '#shared/provenance/scrub.ts';
import { heldArtifacts } from '../evidence/heldBack.ts';
import { now } from '../identifiers.ts';
import { checkpointDir, descriptionName, jobDir, logFile, weightsName } from '../projects/layout.ts';
import type { OwnedProject } from '../projects/sessions.ts';
import { currentVersions } from '../versions.ts';
import { bundleStudies } from './bundleStudies.ts';
import { cardOf, readFindings, sheetOf } from './documents.ts';
import { describeCrate, readMe } from './describeBundle.ts';

type BundleFile = TaskOf<'bundle'>['files'][number];

/** Of the checkout; a package has none. */
const lockFile = fileURLToPath(new URL('../../../package-lock.json', import.meta.url));
const installation = fileURLToPath(new URL('../../../', import.meta.url));

/** Of a job by its folder in the bundle. */
const jobFile = (job: string, name: string): string => `jobs/${job}/${name}`;

function metricsTable({ store }: OwnedProject, job: string): string | null {
  const { iterations, values } = store.metrics.series(job);
  if (iterations.length === 0) return null;
  const names = Object.keys(values);
  return stringify([['iteration', ...names], ...iterations.map((iteration, row) => [iteration, ...names.map((name) => values[name]?.[row] ?? '')])]); // prettier-ignore
}

/** Synthetic scans and pictures of them alone: previews and maps may show real ones. */
function artifactName({ id, jobId, kind, path }: ArtifactRecord, { withSynthetic }: BundleRequest): string | null {
  const ending = /\.[a-z.]+$/.exec(path.slice(path.lastIndexOf('/') + 1))?.[0] ?? '';
  if (kind === 'contact-sheet' || kind === 'thumbnail') return `figures/${jobId}/${id}.png`;
  if (withSynthetic && (kind === 'synthetic-volume' || kind === 'sidecar')) return `synthetic/${jobId}/${path.split(/[\\/]/).at(-1) ?? `${id}${ending}`}`; // prettier-ignore
  return null;
}

/** An evaluation names the files it was given; running numbers stay. */
function withoutSources(value: unknown): unknown {
  const report = value as { scans?: unknown };
  if (!Array.isArray(report.scans)) return value;
  const scans = (report.scans as Record<string, unknown>[]).map((scan, index) => {
    const { source } = scan;
    if (typeof source !== 'string' || isPlainSubject(source) || isPlainPath(source)) return scan;
    return { ...scan, source: `scan-${String(index + 1)}` };
  });
  return { ...report, scans };
}

/** Prepares the job's folder and the task of its worker. */
export async function prepareBundle(
  project: OwnedProject,
  job: Job,
  request: BundleRequest,
): Promise<TaskOf<'bundle'>> {
  const { store, dir } = project;
  const parts = join(jobDir(dir, job.id), 'parts');
  await rm(parts, { recursive: true, force: true });
  const files: BundleFile[] = [];
  const add = (name: string, from: string): void => void files.push({ name, from });
  const write = async (name: string, text: string): Promise<void> => {
    const path = join(parts, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
    add(name, path);
  };
  const document = async (name: string, card: CardDocument): Promise<void> => {
    await write(`${name}.md`, toMarkdown(card));
    await write(`${name}.html`, toHtml(card));
  };

  const jobs = store.jobs.list().filter(({ kind }) => kind !== 'scan' && kind !== 'bundle');
  const places = [
    ...new Set([dir, dirname(dir), homedir(), installation, ...placesIn(jobs.map((one) => one.request))]),
  ];
  const scrub = (text: string): string => scrubText(text, places);
  const shown = jobs.map((one) => scrubValue({ ...one, progress: null }, places) as Job);

  const findings = await readFindings(project);
  const metrics: Record<string, string> = {};
  for (const { id, kind } of jobs) {
    const log = await readFile(logFile(dir, id), 'utf8').catch(() => '');
    if (log !== '') await write(jobFile(id, 'log.txt'), scrub(log));
    const table = metricsTable(project, id);
    if (table !== null) await write((metrics[id] = jobFile(id, 'metrics.csv')), table);
    if (kind === 'train')
      await document(`models/${id}/model-card`, await cardOf(project, store.jobs.get(id), findings));
  }

  const datasets: BundledStudy['datasets'] = [];
  for (const record of store.datasets.list()) {
    const volumes = store.datasets.allVolumes(record.id).map((volume) => ({ ...volume, attributes: {}, labelPath: null, thumbnailPath: null, low: null })); // prettier-ignore
    const heading = ['subject', 'session', 'split', 'removed', 'sha256', 'source_sha256'];
    const rows = volumes.map(({ subject, session, split, removed, sha256, sourceSha256 }) => [subject, session ?? '', split, Number(removed), sha256, sourceSha256]); // prettier-ignore
    await write(`datasets/${record.id}/split.csv`, stringify([heading, ...rows]));
    await document(`datasets/${record.id}/datasheet`, sheetOf(project, record.name));
    const jobId = jobs.find(({ request: asked, state }) => asked.kind === 'import' && asked.name === record.name && state === 'succeeded')?.id; // prettier-ignore
    if (jobId !== undefined) datasets.push({ record, jobId, volumes });
  }

  for (const name of await bundleStudies(project, parts)) add(name, join(parts, name));

  const kept = new Set(jobs.map(({ id }) => id));
  const synthesised = new Set(jobs.filter(({ kind }) => kind === 'synthesize').map(({ id }) => id));
  const held = heldArtifacts(store);
  const artifacts: ArtifactRecord[] = [];
  for (const artifact of store.artifacts.list().filter(({ jobId }) => kept.has(jobId))) {
    const { id, jobId, kind, path } = artifact;
    const from = resolve(dir, path);
    const mayGo = synthesised.has(jobId) && !held.has(id) && existsSync(from);
    const name = mayGo ? artifactName(artifact, request) : null;
    if (name !== null) add(name, from);
    artifacts.push({ ...artifact, path: name ?? '' });
    if (kind !== 'report' || isAbsolute(path) || !existsSync(from)) continue;
    const text = await readFile(from, 'utf8');
    const reportName = `reports/${id}${path.endsWith('.json') ? '.json' : '.html'}`;
    if (path.endsWith('.json'))
      await write(reportName, `${JSON.stringify(scrubValue(withoutSources(JSON.parse(text)), places), null, 2)}\n`); // prettier-ignore
    else if (path.endsWith('.html') && ['evidence', 'utility'].includes(store.jobs.get(jobId).kind))
      await write(reportName, scrub(withoutPictures(text))); // prettier-ignore
    else continue;
    artifacts[artifacts.length - 1] = { ...artifact, path: reportName };
  }

  const checkpoints = store.checkpoints.list().filter(({ jobId }) => kept.has(jobId));
  for (const checkpoint of request.withWeights ? checkpoints : [])
    for (const name of [weightsName, descriptionName]) add(`checkpoints/${checkpoint.id}/${name}`, join(checkpointDir(dir, checkpoint), name)); // prettier-ignore

  if (existsSync(lockFile)) add('environment/package-lock.json', lockFile);
  const voxels = store.provenance.voxelHashes();
  const study: BundledStudy = {
    format: 'doppel-study-1',
    createdAt: now(),
    doppel: currentVersions.doppel,
    project: store.project.get(),
    datasets,
    jobs: shown,
    metrics,
    health: Object.fromEntries(jobs.map(({ id }) => [id, [...store.healthNotices.ofJob(id)]])),
    checkpoints: [...checkpoints],
    artifacts,
    voxelHashes: Object.fromEntries(
      artifacts.flatMap(({ id }) => (voxels.has(id) ? [[id, voxels.get(id) ?? '']] : [])),
    ),
    withWeights: request.withWeights,
    withSynthetic: request.withSynthetic,
  };
  await write(bundleStudyName, `${JSON.stringify(study, null, 2)}\n`);
  const repeat = repeatCommands({
    project: 'again.doppel',
    jobs: shown,
    datasets: new Map(datasets.map(({ record }) => [record.id, record.name])),
    trainings: new Map(checkpoints.map(({ id, jobId }) => [id, jobId])),
  });
  await write('README.md', readMe(study, repeat));
  const names = [...files.map(({ name }) => name), bundleManifestName];
  await write('ro-crate-metadata.json', `${JSON.stringify(describeCrate(study, names), null, 2)}\n`);
  const packed = [...new Map(files.map((file) => [file.name, file])).values()].sort((a, b) => (a.name < b.name ? -1 : 1)); // prettier-ignore
  return { kind: 'bundle', request, parts, files: packed };
}
