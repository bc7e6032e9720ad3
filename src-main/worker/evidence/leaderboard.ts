/**
 * The job that measures all generators of a dataset against the same real scans by the measures of likeness, and stores
 * the table: the same number of scans of each, from the same seeds.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { LeaderboardReport } from '#contract/evidence/leaderboard.ts';
import type { LikenessResult } from '#contract/evidence/likeness.ts';
import { AppError } from '#contract/errors.ts';
import type { TaskOf } from '#contract/jobs.ts';
import { sha256Of, writeFileAtomic } from '#imaging/atomicWrite.ts';
import type { EvidenceScan, EvidenceScans } from '#shared/evidence/scans.ts';
import { cancelledError, type WorkerContext } from '../context.ts';
import { readDatasetVolume } from '../datasetVolume.ts';
import { backgroundUpTo } from '../intensities.ts';
import { registerNativeKernels } from '../nativeKernels.ts';
import { openGenerator } from '../openGenerator.ts';
import { loadTensorFlow } from '../tensorflow.ts';
import { volumesOf } from '../volumesOf.ts';
import { extractorsFolder } from './extractors.ts';
import { groupTrainings, type MeasuredTraining } from './leaderboardGroups.ts';
import { likeness } from './likeness.ts';

type Task = TaskOf<'leaderboard'>;
type Training = Task['trainings'][number];

const background = -1;

interface Measuring {
  readonly task: Task;
  /** Says how far a part of one training is, lets a cancel in, and stops there. */
  progress(at: number, share: number, note: string): Promise<void>;
}

function createMeasuring(task: Task, context: WorkerContext): Measuring {
  const total = task.trainings.length;
  const startedAt = performance.now();
  return {
    task,
    progress: async (at, share, note) => {
      const done = at + share;
      const elapsed = (performance.now() - startedAt) / 1000;
      const secondsLeft = done === 0 ? null : (elapsed / done) * (total - done);
      context.send({ type: 'progress', progress: { done: Math.round(100 * done), total: 100 * total, unit: 'steps', secondsLeft, note } });
      await setImmediate();
      if (context.isCancelled()) throw cancelledError();
    },
  };
} // prettier-ignore

async function readReals({ task, progress }: Measuring): Promise<Pick<EvidenceScans, 'real' | 'training'>> {
  const scans: EvidenceScan[] = [];
  for (const { id, split, path } of task.volumes) {
    await progress(0, 0, 'Reading real scans');
    const { data } = await readDatasetVolume(path, task.dataset.grid);
    const role = split === 'heldout' ? 'real held-out' : 'real training';
    scans.push({ id, role, voxels: Float32Array.from(data), labels: null });
  }
  const heldOut = scans.filter(({ role }) => role === 'real held-out');
  return heldOut.length > 0
    ? { real: heldOut, training: scans.filter(({ role }) => role === 'real training') }
    : { real: scans, training: [] };
}

/** What its checkpoint makes of the seeds, background as a synthesis writes it. */
async function makeScans({ task, progress }: Measuring, { modelId, ...training }: Training, at: number): Promise<EvidenceScan[]> {
  const { count, seed } = task.request;
  const { model } = await openGenerator(training.checkpointDir, training.checkpointSha256);
  try {
    const scans: EvidenceScan[] = [];
    for (let index = 0; index < count; index++) {
      await progress(at, (0.3 * index) / count, `${modelId}: making scan ${String(index + 1)} of ${String(count)}`);
      const made = model.generate({ count: 1, seed: seed + index, truncation: 1 }); // [1, d, h, w, 1]
      const [volume] = await volumesOf(made);
      made.dispose();
      const voxels = Float32Array.from(volume?.data ?? [], (value) => (value <= backgroundUpTo ? background : Math.min(1, value))); // prettier-ignore
      scans.push({ id: `synthetic-${String(index + 1)}`, role: 'synthetic', voxels, labels: null });
    }
    return scans;
  } finally {
    model.dispose();
  }
} // prettier-ignore

function referencesOf({ measures }: LikenessResult): LeaderboardReport['references'] {
  return measures.map(({ name, extractor, floor, real, meanBrain, pcaGaussian }) => ({
    name, extractor, floor, real, meanBrain, pcaGaussian,
  })); // prettier-ignore
}

interface MeasuredAll {
  readonly rows: readonly MeasuredTraining[];
  /** Of the last training: what does not depend on it is the same for all. */
  readonly common: LikenessResult;
  readonly split: string;
}

async function measureAll(measuring: Measuring): Promise<MeasuredAll> {
  const { task, progress } = measuring;
  const { dataset, request, reportsDir, trainings } = task;
  const reals = await readReals(measuring);
  const isHeldOut = reals.training.length > 0 || reals.real.some(({ role }) => role === 'real held-out');
  const split = `${isHeldOut ? 'held-out' : 'training'} scans of the dataset "${dataset.name}"${isHeldOut ? ', which nobody trained on' : ''}`;
  const rows: MeasuredTraining[] = [];
  let common: LikenessResult | null = null;
  for (const [at, { checkpointDir, ...training }] of trainings.entries()) {
    const synthetic = await makeScans(measuring, { checkpointDir, ...training }, at);
    const scans: EvidenceScans = { ...reals, synthetic, side: dataset.grid, spacingMm: dataset.spacingMm };
    const options = { seed: request.seed, cacheDir: join(reportsDir, extractorsFolder), split };
    const { result } = await likeness(scans, options, {
      progress: (done, total, note) => progress(at, 0.3 + (0.7 * done) / Math.max(1, total), `${training.modelId}: ${note}`),
    }); // prettier-ignore
    if (result.likeness === undefined) throw new AppError('internal', `${training.modelId} was not measured.`);
    common = result.likeness;
    const measures = common.measures.map(({ name, extractor, synthetic: figure, p }) => ({
      name,
      extractor,
      figure,
      p,
    }));
    rows.push({ ...training, measures });
  }
  if (common === null) throw new AppError('usage', 'There is no training to measure.');
  return { rows, common, split };
}

/** The same checkpoints and request, the same numbers. Throws AppError 'bad-input', 'checkpoint-damaged', 'cancelled'. */
export async function measureLeaderboard(task: Task, context: WorkerContext): Promise<void> {
  const { tf, engine } = await loadTensorFlow();
  registerNativeKernels(tf);
  const version = `${engine.name} ${engine.version}`;
  context.send({ type: 'device', device: engine.device, engine: version });
  const { rows, common, split } = await measureAll(createMeasuring(task, context));
  const { dataset, volumes, request } = task;
  const heldout = volumes.filter((volume) => volume.split === 'heldout').length;
  const report: LeaderboardReport = {
    format: 1,
    createdAt: new Date().toISOString(),
    doppel: task.versions.doppel,
    engine: version,
    device: engine.device,
    dataset: { ...dataset, train: volumes.length - heldout, heldout },
    split,
    count: request.count,
    seed: request.seed,
    extractors: common.extractors,
    references: referencesOf(common),
    ...groupTrainings(rows, { fingerprint: dataset.fingerprint, heldout }),
  };
  const text = `${JSON.stringify(report, null, 2)}\n`;
  await mkdir(task.reportsDir, { recursive: true });
  const path = join(task.reportsDir, `${task.jobId}.json`);
  await writeFileAtomic(path, text);
  context.send({ type: 'artifact', kind: 'report', path, sha256: sha256Of(text), iteration: null, seed: request.seed });
} // prettier-ignore
