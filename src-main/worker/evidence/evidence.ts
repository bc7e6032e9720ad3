/**
 * The evidence job: brings real, synthetic and training scans to one grid, has each section measure them, and writes a
 * report as JSON and as a page. Same request, same numbers.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { SuspectedCopy } from '#contract/evidence/quarantine.ts';
import { evidenceReport, type EvidenceReport } from '#contract/evidence/report.ts';
import { evidenceSection } from '#contract/evidence/request.ts';
import type { TaskOf } from '#contract/jobs.ts';
import { sha256Of, writeFileAtomic } from '#imaging/atomicWrite.ts';
import type { EvidenceScans, SectionHooks } from '#shared/evidence/scans.ts';
import type { Section } from '#shared/report/building.ts';
import { writeEvidenceReport } from '#shared/report/evidence/evidencePage.ts';
import { cancelledError, type WorkerContext } from '../context.ts';
import { registerNativeKernels } from '../nativeKernels.ts';
import { loadTensorFlow } from '../tensorflow.ts';
import { extractorsFolder } from './extractors.ts';
import { readScans, type ReadScans } from './readScans.ts';
import { sections } from './sections.ts';
import { findSources, type EvidenceSources } from './sources.ts';

type Task = TaskOf<'evidence'>;

/** Says how far a part of the job is, lets a cancel in, and stops there. */
function createProgress(context: WorkerContext): (done: number, total: number, note: string) => Promise<void> {
  return async (done, total, note) => {
    context.send({ type: 'progress', progress: { done, total, unit: 'steps', secondsLeft: null, note } });
    await setImmediate();
    if (context.isCancelled()) throw cancelledError();
  };
}

interface Measured {
  readonly sections: EvidenceReport['sections'];
  readonly verdicts: EvidenceReport['verdicts'];
  /** Of the page. */
  readonly parts: readonly Section[];
}

/** One section after the other, in the order of the report. */
async function measure(
  { request, reportsDir }: Task,
  { scans, split, progress }: { scans: EvidenceScans; split: string; progress: SectionHooks['progress'] },
): Promise<Measured> {
  const verdicts: EvidenceReport['verdicts'] = [];
  const parts: Section[] = [];
  let found: EvidenceReport['sections'] = {};
  for (const section of evidenceSection.options) {
    const run = request.sections.includes(section) ? sections[section] : undefined;
    if (run === undefined) continue;
    const options = { seed: request.seed, cacheDir: join(reportsDir, extractorsFolder), split };
    const { result, verdict, part } = await run(scans, options, { progress });
    found = { ...found, ...result };
    verdicts.push({ section, ...verdict });
    parts.push(part);
  }
  return { sections: found, verdicts, parts };
}

function reportOf(
  { request, versions }: Task,
  { sources, read, measured, engine }: { sources: EvidenceSources; read: ReadScans; measured: Measured; engine: { words: string; device: string } },
): EvidenceReport {
  const { scans, preparation, records, excluded, warnings } = read;
  const { real, synthetic, training } = sources.sets;
  return {
    format: 1,
    createdAt: new Date().toISOString(),
    doppel: versions.doppel,
    engine: engine.words,
    device: engine.device,
    seed: request.seed,
    grid: { side: scans.side, spacingMm: scans.spacingMm },
    preparation,
    sets: {
      real: { ...real, n: scans.real.length },
      synthetic: { ...synthetic, n: scans.synthetic.length },
      training: training === null ? null : { ...training, n: scans.training.length },
    },
    scans: [...records],
    excluded: [...excluded],
    warnings: [...sources.warnings, ...warnings],
    verdicts: measured.verdicts,
    sections: measured.sections,
  };
} // prettier-ignore

/** Writes one form of the report to the project, and where else it was asked for. */
async function writeReport(
  { request, reportsDir, jobId }: Task,
  context: WorkerContext,
  ending: 'json' | 'html',
  text: string,
): Promise<void> {
  // prettier-ignore
  const { out, seed } = request;
  const paths = [join(reportsDir, `${jobId}.${ending}`), ...(out === null ? [] : [join(out, `evidence.${ending}`)])];
  for (const path of paths) {
    await writeFileAtomic(path, text);
    context.send({ type: 'artifact', kind: 'report', path, sha256: sha256Of(text), iteration: null, seed });
  }
}

/** The scans that the project holds back from now on. */
function suspectedIn({ sections: { privacy }, scans }: EvidenceReport): SuspectedCopy[] {
  if (privacy === undefined) return [];
  const hashes = new Map(scans.filter(({ role }) => role === 'synthetic').map(({ id, sha256 }) => [id, sha256]));
  return privacy.scans
    .filter(({ isSuspected }) => isSuspected)
    .map(({ id, nearest, similarity }) => ({
      sha256: hashes.get(id) ?? '',
      name: id,
      nearest,
      similarity,
      limit: privacy.limit.similarity,
    }));
}

/** Throws AppError 'no-usable-scans', 'not-found', 'cancelled'. */
export async function evidence(task: Task, context: WorkerContext): Promise<void> {
  const { request, dataset } = task;
  const progress = createProgress(context);
  await progress(0, 0, 'Looking for scans');
  const sources = await findSources(task, context);
  const { tf, engine } = await loadTensorFlow();
  registerNativeKernels(tf);
  const words = `${engine.name} ${engine.version}`;
  context.send({ type: 'device', device: engine.device, engine: words });
  const read = await readScans(sources, {
    grid: request.grid,
    dataset: dataset === null ? null : { side: dataset.grid, spacingMm: dataset.spacingMm },
    seed: request.seed,
    progress,
  });
  for (const outcome of read.outcomes) context.send({ type: 'file', outcome });
  const measured = await measure(task, { scans: read.scans, split: sources.sets.real.words, progress });
  // Parsed before it is written: what the contract does not know would be a report that nobody can open.
  const report = evidenceReport.parse(reportOf(task, { sources, read, measured, engine: { words, device: engine.device } })); // prettier-ignore
  context.send({ type: 'suspected', copies: suspectedIn(report) });
  await mkdir(task.reportsDir, { recursive: true });
  if (request.out !== null) await mkdir(request.out, { recursive: true });
  await writeReport(task, context, 'json', `${JSON.stringify(report, null, 2)}\n`);
  await writeReport(task, context, 'html', writeEvidenceReport(report, measured.parts));
}
