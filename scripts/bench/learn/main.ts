/**
 * `npm run -s bench -- learn MODEL [--minutes 15] [--preset NAME] [--set key=value …] [--seed N] [--json]`: does this model
 * learn brains? Trains it at 32³ on the shared cohort for so many minutes by the clock and compares what it makes with
 * scans that nobody trained on, beside the mean brain, a Gaussian, its own untrained state and what two halves of the reals
 * differ by. A table on stderr, one JSON line on stdout, pictures in bench/out/learn.
 */
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type * as TensorFlow from '@tensorflow/tfjs';
import { AppError, toErrorShape } from '#contract/errors.ts';
import type { Job } from '#contract/jobs.ts';
import type { CheckpointRecord } from '#contract/records.ts';
import { drawContactSheet } from '#imaging/contactSheet.ts';
import { createRandom } from '#shared/random.ts';
import { gaussianScans, meanBrain } from '#shared/statistics/baselines.ts';
import type { Sample } from '#shared/statistics/kernelDiscrepancy.ts';
import type { Volume } from '#shared/volume/volume.ts';
import { extractFeatures, openRandomExtractor } from '#worker/evidence/extractors.ts';
import { registerNativeKernels } from '#worker/nativeKernels.ts';
import { loadTensorFlow } from '#worker/tensorflow.ts';
import { openSession, type BackendSession } from '../../demo/backendSession.ts';
import { readReals, sheetCell, type RealScan } from '../../demo/scanSets.ts';
import {
  compareReconstructions,
  compareSets,
  createYardstick,
  measureReconstruction,
  type ScanSet,
} from './measures.ts';
import { readOptions, type LearnOptions } from './options.ts';
import { childProcessorMinutes } from './processorTime.ts';
import { makeScans } from './scans.ts';
import { tableLines } from './table.ts';

const grid = 32;
const holdout = 0.3; // the comparison needs some scans that nobody trained on
const splitSeed = 1; // the same scans are held out whatever the seed of the training
const generated = 48; // more than 1000 pairs
const datasetName = 'bench';
const pictures = resolve('bench', 'out', 'learn');
/** The cohort that engineers share, beside the checkout. */
const cohort = resolve('..', 'shared', 'cohort');

const startedAt = performance.now();
const say = (line: string): void => {
  if (!options.isQuiet) console.error(`${((performance.now() - startedAt) / 1000).toFixed(1).padStart(6)} s  ${line}`);
};
const rounded = (_key: string, value: unknown): unknown =>
  typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value;

interface Trained {
  readonly job: Job;
  readonly untrained: CheckpointRecord;
  readonly last: CheckpointRecord;
  readonly processorMinutes: number | null;
}

async function train(session: BackendSession, project: string, asked: LearnOptions): Promise<Trained> {
  const { entry, preset, overrides, minutes, seed } = asked;
  const before = await childProcessorMinutes();
  const request = {
    project,
    dataset: datasetName,
    modelId: entry.id,
    preset,
    overrides: { ...overrides },
    until: { minutes },
    seed,
    previewEvery: null,
    checkpointEvery: null,
  };
  const job = await session.finish(project, await session.call('model.train', request), 'Training');
  const after = await childProcessorMinutes();
  const { checkpoints } = await session.call('job.show', { project, job: job.id });
  const of = (iteration: number): CheckpointRecord => {
    const found = checkpoints.find((checkpoint) => checkpoint.iteration === iteration);
    if (found === undefined)
      throw new AppError('internal', `The training left no checkpoint of iteration ${iteration}.`);
    return { ...found, path: resolve(project, found.path) };
  };
  return {
    job,
    untrained: of(0),
    last: of(job.iteration),
    processorMinutes: before === null || after === null ? null : after - before,
  };
}

/** Features of scans by the fixed network, and what tells which network it was: as in a report of evidence. */
function openExtractor(tf: typeof TensorFlow): {
  readonly description: Readonly<Record<string, unknown>>;
  readonly describe: (voxels: Sample) => Promise<ScanSet>;
} {
  const extractor = openRandomExtractor();
  const onScan = (): Promise<void> => Promise.resolve();
  return {
    description: extractor.description,
    describe: async (voxels) => ({
      voxels,
      features: await extractFeatures(tf, extractor, { scans: voxels, side: grid, onScan }),
    }),
  };
}

interface Shown {
  readonly caption: string;
  readonly scans: Sample;
}

/** Rows of four scans. */
async function drawSheet(name: string, rows: readonly Shown[], like: Volume): Promise<void> {
  await mkdir(pictures, { recursive: true });
  const cells = rows.flatMap(({ caption, scans }) => scans.map((data) => sheetCell({ ...like, data }, caption)));
  const path = join(pictures, `${name}.png`);
  await writeFile(path, drawContactSheet(cells, { columns: 4, scale: 3 }));
  say(`Picture: ${path}`);
}

async function importCohort(session: BackendSession, project: string): Promise<readonly RealScan[]> {
  if ((await stat(cohort).catch(() => null)) === null)
    throw new AppError('usage', 'The shared cohort must lie beside the checkout.');
  const request = {
    project,
    folder: cohort,
    name: datasetName,
    grid,
    spacingMm: 'auto' as const,
    holdout,
    seed: splitSeed,
    derivative: null,
  };
  await session.finish(project, await session.call('dataset.import', request), 'Import');
  const dataset = await session.call('dataset.show', { project, name: datasetName });
  say(
    `${dataset.train} training scans, ${dataset.heldout} held out, ${grid}³ voxels of ${dataset.spacingMm.toFixed(2)} mm`,
  );
  return readReals(dataset.volumeList);
}

async function bench(session: BackendSession, work: string): Promise<Record<string, unknown>> {
  const { entry, preset, overrides, minutes, seed } = options;
  const project = join(work, 'Learn.doppel');
  await session.call('project.create', { project });
  const reals = await importCohort(session, project);
  const voxels = reals.map(({ volume }) => Float32Array.from(volume.data));
  const isHeldOut = reals.map(({ split }) => split === 'heldout');
  const heldOut = voxels.filter((_, at) => isHeldOut[at]);
  const training = voxels.filter((_, at) => !isHeldOut[at]);

  const { job, untrained, last, processorMinutes } = await train(session, project, options);
  say(`Trained ${job.iteration} iterations, ${processorMinutes?.toFixed(1) ?? '?'} minutes of processor`);
  const { tf } = await loadTensorFlow();
  registerNativeKernels(tf);
  const asked = { tf, count: generated, seed, scans: heldOut };
  const [after, before] = [
    await makeScans({ ...asked, checkpoint: last }),
    await makeScans({ ...asked, checkpoint: untrained }),
  ];

  const { description, describe } = openExtractor(tf);
  const yardstick = createYardstick({ ...(await describe(voxels)), isHeldOut, grid }, seed);
  const sets = {
    trained: await describe(after.voxels),
    untrained: await describe(before.voxels),
    'mean brain': await describe(meanBrain(training, generated)),
    Gaussian: await describe(
      gaussianScans(training, { count: generated, random: createRandom(seed).fork('gaussian') }),
    ),
    'training scans': await describe(training),
  };
  const measured = Object.fromEntries(Object.entries(sets).map(([name, set]) => [name, yardstick.measure(set)]));
  const against = (set: ScanSet): ReturnType<typeof compareSets> =>
    compareSets(yardstick.compare(sets.trained), yardstick.compare(set), seed);

  const means = meanBrain(training, heldOut.length);
  const rebuilt =
    after.rebuilt === null || before.rebuilt === null
      ? null
      : { trained: after.rebuilt, untrained: before.rebuilt, 'mean brain': means };
  const reconstruction =
    rebuilt === null
      ? null
      : Object.fromEntries(
          Object.entries(rebuilt).map(([name, made]) => [name, measureReconstruction(made, heldOut, seed)]),
        );

  for (const line of tableLines({ yardstick, sets: measured, rebuilt: reconstruction })) say(line);
  const [like] = reals as readonly [RealScan];
  await drawSheet(
    entry.id,
    [
      { caption: 'held out', scans: heldOut.slice(0, 4) },
      { caption: 'synthetic', scans: after.voxels.slice(0, 12) },
      { caption: 'untrained', scans: before.voxels.slice(0, 4) },
    ],
    like.volume,
  );
  if (after.rebuilt !== null) {
    await drawSheet(
      `${entry.id}-codes`,
      [
        { caption: 'held out', scans: heldOut.slice(0, 4) },
        { caption: 'from its code', scans: after.rebuilt.slice(0, 4) },
      ],
      like.volume,
    );
  }

  return {
    case: 'learn', model: entry.id, preset, overrides, grid, seed, splitSeed, date: new Date().toISOString().slice(0, 10),
    machine: `${cpus()[0]?.model.trim() ?? 'CPU'}, ${String(cpus().length)} cores`, device: job.device,
    minutes, processorMinutes, iterations: job.iteration, secondsPerIteration: job.secondsPerIteration,
    scans: { train: training.length, heldOut: heldOut.length, generated },
    features: { ...description, bandwidth: yardstick.bandwidth },
    msSsim: { ...yardstick.scales, real: yardstick.realSimilarity },
    splitHalf: yardstick.splitHalf, sets: measured,
    nearerThan: { meanBrain: against(sets['mean brain']), untrained: against(sets.untrained), gaussian: against(sets.Gaussian) },
    reconstruction,
    betterThan: rebuilt === null ? null : {
      meanBrain: compareReconstructions(rebuilt.trained, rebuilt['mean brain'], { scans: heldOut, seed }),
      untrained: compareReconstructions(rebuilt.trained, rebuilt.untrained, { scans: heldOut, seed }),
    },
    seconds: Math.round((performance.now() - startedAt) / 1000),
  }; // prettier-ignore
}

const fail = (thrown: unknown): void => {
  const { code, message } = toErrorShape(thrown);
  console.error(message);
  process.exitCode = code === 'usage' ? 2 : 1;
};

function readOptionsOrExit(): LearnOptions {
  try {
    return readOptions();
  } catch (thrown) {
    fail(thrown);
    process.exit();
  }
}

const options = readOptionsOrExit();
const work = await mkdtemp(join(tmpdir(), 'doppel-learn-'));
const session = openSession(say);
try {
  console.log(JSON.stringify(await bench(session, work), rounded));
} catch (thrown) {
  fail(thrown);
} finally {
  await session.close();
  await rm(work, { recursive: true, force: true });
}
