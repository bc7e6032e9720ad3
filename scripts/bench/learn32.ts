/**
 * `npm run -s bench -- learn32 [FOLDER] [--minutes 5]`: does training help? Trains `alpha-wgan` at 32³ and compares 32
 * generated volumes with held-out scans, from the untrained generator and from the trained one. One JSON line on stdout,
 * pictures in bench/out.
 */
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { AppError, toErrorShape } from '#contract/errors.ts';
import type { Job } from '#contract/jobs.ts';
import { drawContactSheet } from '#imaging/contactSheet.ts';
import { createRandom } from '#shared/random.ts';
import { linearMmd, type LinearMmd } from '#shared/statistics/linearMmd.ts';
import { meanPairwiseMsSsim, type PairwiseSimilarity } from '#shared/statistics/structuralSimilarity.ts';
import type { Volume } from '#shared/volume/volume.ts';
import { openSession, type BackendSession } from '../demo/backendSession.ts';
import { shortTraining } from '../demo/plan.ts';
import { readReals, readSynthetic, sheetCell, type RealScan } from '../demo/scanSets.ts';

const grid = 32;
const generated = 32;
const holdout = 0.3; // the comparison needs a few scans that nobody trained on
const seed = 1;
const splitHalves = 200;
const mostPairs = 1000;
const phantoms = { count: 24, seed: 1 } as const;
const datasetName = 'bench';
const modelId = 'alpha-wgan';
const pictures = resolve('bench', 'out');
/** The cohort that engineers share, beside the checkout. */
const sharedCohort = resolve('..', 'shared', 'cohort');

const startedAt = performance.now();
const say = (line: string): void => {
  console.error(`${((performance.now() - startedAt) / 1000).toFixed(1).padStart(6)} s  ${line}`);
};

interface Measures {
  readonly mmd: LinearMmd;
  readonly msSsim: PairwiseSimilarity;
}

/** From [-1, 1] to the [0, 1] of the published figures. */
const unit = (volume: Volume): Float32Array => volume.data.map((value) => (value + 1) / 2);

function similarity(volumes: readonly Float32Array[]): PairwiseSimilarity {
  return meanPairwiseMsSsim(volumes, {
    size: [grid, grid, grid],
    dataRange: 1,
    pairs: mostPairs,
    random: createRandom(seed),
  });
}

/** What the distance is between two random halves of the reals, on average: nothing learns to be closer than that. */
function splitHalfFloor(volumes: readonly Float32Array[]): LinearMmd {
  const random = createRandom(seed).fork('split halves');
  const half = Math.floor(volumes.length / 2);
  const found = Array.from({ length: splitHalves }, () => {
    const order = random.shuffle(volumes);
    return linearMmd(order.slice(0, half), order.slice(half, 2 * half));
  });
  const mean = (pick: (value: LinearMmd) => number): number =>
    found.reduce((sum, value) => sum + pick(value), 0) / found.length;
  return { biased: mean((value) => value.biased), unbiased: mean((value) => value.unbiased) };
}

async function chooseFolder(
  session: BackendSession,
  project: string,
  named: string | undefined,
  work: string,
): Promise<{ folder: string; source: string }> {
  if (named !== undefined) return { folder: resolve(named), source: 'folder' };
  if ((await stat(sharedCohort).catch(() => null)) !== null) return { folder: sharedCohort, source: 'shared cohort' };
  say('The shared cohort is not beside the checkout: phantoms take its place.');
  const out = join(work, 'phantoms');
  await session.finish(project, await session.call('phantom.create', { project, ...phantoms, out }), 'Phantoms');
  return { folder: out, source: 'phantoms' };
}

async function train(session: BackendSession, project: string, minutes: number): Promise<Job> {
  const asked = {
    project,
    dataset: datasetName,
    modelId,
    preset: null,
    overrides: { ...shortTraining },
    until: { minutes },
    seed,
    previewEvery: null,
    checkpointEvery: null,
  };
  return session.finish(project, await session.call('model.train', asked), 'Training');
}

interface Generation {
  readonly project: string;
  readonly checkpoint: string | null;
  readonly out: string;
}

async function generate(session: BackendSession, { project, checkpoint, out }: Generation): Promise<readonly Volume[]> {
  const asked = await session.call('checkpoint.synthesize', {
    project,
    checkpoint,
    count: generated,
    seed,
    truncation: 1,
    out,
  });
  const job = await session.finish(project, asked, 'Synthesis');
  const [{ artifacts }, { volumeList }] = await Promise.all([
    session.call('job.show', { project, job: job.id }),
    session.call('dataset.show', { project, name: datasetName }),
  ]);
  return readSynthetic(
    artifacts,
    volumeList.filter((record) => record.split === 'train'),
  );
}

async function drawSheet(
  name: string,
  volumes: readonly { readonly volume: Volume; readonly caption: string }[],
): Promise<void> {
  await mkdir(pictures, { recursive: true });
  const cells = volumes.slice(0, 16).map(({ volume, caption }) => sheetCell(volume, caption));
  const path = join(pictures, `learn32-${name}.png`);
  await writeFile(path, drawContactSheet(cells, { columns: 4, scale: 3 }));
  say(`Picture: ${path}`);
}

const captioned = (volumes: readonly Volume[], word: string): readonly { volume: Volume; caption: string }[] =>
  volumes.map((volume, index) => ({ volume, caption: `${word} ${index + 1}` }));

function summarise(
  reals: readonly RealScan[],
  before: readonly Volume[],
  after: readonly Volume[],
): Record<string, unknown> {
  const heldOut = reals.filter((scan) => scan.split === 'heldout').map((scan) => unit(scan.volume));
  if (heldOut.length < 2)
    throw new AppError('usage', `Only ${heldOut.length} scans are held out; two or more are needed to compare with.`);
  const all = reals.map((scan) => unit(scan.volume));
  const measure = (volumes: readonly Volume[]): Measures => {
    const made = volumes.map(unit);
    return { mmd: linearMmd(made, heldOut), msSsim: similarity(made) };
  };
  const [first, last] = [measure(before), measure(after)];
  const floor = splitHalfFloor(all);
  const real = similarity(all);
  const realTrain = similarity(reals.filter((scan) => scan.split === 'train').map((scan) => unit(scan.volume)));
  const round = (value: number): number => Number(value.toPrecision(5));
  const of = ({ biased, unbiased }: LinearMmd): Record<string, number> => ({
    biased: round(biased),
    unbiased: round(unbiased),
  });
  return {
    mmd2: {
      before: of(first.mmd),
      after: of(last.mmd),
      ratio: round(last.mmd.biased / first.mmd.biased),
      realHalves: of(floor),
      afterToRealHalves: round(last.mmd.biased / floor.biased),
      range: '[0, 1]',
    },
    msSsim: {
      before: round(first.msSsim.mean),
      after: round(last.msSsim.mean),
      real: round(real.mean),
      realTrain: round(realTrain.mean),
      window: real.window,
      scales: real.scales,
      weights: real.weights.map(round),
    },
    pairs: { generated: last.msSsim.pairs, real: real.pairs },
    n: {
      generated,
      heldOut: heldOut.length,
      train: reals.length - heldOut.length,
      realHalf: Math.floor(all.length / 2),
    },
  };
}

async function bench(session: BackendSession, work: string): Promise<Record<string, unknown>> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { minutes: { type: 'string', default: '5' } },
  });
  const minutes = Number(values.minutes);
  if (!(minutes > 0) || positionals.length > 1)
    throw new AppError('usage', 'npm run -s bench -- learn32 [FOLDER] [--minutes M]');
  const project = join(work, 'Learn.doppel');
  await session.call('project.create', { project });
  const { folder, source } = await chooseFolder(session, project, positionals[0], work);
  const request = {
    project,
    folder,
    name: datasetName,
    grid,
    spacingMm: 'auto' as const,
    holdout,
    seed,
    derivative: null,
  };
  await session.finish(project, await session.call('dataset.import', request), 'Import');
  const dataset = await session.call('dataset.show', { project, name: datasetName });
  say(
    `${source}: ${dataset.train} training scans, ${dataset.heldout} held out, ${grid}³ voxels of ${dataset.spacingMm.toFixed(2)} mm`,
  );

  const from = performance.now();
  const trained = await train(session, project, minutes);
  const seconds = (performance.now() - from) / 1000;
  say(`Trained ${trained.iteration} iterations in ${seconds.toFixed(0)} s`);
  const { checkpoints } = await session.call('job.show', { project, job: trained.id });
  const untrained = checkpoints.find((checkpoint) => checkpoint.iteration === 0);
  if (untrained === undefined)
    throw new AppError('internal', 'The training left no checkpoint of iteration 0 to compare with.');
  const before = await generate(session, { project, checkpoint: untrained.id, out: join(work, 'before') });
  const after = await generate(session, { project, checkpoint: trained.checkpoint, out: join(work, 'after') });

  const reals = await readReals(dataset.volumeList);
  await drawSheet(
    'real',
    reals
      .toSorted((a, b) => a.split.localeCompare(b.split))
      .map(({ volume, subject, split }) => ({ volume, caption: `${subject} ${split}` })),
  );
  await drawSheet('before', captioned(before, 'untrained'));
  await drawSheet('after', captioned(after, 'synthetic'));
  return {
    case: 'learn32', source, model: modelId, overrides: shortTraining, grid, spacingMm: dataset.spacingMm, seed, split: 'heldout',
    minutes, iterations: trained.iteration, secondsTraining: Math.round(seconds), secondsPerIteration: trained.secondsPerIteration, device: trained.device,
    ...summarise(reals, before, after),
    seconds: Math.round((performance.now() - startedAt) / 1000),
  }; // prettier-ignore
}

const work = await mkdtemp(join(tmpdir(), 'doppel-learn32-'));
const session = openSession(say);
try {
  console.log(JSON.stringify(await bench(session, work)));
} catch (thrown) {
  const { code, message } = toErrorShape(thrown);
  console.error(message);
  process.exitCode = code === 'usage' ? 2 : 1;
} finally {
  await session.close();
  await rm(work, { recursive: true, force: true });
}
