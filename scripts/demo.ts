/**
 * `npm run demo [-- FOLDER]`: real scans (or phantoms) in, a trained network, synthetic scans and a report out, through the
 * same backend as everything else. Works in the folder `demo` of the clone.
 */
import { mkdir, readFile, stat } from 'node:fs/promises';
import { basename, isAbsolute, join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { AppError, toErrorShape } from '#contract/errors.ts';
import type { Job } from '#contract/jobs.ts';
import type { ArtifactRecord, DatasetRecord } from '#contract/records.ts';
import { writeFileAtomic } from '#imaging/atomicWrite.ts';
import { drawContactSheet } from '#imaging/contactSheet.ts';
import { createRandom } from '#shared/random.ts';
import { linearMmd } from '#shared/statistics/linearMmd.ts';
import { meanPairwiseMsSsim } from '#shared/statistics/structuralSimilarity.ts';
import type { Volume } from '#shared/volume/volume.ts';
import { openSession, type BackendSession } from './demo/backendSession.ts';
import { demoEntries, prepareDemoFolder } from './demo/demoFolder.ts';
import { plan } from './demo/plan.ts';
import { writeReport, type DemoResult, type Preview, type Timing } from './demo/report.ts';
import { readReals, readSynthetic, sheetCell, type RealScan } from './demo/scanSets.ts';

const usage =
  'npm run demo [-- FOLDER] [--minutes M]\n\nFOLDER: scans (NIfTI, MGH; flat, by patient, or BIDS); without it, phantoms.';
const demoDir = resolve('demo');
const sheetScans = 8;
const sheetLayout = { columns: 1, scale: 5 } as const;
const mostPreviews = 5;
const mostPairs = 500;

const startedAt = performance.now();
const elapsed = (): number => (performance.now() - startedAt) / 1000;
const say = (line: string): void => {
  console.log(`${elapsed().toFixed(1).padStart(6)} s  ${line}`);
};

interface Step<T> {
  readonly value: T;
  readonly timing: Timing;
}

/** Runs a step, says how it went, and keeps its time for the report. */
async function timed<T>(
  step: string,
  work: () => Promise<T>,
  describe: (value: T, seconds: number) => string,
): Promise<Step<T>> {
  const from = elapsed();
  const value = await work();
  const seconds = elapsed() - from;
  const note = describe(value, seconds);
  say(`${step}: ${note}`);
  return { value, timing: { step, seconds, note } };
}

async function readArguments(): Promise<{ readonly folder: string | null; readonly minutes: number }> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { minutes: { type: 'string' }, help: { type: 'boolean' } },
  });
  if (values.help === true) {
    console.log(usage);
    process.exit(0);
  }
  const minutes = values.minutes === undefined ? plan.train.minutes : Number(values.minutes);
  if (!(minutes > 0))
    throw new AppError('usage', `--minutes must be a number above 0, not "${String(values.minutes)}".`);
  const [named, ...more] = positionals;
  if (more.length > 0) throw new AppError('usage', `One folder at most, not ${String(positionals.length)}.\n${usage}`);
  if (named === undefined) return { folder: null, minutes };
  const folder = resolve(named);
  const found = await stat(folder).catch(() => null);
  if (found?.isDirectory() !== true) throw new AppError('not-found', `There is no folder ${named}.`);
  return { folder, minutes };
}

async function makePhantoms(session: BackendSession, project: string): Promise<string> {
  const out = join(demoDir, demoEntries.phantoms);
  const job = await session.call('phantom.create', { project, ...plan.phantoms, out });
  await session.finish(project, job, 'Phantoms');
  return out;
}

async function trainNetwork(session: BackendSession, project: string, minutes: number): Promise<Job> {
  const { modelId, preset, previewEvery } = plan.train;
  const job = await session.call('model.train', {
    project,
    dataset: plan.datasetName,
    modelId,
    preset,
    overrides: {},
    until: { minutes },
    seed: plan.seed,
    previewEvery,
    checkpointEvery: null,
  });
  return session.finish(project, job, 'Training');
}

/** Previews spread evenly over the training, the first and the last among them. */
async function readPreviews(artifacts: readonly ArtifactRecord[], project: string): Promise<readonly Preview[]> {
  const all = artifacts
    .filter((artifact) => artifact.kind === 'preview')
    .toSorted((a, b) => (a.iteration ?? 0) - (b.iteration ?? 0));
  const count = Math.min(mostPreviews, all.length);
  const chosen = Array.from(
    { length: count },
    (_, index) => all[Math.round((index * (all.length - 1)) / Math.max(1, count - 1))],
  );
  return Promise.all(
    chosen.flatMap((artifact) => {
      if (artifact === undefined) return [];
      const path = isAbsolute(artifact.path) ? artifact.path : join(project, artifact.path);
      return [readFile(path).then((png) => ({ iteration: artifact.iteration ?? 0, png }))];
    }),
  );
}

/** Held-out scans first, then training scans until the sheet is full. */
function realSheet(reals: readonly RealScan[]): Uint8Array {
  const ordered = [
    ...reals.filter((scan) => scan.split === 'heldout'),
    ...reals.filter((scan) => scan.split === 'train'),
  ];
  const cells = ordered
    .slice(0, sheetScans)
    .map(({ subject, split, volume }) =>
      sheetCell(volume, `${subject} ${split === 'heldout' ? 'held out' : 'training'}`),
    );
  return drawContactSheet(cells, sheetLayout);
}

function compareSets(reals: readonly RealScan[], synthetic: readonly Volume[]): DemoResult['comparison'] {
  const heldOut = reals.filter((scan) => scan.split === 'heldout');
  const reference = heldOut.length >= 2 ? heldOut : reals;
  if (reference.length < 2 || synthetic.length < 2) return null;
  const unit = (volume: Volume): Float32Array => volume.data.map((value) => (value + 1) / 2);
  const references = reference.map((scan) => unit(scan.volume));
  const made = synthetic.map(unit);
  const options = { size: [plan.grid, plan.grid, plan.grid], dataRange: 1, pairs: mostPairs } as const;
  const similarity = (volumes: readonly Float32Array[]): ReturnType<typeof meanPairwiseMsSsim> =>
    meanPairwiseMsSsim(volumes, { ...options, random: createRandom(plan.seed) });
  return {
    reference: heldOut.length >= 2 ? 'heldout' : 'all',
    references: references.length,
    mmd: linearMmd(made, references),
    real: similarity(reals.map((scan) => unit(scan.volume))),
    synthetic: similarity(made),
  };
}

async function run(session: BackendSession): Promise<string> {
  const { folder, minutes } = await readArguments();
  await prepareDemoFolder(demoDir);
  const project = join(demoDir, demoEntries.project);
  await session.call('project.create', { project });

  const phantoms =
    folder === null
      ? await timed(
          'Phantoms',
          () => makePhantoms(session, project),
          (_, seconds) =>
            `${String(plan.phantoms.count)} brains drawn, ${(seconds / plan.phantoms.count).toFixed(2)} s each`,
        )
      : null;
  const source = folder ?? phantoms?.value ?? '';

  const imported = await timed(
    'Import',
    async () => {
      const request = {
        project,
        folder: source,
        name: plan.datasetName,
        grid: plan.grid,
        spacingMm: 'auto' as const,
        holdout: plan.holdout,
        seed: plan.seed,
        derivative: phantoms === null ? null : 'labels',
      };
      const job = await session.finish(project, await session.call('dataset.import', request), 'Import');
      return session.call('job.show', { project, job: job.id });
    },
    ({ files }, seconds) =>
      `${String(files.length)} files, ${(seconds / Math.max(1, files.length)).toFixed(2)} s a file`,
  );
  const dataset = await session.call('dataset.show', { project, name: plan.datasetName });
  say(`Data set: ${describeDataset(dataset)}`);

  const trained = await timed(
    'Training',
    () => trainNetwork(session, project, minutes),
    (job) => `${String(job.iteration)} iterations, ${(job.secondsPerIteration ?? 0).toPrecision(2)} s each`,
  );

  const out = join(demoDir, demoEntries.synthetic);
  const synthesized = await timed(
    'Synthesis',
    async () => {
      const asked = await session.call('checkpoint.synthesize', {
        project,
        checkpoint: trained.value.checkpoint,
        ...plan.synthesize,
        out,
      });
      const job = await session.finish(project, asked, 'Synthesis');
      return session.call('job.show', { project, job: job.id });
    },
    (_, seconds) => `${String(plan.synthesize.count)} scans, ${(seconds / plan.synthesize.count).toFixed(2)} s each`,
  );

  const reals = await readReals(dataset.volumeList);
  const synthetic = await readSynthetic(
    synthesized.value.artifacts,
    dataset.volumeList.filter((record) => record.split === 'train'),
  );
  const training = await session.call('job.show', { project, job: trained.value.id });
  const models = await session.call('model.list', {});
  const model = models.find((entry) => entry.id === plan.train.modelId);
  if (model === undefined)
    throw new AppError('internal', `The model ${plan.train.modelId} is not in the list of models.`);
  const html = writeReport({
    source:
      folder === null
        ? { title: `${String(plan.phantoms.count)} phantom brains`, isPhantom: true }
        : { title: `The scans of the folder “${basename(folder)}”`, isPhantom: false },
    dataset,
    files: imported.value.files,
    model,
    training,
    metrics: await session.call('job.metrics', { project, job: trained.value.id }),
    syntheticCount: synthetic.length,
    pictures: {
      real: realSheet(reals),
      synthetic: drawContactSheet(
        synthetic.map((volume, index) => sheetCell(volume, `synthetic ${String(index + 1)}`)),
        sheetLayout,
      ),
      previews: await readPreviews(training.artifacts, project),
    },
    comparison: compareSets(reals, synthetic),
    timings: [...(phantoms === null ? [] : [phantoms.timing]), imported.timing, trained.timing, synthesized.timing],
    totalSeconds: elapsed(),
    date: new Date().toISOString().slice(0, 16).replace('T', ' ') + ' UTC',
  });
  const report = join(demoDir, demoEntries.report);
  await mkdir(demoDir, { recursive: true });
  await writeFileAtomic(report, html);
  return report;
}

function describeDataset({ volumes, train, heldout, grid, spacingMm }: DatasetRecord): string {
  return `${String(volumes)} scans (${String(train)} training, ${String(heldout)} held out), ${String(grid)}³ voxels of ${spacingMm.toFixed(2)} mm`;
}

const session = openSession(say);
try {
  const report = await run(session);
  say('Done. Open the report:');
  console.log(relative(process.cwd(), report));
} catch (thrown) {
  const { code, message } = toErrorShape(thrown);
  console.error(`\nThe demo stopped: ${message}`);
  process.exitCode = code === 'usage' ? 2 : code === 'cancelled' ? 130 : 1;
} finally {
  await session.close();
}
