/**
 * `npm run -s bench -- learn-sr [--minutes 20] [--adversarial WEIGHT] [--set key=value …] [--preset NAME] [--test FILE …]`:
 * does super-resolution gain anything? Trains `srgan` ×2 on five scans of the shared cohort and measures it on a sixth and on a scan of another
 * scanner and anatomy (Debian's ch2bet), against interpolation. With `--adversarial` it trains twice for so many minutes, the
 * second time with the discriminator at that weight, so that both settings can be printed. A table on stderr, one JSON line on stdout, the report in
 * bench/out/learn-sr.
 */
import { cp, mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { AppError, toErrorShape } from '#contract/errors.ts';
import type { EvaluationReport, MethodResult, ScanResult, UpscalingMethod } from '#contract/evaluation.ts';
import type { Job } from '#contract/jobs.ts';
import { openSession, type BackendSession } from '../demo/backendSession.ts';

const modelId = 'srgan';
const factor = 2;
const seed = 1;
const trainingSubjects = ['sub-01', 'sub-02', 'sub-03', 'sub-04', 'sub-06'] as const;
/** The cohort that engineers share, beside the checkout. */
const cohort = resolve('..', 'shared', 'cohort');
const scanOf = (subject: string): string => join(subject, 'anat', `${subject}_T1w.nii.gz`);
const ch2bet = '/usr/share/mricron/templates/ch2bet.nii.gz';
/** dB of PSNR in the brain over cubic B-spline; SSIM must be higher on both. */
const goals: readonly { readonly file: string; readonly gainDb: number }[] = [
  { file: 'sub-05_T1w.nii.gz', gainDb: 2 },
  { file: 'ch2bet.nii.gz', gainDb: 1 },
];
const datasetName = 'bench';
const spacingMm = 1;
/** Voxels a side at 1 mm: every brain of the cohort fits. */
const grid = 192;
const backProjection = 5;
const reportFolder = resolve('bench', 'out', 'learn-sr');

const startedAt = performance.now();
const say = (line: string): void => {
  console.error(`${((performance.now() - startedAt) / 1000).toFixed(1).padStart(6)} s  ${line}`);
};

const secondsSoFar = (): number => Math.round((performance.now() - startedAt) / 1000);

const isThere = async (path: string): Promise<boolean> => (await stat(path).catch(() => null)) !== null;

/** The scans to test on; says what is missing and how to get it. */
async function testScans(named: readonly string[] | undefined): Promise<readonly string[]> {
  const asked = named ?? [join(cohort, scanOf('sub-05')), ch2bet];
  const there = await Promise.all(asked.map(isThere));
  const missing = asked.filter((_, index) => there[index] === false);
  for (const path of missing) {
    const hint = path === ch2bet ? ' It is in the Debian package mricron-data.' : '';
    say(`Not tested: ${basename(path)} is not there.${hint}`);
  }
  return asked.filter((path) => !missing.includes(path));
}

/** The five scans alone in a folder, so that the import sees no other. */
async function copyTraining(work: string): Promise<string> {
  const folder = join(work, 'scans');
  for (const subject of trainingSubjects) {
    const from = join(cohort, scanOf(subject));
    if (!(await isThere(from)))
      throw new AppError('usage', `The shared cohort with ${scanOf(subject)} must lie beside the checkout.`);
    await mkdir(join(folder, subject, 'anat'), { recursive: true });
    await cp(from, join(folder, scanOf(subject)));
  }
  return folder;
}

interface Options {
  readonly minutes: number;
  readonly preset: string | null;
  readonly overrides: Readonly<Record<string, unknown>>;
  readonly tests: readonly string[] | undefined;
  /** Of the discriminator in a second training; null: there is none. */
  readonly adversarial: number | null;
}

function readOptions(): Options {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string', default: '20' },
      preset: { type: 'string' },
      adversarial: { type: 'string' },
      set: { type: 'string', multiple: true, default: [] },
      test: { type: 'string', multiple: true },
    },
  });
  const minutes = Number(values.minutes);
  const adversarial = values.adversarial === undefined ? null : Number(values.adversarial);
  if (!(minutes > 0) || (adversarial !== null && !(adversarial > 0)))
    throw new AppError(
      'usage',
      'npm run -s bench -- learn-sr [--minutes M] [--adversarial WEIGHT] [--preset NAME] [--set key=value] [--test FILE]',
    );
  const settings = values.set.map((text) => {
    const split = text.indexOf('=');
    const typed = text.slice(split + 1);
    return [text.slice(0, split), typed !== '' && Number.isFinite(Number(typed)) ? Number(typed) : typed] as const;
  });
  return {
    minutes,
    preset: values.preset ?? null,
    overrides: { factor, ...Object.fromEntries(settings) },
    tests: values.test?.map((path) => resolve(path)),
    adversarial,
  };
}

async function train(session: BackendSession, project: string, { minutes, preset, overrides }: Options): Promise<Job> {
  const asked = await session.call('model.train', {
    project,
    dataset: datasetName,
    modelId,
    preset,
    overrides,
    until: { minutes },
    seed,
    previewEvery: null,
    checkpointEvery: null,
  });
  return session.finish(project, asked, 'Training');
}

interface Evaluated {
  readonly project: string;
  readonly checkpoint: string | null;
  readonly high: readonly string[];
  readonly out: string;
}

async function evaluate(session: BackendSession, { project, high, ...input }: Evaluated): Promise<EvaluationReport> {
  const asked = await session.call('checkpoint.evaluate', {
    project,
    ...input,
    high: [...high],
    includeTraining: false,
    backProjection,
    seed,
  });
  const job = await session.finish(project, asked, 'Evaluation');
  const found = (await session.call('evaluation.list', { project })).find((evaluation) => evaluation.job === job.id);
  if (found === undefined) throw new AppError('internal', 'The evaluation left no report.');
  return found.report;
}

const resultOf = ({ methods }: ScanResult, method: UpscalingMethod): MethodResult | undefined =>
  methods.find((result) => result.method === method);

/** What a scan gained over cubic B-spline, as they are and both after back-projection, and whether the goal is met. */
function gainOf(scan: ScanResult): Record<string, unknown> {
  const [network, cubic] = [resultOf(scan, 'network'), resultOf(scan, 'cubic')];
  const gainDb = (network?.psnr ?? NaN) - (cubic?.psnr ?? NaN);
  const gainSsim = (network?.ssim ?? NaN) - (cubic?.ssim ?? NaN);
  const [projected, cubicProjected] = [resultOf(scan, 'network-projected'), resultOf(scan, 'cubic-projected')];
  const bothProjectedDb = (projected?.psnr ?? NaN) - (cubicProjected?.psnr ?? NaN);
  const goal = goals.find(({ file }) => file === scan.source)?.gainDb ?? null;
  return { scan: scan.source, gainDb, gainSsim, bothProjectedDb, goalDb: goal, isMet: goal === null ? null : gainDb >= goal && gainSsim > 0 }; // prettier-ignore
}

function printTable(scans: readonly ScanResult[]): void {
  const shown = ['psnr', 'ssim', 'nrmse', 'gradientError', 'hfen', 'checkerboard', 'seconds'] as const;
  const row = (cells: readonly string[]): string => cells.map((cell, index) => (index < 2 ? cell.padEnd(20) : cell.padStart(14))).join(''); // prettier-ignore
  console.error(row(['scan', 'method', ...shown]));
  for (const scan of scans) {
    for (const result of scan.methods) {
      const values = shown.map((measure) => result[measure]?.toFixed(measure === 'psnr' ? 2 : 4) ?? '–');
      console.error(row([scan.source, result.method, ...values]));
    }
  }
}

interface Setting {
  readonly project: string;
  readonly options: Options;
  readonly tests: readonly string[];
  readonly out: string;
}

/** Trains with one setting and measures what it gained. */
async function measure(
  session: BackendSession,
  { project, options, tests, out }: Setting,
): Promise<Record<string, unknown>> {
  const { minutes, preset, overrides } = options;
  const trained = await train(session, project, options);
  say(`Trained ${trained.iteration} iterations in ${minutes} min`);
  const report = await evaluate(session, { project, checkpoint: trained.checkpoint, high: tests, out });
  printTable(report.scans);
  const gains = report.scans.map(gainOf);
  for (const gain of gains) say(JSON.stringify(gain));
  say(`Report: ${out}`);
  return {
    preset, overrides, minutes, seed, iterations: trained.iteration,
    secondsPerIteration: trained.secondsPerIteration, device: trained.device, trainingScans: trainingSubjects,
    scannerModel: report.scannerModel, gains,
    scans: report.scans.map(({ source, voxels, dataRange, methods }) => ({ source, voxels, dataRange, methods })),
  }; // prettier-ignore
}

async function bench(session: BackendSession, work: string): Promise<Record<string, unknown>> {
  const options = readOptions();
  const tests = await testScans(options.tests);
  if (tests.length === 0) throw new AppError('usage', 'There is no scan to test on.');
  const project = join(work, 'LearnSr.doppel');
  await session.call('project.create', { project });
  const folder = await copyTraining(work);
  const request = { project, folder, name: datasetName, grid, spacingMm, holdout: 0, seed, derivative: null };
  await session.finish(project, await session.call('dataset.import', request), 'Import');
  say(`${trainingSubjects.length} training scans, ${grid}³ voxels of ${spacingMm} mm`);
  const { adversarial, overrides } = options;
  if (adversarial === null) {
    const found = await measure(session, { project, options, tests, out: reportFolder });
    return { case: 'learn-sr', model: modelId, ...found, seconds: secondsSoFar() };
  }
  const settingOf = (weight: number): Setting => ({
    project,
    options: { ...options, overrides: { ...overrides, adversarial: weight } },
    tests,
    out: join(reportFolder, weight === 0 ? 'without-discriminator' : 'with-discriminator'),
  });
  const without = await measure(session, settingOf(0));
  say(`Once more with the discriminator, weight ${String(adversarial)}`);
  const withDiscriminator = await measure(session, settingOf(adversarial));
  return { case: 'learn-sr', model: modelId, ...without, withDiscriminator, seconds: secondsSoFar() };
}

const work = await mkdtemp(join(tmpdir(), 'doppel-learn-sr-'));
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
