/**
 * `npm run -s bench -- latent [--model autoencoder] [--minutes 10] [--column ventricles] [--value large] [--seed N]
 * [--project FOLDER] [--scans N]`: does the direction of a column change what it is the direction of? Trains a network at 64³ on the
 * shared cohort (or takes the newest checkpoint of the project that is given), encodes, fits the column, and moves scans
 * along its direction in a session, as the slider does. Prints the correlation between slider and measured ventricle
 * volume, and what a step takes. One JSON line on stdout.
 */
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { AppError, toErrorShape } from '#contract/errors.ts';
import type { LatentEncoding, LatentFit } from '#contract/latent.ts';
import { measureAnatomy } from '#imaging/anatomy/measureAnatomy.ts';
import { readVolume } from '#imaging/readVolume.ts';
import { correlation } from '#shared/statistics/predictionScores.ts';
import { openSession, type BackendSession } from '../../demo/backendSession.ts';
import { middleFluidMl } from './middleFluid.ts';

const grid = 64;
const holdout = 0.3;
const slider = [-3, -2, -1, 0, 1, 2, 3] as const;
/** Values up to here are background: what a decoder leaves around the brain. */
const backgroundUpTo = -0.95;
const datasetName = 'cohort';
const trueColumn = 'lateral_ventricles_ml';
/** The cohort that engineers share, beside the checkout. */
const cohort = resolve('..', 'shared', 'cohort');

const startedAt = performance.now();
const say = (line: string): void => {
  console.error(`${((performance.now() - startedAt) / 1000).toFixed(1).padStart(6)} s  ${line}`);
};
const rounded = (_key: string, value: unknown): unknown =>
  typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value;

interface Options {
  readonly model: string;
  readonly minutes: number;
  readonly column: string;
  readonly positive: string | null;
  readonly seed: number;
  readonly project: string | null;
  /** How many are walked. */
  readonly scans: number;
}

function readOptions(): Options {
  const { values } = parseArgs({
    options: {
      model: { type: 'string', default: 'autoencoder' },
      minutes: { type: 'string', default: '10' },
      column: { type: 'string', default: 'ventricles' },
      value: { type: 'string', default: 'large' },
      seed: { type: 'string', default: '1' },
      project: { type: 'string' },
      scans: { type: 'string', default: '20' },
    },
  });
  const [minutes, seed, scans] = [Number(values.minutes), Number(values.seed), Number(values.scans)];
  if (!(minutes > 0) || !Number.isSafeInteger(seed) || !(scans > 0))
    throw new AppError('usage', 'npm run -s bench -- latent [--model ID] [--minutes M] [--column NAME] [--value KIND] [--seed N] [--project FOLDER] [--scans N]'); // prettier-ignore
  const positive = values.value === '' ? null : values.value;
  return {
    model: values.model,
    minutes,
    column: values.column,
    positive,
    seed,
    project: values.project ?? null,
    scans,
  };
}

async function train(session: BackendSession, project: string, { model, minutes, seed }: Options): Promise<void> {
  if ((await stat(cohort).catch(() => null)) === null)
    throw new AppError('usage', 'The shared cohort must lie beside the checkout.');
  await session.call('project.create', { project });
  const scans = { folder: cohort, name: datasetName, grid, spacingMm: 'auto' as const, holdout, seed: 1, derivative: null }; // prettier-ignore
  await session.finish(project, await session.call('dataset.import', { project, ...scans }), 'Import');
  const known = { modelId: model, preset: 'look', overrides: {}, until: { minutes }, seed };
  const every = { previewEvery: null, checkpointEvery: null };
  const job = await session.call('model.train', { project, dataset: datasetName, ...known, ...every });
  const { iteration } = await session.finish(project, job, 'Training');
  say(`Trained ${String(iteration)} iterations.`);
}

interface Step {
  readonly sd: number;
  /** Dark voxels in the middle of the brain. */
  readonly fluidMl: number;
  /** By segmentation; null where the scan is too unlike one. */
  readonly segmentedMl: number | null;
  readonly brainMl: number;
  readonly seconds: number;
}

interface Walk {
  readonly session: BackendSession;
  readonly project: string;
  readonly projectId: string;
  readonly id: string;
  readonly fit: string;
  readonly encoding: LatentEncoding;
}

/** One scan moved along the direction, each place measured from the file that the viewer would show. */
async function walk({ session, projectId, id, fit, encoding }: Walk, volume: string): Promise<Step[]> {
  const steps: Step[] = [];
  for (const sd of slider) {
    const started = performance.now();
    const view = await session.call('latent.show', { session: id, at: { kind: 'direction', fit, volume, sd } });
    const seconds = (performance.now() - started) / 1000;
    const { path } = await session.call('file.locate', { projectId, kind: 'latent', id: view.volume });
    const { volume: shown } = await readVolume(path);
    const voxels = Float32Array.from(shown.data, (value) => (value <= backgroundUpTo ? -1 : value));
    const at = { side: encoding.grid, spacingMm: encoding.spacingMm };
    const { tissues, brainMl } = measureAnatomy(voxels, at);
    const segmentedMl = tissues?.ventriclesMl ?? null;
    steps.push({ sd, fluidMl: middleFluidMl(voxels, at), segmentedMl, brainMl, seconds });
  }
  return steps;
}

/** Slider against fluid in the middle; 0 where that never changes. */
const relation = (steps: readonly Step[]): number =>
  correlation(steps.map(({ sd }) => sd), steps.map(({ fluidMl }) => fluidMl)) ?? 0; // prettier-ignore

/** Of the real scans, against the true volume that the cohort's table has: what the measure is worth. */
async function validity(session: BackendSession, project: string, { dataset, grid: side }: LatentEncoding): Promise<number | null> {
  const { volumeList, spacingMm } = await session.call('dataset.show', { project, name: dataset });
  const pairs: { found: number; truth: number }[] = [];
  for (const { path, attributes } of volumeList) {
    const { volume } = await readVolume(path);
    pairs.push({ found: middleFluidMl(Float32Array.from(volume.data), { side, spacingMm }), truth: Number(attributes[trueColumn] ?? Number.NaN) });
  }
  return correlation(pairs.map(({ found }) => found), pairs.map(({ truth }) => truth));
} // prettier-ignore

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

async function fitColumn(session: BackendSession, project: string, { column, positive, seed }: Options): Promise<{ encodingJob: string; encoding: LatentEncoding; job: string; fit: LatentFit }> {
  const asked = await session.call('latent.encode', { project, checkpoint: null, dataset: null, steps: 100, seed });
  await session.finish(project, asked, 'Encoding');
  const fitting = await session.call('latent.fit', { project, encoding: asked.id, column, positive, permutations: 199, seed });
  await session.finish(project, fitting, 'Fit');
  const listed = await session.call('latent.list', { project });
  const found = listed.find(({ job }) => job === asked.id);
  const fitted = found?.fits.find(({ job }) => job === fitting.id);
  if (found === undefined || fitted === undefined) throw new AppError('internal', 'The fit left no results.');
  return { encodingJob: asked.id, encoding: found.encoding, job: fitting.id, fit: fitted.fit };
} // prettier-ignore

async function bench(session: BackendSession, work: string, options: Options): Promise<Record<string, unknown>> {
  const project = options.project === null ? join(work, 'Latent.doppel') : resolve(options.project);
  if (options.project === null) await train(session, project, options);
  const { id: projectId } = await session.call('project.show', { project });
  const { encodingJob, encoding, job, fit } = await fitColumn(session, project, options);
  const { kinds, score, second, line } = fit;
  say(`${fit.column}: ${score.name} ${score.value.toFixed(3)} (${score.low.toFixed(3)} to ${score.high.toFixed(3)}), p ${String(score.p)}, ${String(fit.scans)} scans`); // prettier-ignore
  const { session: id } = await session.call('latent.open', { project, encoding: encodingJob });
  const asked = { session, project, projectId, id, fit: job, encoding };
  const walks: { correlation: number; steps: Step[] }[] = [];
  for (const { volume, split } of encoding.scans.slice(0, options.scans)) {
    const steps = await walk(asked, volume);
    walks.push({ correlation: relation(steps), steps });
    say(
      `${split}: ${steps.map(({ fluidMl }) => fluidMl.toFixed(1)).join('  ')} ml, correlation ${relation(steps).toFixed(3)}`,
    );
  }
  await session.call('latent.close', { session: id });
  const steps = walks.flatMap((walked) => walked.steps);
  const found = walks.map((walked) => walked.correlation);
  const seconds = steps.map((step) => step.seconds).toSorted((a, b) => a - b);
  const at = (sd: number, of: (step: Step) => number | null): number | null => {
    const values = steps.flatMap((step) => (step.sd === sd ? [of(step)] : [])).filter((value) => value !== null);
    return values.length === 0 ? null : mean(values);
  };
  const along = (of: (step: Step) => number | null): object => Object.fromEntries(slider.map((sd) => [`${sd} SD`, at(sd, of)])); // prettier-ignore
  return {
    case: 'latent', model: encoding.modelId, grid: encoding.grid, latent: encoding.latent, seed: options.seed,
    minutes: options.project === null ? options.minutes : null,
    reconstruction: { rmse: mean(encoding.scans.map(({ rmse }) => rmse)), correlation: mean(encoding.scans.map((scan) => scan.correlation)) },
    column: fit.column, kinds, scans: fit.scans, score, second, line,
    walks: walks.length,
    correlation: { mean: mean(found), least: Math.min(...found), withinAll: correlation(steps.map(({ sd }) => sd), steps.map(({ fluidMl }) => fluidMl)) },
    fluidMl: along(({ fluidMl }) => fluidMl), segmentedMl: along(({ segmentedMl }) => segmentedMl), brainMl: along(({ brainMl }) => brainMl),
    validityOnRealScans: await validity(session, project, encoding),
    stepSeconds: { median: seconds[Math.floor(seconds.length / 2)], most: seconds.at(-1) },
  }; // prettier-ignore
}

async function main(): Promise<void> {
  const options = readOptions();
  const work = await mkdtemp(join(tmpdir(), 'doppel-latent-'));
  const session = openSession(say);
  try {
    console.log(JSON.stringify(await bench(session, work, options), rounded));
  } finally {
    await session.close();
    await rm(work, { recursive: true, force: true });
  }
}

await main().catch((thrown: unknown) => {
  const { code, message } = toErrorShape(thrown);
  console.error(message);
  process.exitCode = code === 'usage' ? 2 : 1;
});
