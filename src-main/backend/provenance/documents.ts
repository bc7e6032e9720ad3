/** Model cards and datasheets, filled in from the project. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { WrittenDocument } from '#contract/evidence/provenance.ts';
import { AppError } from '#contract/errors.ts';
import { evaluationReport } from '#contract/evaluation.ts';
import { evidenceReport } from '#contract/evidence/report.ts';
import type { Job } from '#contract/jobs.ts';
import { datasheet } from '#shared/provenance/datasheet.ts';
import { placesToFill, toHtml, toMarkdown, type CardDocument } from '#shared/provenance/document.ts';
import { modelCard } from '#shared/provenance/modelCard.ts';
import { readReports, reportRows } from '../evaluations/listReports.ts';
import { now } from '../identifiers.ts';
import { describeModel } from '../models/describeModel.ts';
import { loadRegistry } from '../models/loadRegistry.ts';
import { requireWritable } from '../outFolder.ts';
import type { ReadProject } from '../projects/sessions.ts';
import { writeDurably } from '../studies/durableFile.ts';
import { currentVersions } from '../versions.ts';

/** The training of that id, or the newest. Throws `not-found`, and `usage` for a job of another kind. */
export function trainingOf({ store }: ReadProject, id: string | null): Job {
  const job = id === null ? store.jobs.list().find(({ kind }) => kind === 'train') : store.jobs.get(id);
  if (job === undefined) throw new AppError('not-found', 'The project has no training yet, so that there is no model to describe.'); // prettier-ignore
  if (job.kind === 'train') return job;
  throw new AppError('usage', `Job ${job.id} is no training: it is of kind ${job.kind}. A model card describes what a training made.`); // prettier-ignore
}

/** What was found of a training's results: evidence of the folders that its checkpoints were synthesised into, and evaluations. */
export async function readFindings(project: ReadProject) {
  const [evidence, evaluations] = await Promise.all([
    readReports(reportRows(project, 'evidence'), evidenceReport),
    readReports(reportRows(project, 'evaluate'), evaluationReport),
  ]);
  return { evidence, evaluations };
}
type Findings = Awaited<ReturnType<typeof readFindings>>;

/** Reads `findings` before, since the project may be open for a question only. */
export async function cardOf(
  { store }: ReadProject,
  job: Job,
  { evidence, evaluations }: Findings,
): Promise<CardDocument> {
  if (job.request.kind !== 'train') throw new AppError('internal', `Job ${job.id} is no training.`);
  const { request } = job;
  const checkpoints = store.checkpoints.ofJob(job.id);
  const own = new Set(checkpoints.map(({ id }) => id));
  const syntheses = store.jobs.list().flatMap(({ request: asked }) => (asked.kind === 'synthesize' && own.has(asked.checkpointId) ? [asked.out] : [])); // prettier-ignore
  const judged = new Set(
    store.jobs.list().flatMap(({ id, request: asked }) => (asked.kind === 'evidence' && syntheses.includes(asked.synthetic) ? [id] : [])), // prettier-ignore
  );
  const dataset = store.datasets.byId(request.datasetId);
  const known = {
    job,
    request,
    dataset,
    volumes: store.datasets.volumes(dataset.id),
    losses: store.metrics.last(job.id),
    health: store.healthNotices.ofJob(job.id),
    checkpoints,
    evidence: evidence.filter((one) => judged.has(one.job)).map(({ report }) => report),
    evaluations: evaluations.filter(({ report }) => own.has(report.checkpoint.id)).map(({ report }) => report),
    at: now(),
  };
  const model = (await loadRegistry()).findModel(request.modelId);
  return modelCard({ ...known, model: describeModel(model) });
}

/** Throws `not-found` for a dataset that is not there. */
export function sheetOf({ store }: ReadProject, name: string): CardDocument {
  const dataset = store.datasets.byName(name);
  const jobs = store.jobs.list();
  const imported = jobs.find(({ request, state }) => request.kind === 'import' && request.name === dataset.name && state === 'succeeded'); // prettier-ignore
  return datasheet({
    dataset,
    volumes: store.datasets.allVolumes(dataset.id),
    privacy: imported === undefined ? null : store.privacyReports.ofJob(imported.id),
    trainings: jobs.flatMap(({ id, request }) => (request.kind === 'train' && request.datasetId === dataset.id ? [id] : [])), // prettier-ignore
    doppel: currentVersions.doppel,
    at: now(),
  });
}

/** `NAME.md` and `NAME.html` in the folder; earlier ones of that name are replaced. */
export async function writeDocument(document: CardDocument, out: string, name: string): Promise<WrittenDocument> {
  await requireWritable(out);
  await mkdir(out, { recursive: true });
  const [markdown, html] = [join(out, `${name}.md`), join(out, `${name}.html`)];
  writeDurably(markdown, toMarkdown(document));
  writeDurably(html, toHtml(document));
  return { markdown, html, open: placesToFill(document) };
}
