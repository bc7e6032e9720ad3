/** A walk through the space of codes as files: NIfTI scans at even steps, what describes them, and a film. */
import { mkdir, readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { AppError } from '#contract/errors.ts';
import type { TaskOf } from '#contract/jobs.ts';
import type { LatentPath, LatentPlace } from '#contract/latent.ts';
import { sha256Of, writeFileAtomic } from '#imaging/atomicWrite.ts';
import { encodeFilm, type FilmFrame } from '#imaging/film.ts';
import { addMark } from '#imaging/mark/addMark.ts';
import { writeNifti } from '#imaging/niftiWrite.ts';
import type { GeneratorModel } from '#models/model.ts';
import { caution, cautionShort } from '#shared/latent/caution.ts';
import { scoreOf, type Direction } from '#shared/statistics/codeDirection.ts';
import type { Volume } from '#shared/volume/volume.ts';
import { cancelledError, type WorkerContext } from './context.ts';
import { inIntensities, storageOf } from './intensities.ts';
import { codesAt, decode, fitName, readCodes, readDirection, type Codes } from './latentCodes.ts';
import { registerNativeKernels } from './nativeKernels.ts';
import { openGenerator } from './openGenerator.ts';
import { loadTensorFlow } from './tensorflow.ts';

type Task = TaskOf<'latent-walk'>;

/** One scan of a walk, as walk.json tells it. */
interface Step {
  readonly file: string; // inside the folder
  readonly sd: number | null; // along a direction
  readonly share: number | null; // between two scans
  readonly score: number | null;
}

const filmName = 'walk.gif';
const listName = 'walk.json';

/** Writes into the folder of the request, which must be empty or hold an earlier walk. */
export async function latentWalk(given: Task, context: WorkerContext): Promise<void> {
  const { tf, engine } = await loadTensorFlow();
  const task = { ...given, versions: { ...given.versions, engine: `${engine.name} ${engine.version}` } };
  registerNativeKernels(tf);
  context.send({ type: 'device', device: engine.device, engine: task.versions.engine });
  const { out, path, count } = task.request;
  const earlier = await filesOfEarlierWalk(out);
  const codes = await readCodes(task.encodingDir);
  const direction = task.fitDir === null ? null : await readDirection(task.fitDir);
  const { model, checkpoint } = await openGenerator(task.checkpointDir, task.checkpointSha256);
  try {
    await mkdir(out, { recursive: true });
    for (const name of earlier) await rm(join(out, name)); // it can have more steps than this one
    const told = { task, codes, direction, hash: checkpoint.sha256 };
    const before = await decode(model, codesAt(codes, startOf(path), direction).start);
    const steps: Step[] = [];
    const frames: FilmFrame[] = [];
    const started = performance.now();
    for (let index = 0; index < count; index++) {
      await setImmediate(); // lets a cancel in
      if (context.isCancelled()) throw cancelledError();
      const { step, volume } = await makeStep(model, told, index);
      const { sha256, voxelsSha256 } = await writeStep(told, step, volume);
      context.send({ type: 'artifact', kind: 'walk-volume', path: join(out, step.file), sha256, voxelsSha256, iteration: checkpoint.iteration, seed: null }); // prettier-ignore
      steps.push(step);
      const difference = volume.data.map((value, at) => value - (before[at] ?? 0));
      frames.push({ volume, difference, caption: captionOf(direction?.column ?? null, step) });
      const done = index + 1;
      const secondsLeft = ((performance.now() - started) / 1000 / done) * (count - done);
      context.send({ type: 'progress', progress: { done, total: count, unit: 'volumes', secondsLeft, note: '' } });
    }
    await writeList(told, context, steps);
    await writeFilm(task, context, frames);
  } finally {
    model.dispose();
  }
}

const ownFile = /^(step-\d+_desc-synthetic_\w+\.(nii\.gz|json)|walk\.(gif|json))$/;

/** Nothing but a walk's own files may be written over. Throws `already-exists`. */
async function filesOfEarlierWalk(out: string): Promise<readonly string[]> {
  const names = await readdir(out).catch((thrown: unknown) => {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return [];
    if ((thrown as NodeJS.ErrnoException).code === 'ENOTDIR')
      throw new AppError('already-exists', `${out} is a file, not a folder. Choose another --out.`);
    throw thrown;
  });
  const other = names.find((name) => !ownFile.test(name));
  if (other !== undefined) throw new AppError('already-exists', `${out} holds other files (${other}). Choose an empty folder.`); // prettier-ignore
  return names;
}

interface Told {
  readonly task: Task;
  readonly codes: Codes;
  readonly direction: Direction | null;
  readonly hash: string;
}

const startOf = (path: LatentPath): LatentPlace => placeAt(path, null);

/** The place at a share of the path; null: where it starts from. */
function placeAt(path: LatentPath, share: number | null): LatentPlace {
  if (path.kind === 'interpolation') return { kind: path.kind, from: path.from, to: path.to, share: share ?? 0 };
  const { kind, fit, volume, low, high } = path;
  return { kind, fit, volume, sd: share === null ? 0 : low + share * (high - low) };
}

async function makeStep(
  model: GeneratorModel,
  { task: { request, space }, codes, direction }: Told,
  index: number,
): Promise<{ step: Step; volume: Volume }> {
  const place = placeAt(request.path, index / (request.count - 1));
  const { here } = codesAt(codes, place, direction);
  const { grid } = codes.encoding;
  const number = String(index + 1).padStart(3, '0');
  return {
    step: {
      file: `step-${number}_desc-synthetic_${space.suffix}.nii.gz`,
      sd: place.kind === 'direction' ? place.sd : null,
      share: place.kind === 'interpolation' ? place.share : null,
      score: direction === null ? null : scoreOf(direction, here.code),
    },
    volume: { size: [grid, grid, grid], affine: space.affine, data: await decode(model, here) },
  };
}

/** `volume` is in [-1, 1]; the file in the intensities of the scan that the walk starts from, with the project's mark. */
async function writeStep(told: Told, step: Step, volume: Volume): Promise<{ sha256: string; voxelsSha256: string }> {
  const { request, space, versions, markKey } = told.task;
  const { modelId } = told.codes.encoding;
  const sidecar = `${JSON.stringify(describe(told, step), null, 2)}\n`;
  await writeFileAtomic(join(request.out, step.file.replace(/\.nii\.gz$/, '.json')), sidecar);
  const { volume: marked } = addMark({
    volume: inIntensities(volume, space.intensity),
    ...space.intensity,
    key: markKey,
  });
  return writeNifti(join(request.out, step.file), marked, {
    storage: storageOf(space.intensity),
    description: `SYNTHETIC Doppel ${versions.doppel} ${modelId} ${told.hash.slice(0, 12)}`,
    comment: sidecar,
  });
}

/** Of the scan it starts from the project's own name alone: who it shows is for the project to know. */
function describe({ task: { request, versions }, codes: { encoding }, hash }: Told, { sd, share, score }: Step): object {
  const { path } = request;
  const isOfPerson = path.kind === 'interpolation' || path.volume !== null;
  return {
    Synthetic: true,
    Description: isOfPerson
      ? 'What a generative network makes of the code of a real scan, and of codes near it. It can resemble the person: treat it as that scan.'
      : 'What a generative network makes of the mean of the codes of a dataset, and of codes near it.',
    Caution: caution,
    Model: encoding.modelId,
    ModelHash: hash,
    Dataset: encoding.dataset,
    Path: path,
    StandardDeviations: sd,
    Share: share,
    Score: score,
    GeneratedBy: { Name: 'Doppel', Version: versions.doppel, Engine: versions.engine },
  };
} // prettier-ignore

async function writeList(told: Told, context: WorkerContext, steps: readonly Step[]): Promise<void> {
  const { request, fitDir } = told.task;
  const { path } = request;
  const fitted = fitDir === null ? null : `${basename(fitDir)}/${fitName}`;
  const text = `${JSON.stringify({ caution, path, fit: fitted, steps, film: filmName }, null, 2)}\n`;
  const file = join(request.out, listName);
  await writeFileAtomic(file, text);
  context.send({ type: 'artifact', kind: 'sidecar', path: file, sha256: sha256Of(text), iteration: null, seed: null });
}

async function writeFilm({ request }: Task, context: WorkerContext, frames: readonly FilmFrame[]): Promise<void> {
  const mostDifference = frames.reduce(
    (most, { difference }) => difference.reduce((highest, value) => Math.max(highest, Math.abs(value)), most),
    0,
  );
  const film = encodeFilm(frames, { note: `${cautionShort} · SYNTHETIC`, mostDifference });
  const path = join(request.out, filmName);
  await writeFileAtomic(path, film);
  context.send({ type: 'artifact', kind: 'film', path, sha256: sha256Of(film), iteration: null, seed: null });
}

function captionOf(column: string | null, { sd, share }: Step): string {
  if (column === null) return `${String(Math.round(100 * (share ?? 0)))} % of the way`;
  const value = sd ?? 0;
  return `${value < 0 ? '-' : '+'}${Math.abs(value).toFixed(2)} SD  ${column}`;
}
