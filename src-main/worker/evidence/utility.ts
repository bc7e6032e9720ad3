/**
 * The job that measures what synthetic scans are good for: the same segmentation network trained on real scans and on real
 * and synthetic ones, tested by subject on real scans that it never saw (the table of Ferreira et al. 2022, Appl. Sci.
 * 12:4844). Writes a report as JSON and as HTML; folds that are done stay with the job, which goes on after them.
 */
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { z } from 'zod';
import { utilityReport, type TestedScan, type UtilityReport } from '#contract/evidence/utility.ts';
import type { TaskOf } from '#contract/jobs.ts';
import { sha256Of, writeFileAtomic } from '#imaging/atomicWrite.ts';
import { cancelledError, type WorkerContext } from '../context.ts';
import { registerNativeKernels } from '../nativeKernels.ts';
import { loadTensorFlow } from '../tensorflow.ts';
import { summarizeUtility } from './summarizeUtility.ts';
import { hashOfScans, readUtilityData, type UtilityData } from './utilityData.ts';
import { runFold, type FoldResult } from './utilityFold.ts';
import { planArms, splitFolds, type Folds, type PlannedArm } from './utilityFolds.ts';
import { writeUtilityReport } from './utilityReport.ts';
import { utilityNotes } from './utilityWords.ts';

type Task = TaskOf<'utility'>;

/** A fold that is done, and of what. */
const doneFold = z.strictObject({
  of: z.string(),
  parameters: z.int().positive(),
  scans: utilityReport.shape.scans,
});

interface Comparison {
  readonly task: Task;
  readonly context: WorkerContext;
  readonly data: UtilityData;
  readonly split: Folds;
  readonly arms: readonly PlannedArm[];
  isSeen(subject: string): boolean | null;
}

const foldFile = ({ jobDir }: Task, fold: number): string => join(jobDir, `fold-${String(fold)}.json`);

/** Whatever a fold's numbers follow from. */
function hashOf({ task, data, arms }: Comparison): string {
  const { request, dataset, versions, volumes } = task;
  const scans = volumes.map(({ id }) => id);
  return sha256Of(JSON.stringify([request, dataset, versions.doppel, scans, hashOfScans(data.synthetic), arms]));
}

/** Null: not done yet, or of something else. */
async function readFold(comparison: Comparison, fold: number): Promise<FoldResult | null> {
  try {
    const { of, ...result } = doneFold.parse(JSON.parse(await readFile(foldFile(comparison.task, fold), 'utf8')));
    return of === hashOf(comparison) ? result : null;
  } catch {
    return null;
  }
}

interface FoldsDone {
  readonly scans: readonly TestedScan[];
  readonly parameters: number;
}

async function runFolds(comparison: Comparison): Promise<FoldsDone> {
  const { task, context, data, split, arms, isSeen } = comparison;
  const { network, seed } = task.request;
  const perFold = arms.length * network.updates;
  const total = split.folds.length * perFold;
  const scans: TestedScan[] = [];
  let parameters = 0;
  let [done, timed] = [0, 0];
  const startedAt = performance.now();
  for (const [at, { training, test }] of split.folds.entries()) {
    const fold = at + 1;
    const pick = (indices: readonly number[]): UtilityData['reals'] => data.reals.filter((_, index) => indices.includes(index)); // prettier-ignore
    const onUpdate = async (arm: string): Promise<void> => {
      await setImmediate(); // lets a cancel in
      if (context.isCancelled()) throw cancelledError();
      const secondsLeft = timed === 0 ? null : ((performance.now() - startedAt) / 1000 / timed) * (total - done);
      const note = `Fold ${String(fold)} of ${String(split.folds.length)}, ${arm}`;
      context.send({ type: 'progress', progress: { done, total, unit: 'iterations', secondsLeft, note } });
      done++;
      timed++;
    };
    const earlier = await readFold(comparison, fold);
    if (earlier !== null) done += perFold;
    const result = earlier ?? (await runFold({
      fold, arms, network, seed, isSeen, onUpdate, training: pick(training), test: pick(test), synthetic: data.synthetic,
      classes: data.labels.classes, grid: task.dataset.grid, spacingMm: task.dataset.spacingMm,
    })); // prettier-ignore
    if (earlier === null) await writeFileAtomic(foldFile(task, fold), JSON.stringify({ of: hashOf(comparison), ...result })); // prettier-ignore
    scans.push(...result.scans);
    ({ parameters } = result);
  }
  return { scans, parameters };
}

async function write({ task, context }: Comparison, ending: 'json' | 'html', text: string): Promise<void> {
  const path = join(task.reportsDir, `${task.jobId}.${ending}`);
  await writeFileAtomic(path, text);
  context.send({ type: 'artifact', kind: 'report', path, sha256: sha256Of(text), iteration: null, seed: task.request.seed }); // prettier-ignore
}

/** Of the subjects that are tested on: by every generator whose scans are there. */
function seenBy({ synthetic }: UtilityData): (subject: string) => boolean | null {
  const seen = new Set(synthetic.flatMap(({ generator }) => generator?.seen ?? []));
  const isKnown = synthetic.every(({ generator }) => generator !== null && generator.seen !== null);
  return (subject) => (seen.has(subject) ? true : isKnown ? false : null);
}

/** The same request and scans, the same numbers. Throws AppError: 'usage', 'no-usable-scans', 'cancelled' … */
export async function measureUtility(task: Task, context: WorkerContext): Promise<void> {
  await mkdir(task.jobDir, { recursive: true });
  await mkdir(task.reportsDir, { recursive: true });
  const data = await readUtilityData(task, context);
  const { request, dataset } = task;
  const isSeen = seenBy(data);
  const { folds: asked, testOn, seed } = request;
  const split = splitFolds({ subjects: data.reals.map(({ subject }) => subject), isSeen, folds: asked, testOn, seed });
  const { arms, notes } = planArms(request.arms, { folds: split.folds, available: data.synthetic.length });
  const { tf, engine } = await loadTensorFlow();
  registerNativeKernels(tf);
  const version = `${engine.name} ${engine.version}`;
  context.send({ type: 'device', device: engine.device, engine: version });

  const comparison: Comparison = { task, context, data, split, arms, isSeen };
  const { scans, parameters } = await runFolds(comparison);
  const { classes } = data.labels;
  const found = {
    format: 1 as const,
    createdAt: new Date().toISOString(),
    doppel: task.versions.doppel,
    engine: version,
    device: engine.device,
    dataset: { ...dataset, scans: data.reals.length, subjects: new Set(data.reals.map(({ subject }) => subject)).size },
    synthetic: {
      scans: data.synthetic.length,
      sha256: hashOfScans(data.synthetic),
      models: [...new Set(data.synthetic.flatMap(({ generator }) => (generator === null ? [] : [generator.modelId])))],
      labels: data.synthetic.every(({ labels }) => labels !== null) ? ('given' as const) : ('by-network' as const),
    },
    labels: data.labels,
    network: { ...request.network, parameters },
    split: {
      folds: split.folds.length,
      testOn: split.testOn,
      leakage: split.leakage,
      words: split.words,
      trainingScans: split.folds.map(({ training }) => training.length),
      testScans: split.folds.map(({ test }) => test.length),
    },
    arms: arms.map(({ id, arm, real, synthetic }) => ({ id, arm, real: [...real], synthetic: [...synthetic] })),
    seed,
    scans: [...scans],
    ...summarizeUtility({ scans, arms: arms.map(({ id }) => id), classes, seed }),
  };
  const report: UtilityReport = { ...found, notes: [...data.notes, ...notes, ...utilityNotes(found)] };
  await write(comparison, 'json', `${JSON.stringify(report, null, 2)}\n`);
  await write(comparison, 'html', writeUtilityReport(report));
}
