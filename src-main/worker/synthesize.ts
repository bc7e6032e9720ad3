/** The synthesis job: one volume at a time from a checkpoint, as NIfTI in a BIDS derivative that says what it is. */
import { mkdir } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { AppError } from '#contract/errors.ts';
import { quarantineFolder } from '#contract/evidence/quarantine.ts';
import type { TaskOf } from '#contract/jobs.ts';
import type { GuardVerdict } from '#imaging/privacy/copyGuard.ts';
import { sha256Of, writeFileAtomic } from '#imaging/atomicWrite.ts';
import { drawContactSheet, type SheetScan } from '#imaging/contactSheet.ts';
import { addMark } from '#imaging/mark/addMark.ts';
import { detectMark } from '#imaging/mark/detectMark.ts';
import { writeNifti } from '#imaging/niftiWrite.ts';
import { labelsOfSeeds } from '#models/inference/latents.ts';
import type { GeneratorModel } from '#models/model.ts';
import type { Volume } from '#shared/volume/volume.ts';
import type { CheckpointDescription } from './checkpoint.ts';
import { cancelledError, type WorkerContext } from './context.ts';
import { clearBackground, inIntensities, storageOf } from './intensities.ts';
import { openCopyGuard, setAsideWords } from './copyCheck.ts';
import { registerNativeKernels } from './nativeKernels.ts';
import { openGenerator } from './openGenerator.ts';
import { requireOwnFolder } from './synthesisFolder.ts';
import { loadTensorFlow } from './tensorflow.ts';
import { volumesOf } from './volumesOf.ts';

type Dataset = TaskOf<'synthesize'>['dataset'];

const mostOnSheet = 24; // scans on the contact sheet
const bidsVersion = '1.10.0';

/** Writes `count` volumes and what describes them; the same request gives the same voxels. */
export async function synthesize(given: TaskOf<'synthesize'>, context: WorkerContext): Promise<void> {
  const { tf, engine } = await loadTensorFlow();
  const task = { ...given, versions: { ...given.versions, engine: `${engine.name} ${engine.version}` } };
  const { request, dataset, checkpointDir } = task;
  registerNativeKernels(tf);
  context.send({ type: 'device', device: engine.device, engine: `${engine.name} ${engine.version}` });

  await requireOwnFolder(request.out, {
    checkpointSha256: task.checkpointSha256,
    truncation: request.truncation,
    label: request.label ?? null,
    isMarked: task.markKey !== null,
    scans: Array.from({ length: request.count }, (_, index) => ({
      subject: subjectOf(index),
      sidecar: `${stemOf(subjectOf(index), dataset)}.json`,
      seed: request.seed + index,
    })),
  });
  const { model, checkpoint } = await openGenerator(checkpointDir, task.checkpointSha256);
  try {
    const label = labelOf(checkpoint, request.label);
    await mkdir(request.out, { recursive: true });
    const guard = await openCopyGuard(task.known, context);
    const onSheet: SheetScan[] = [];
    const setAside = new Set<string>();
    const started = performance.now();
    for (let index = 0; index < request.count; index++) {
      if (context.isCancelled()) throw cancelledError();
      const seed = request.seed + index;
      const drawn = await drawOne(model, { seed, truncation: request.truncation, label, dataset });
      const likeness = (await guard?.check(clearBackground(drawn).data)) ?? null;
      const { volume, mark } = markScan(inIntensities(drawn, dataset.intensity), task);
      const copy = likeness === null || guard === null ? null : { ...likeness, limit: guard.limit.similarity };
      await writeScan({ task, context, checkpoint, index, seed, volume, mark, copy });
      await writeThumbnail({ task, context, checkpoint, index, seed, volume });
      if (copy?.isSuspected === true) setAside.add(subjectOf(index));
      else if (onSheet.length < mostOnSheet)
        onSheet.push({
          volume,
          low: dataset.intensity.background,
          high: dataset.intensity.high,
          caption: subjectOf(index),
        });
      const done = index + 1;
      const secondsLeft = ((performance.now() - started) / 1000 / done) * (request.count - done);
      context.send({
        type: 'progress',
        progress: { done, total: request.count, unit: 'volumes', secondsLeft, note: '' },
      });
    }
    await writeDescription(task, context, { onSheet, setAside });
    if (setAside.size > 0) context.send({ type: 'noticed', text: setAsideWords(setAside.size, request.count) });
  } finally {
    model.dispose();
  }
}

interface GenerateOne {
  readonly seed: number;
  readonly truncation: number;
  readonly label: number | null;
  readonly dataset: Dataset;
}

/** One volume in [-1, 1] in the dataset's common space. */
async function drawOne(model: GeneratorModel, request: GenerateOne): Promise<Volume> {
  const { seed, truncation, label, dataset } = request;
  const sample = model.generate({ count: 1, seed, truncation, ...(label === null ? {} : { label }) }); // [1, d, h, w, 1]
  const [volume] = (await volumesOf(sample, dataset.spacingMm)) as [Volume];
  sample.dispose();
  return volume;
}

/** What a sidecar says of the project's mark in the voxels. */
type MarkNote = { readonly Psnr: number; readonly Score: number } | false;

/** Within the brain alone: geometry, range and background stay. */
function markScan(made: Volume, { markKey, dataset }: TaskOf<'synthesize'>): { volume: Volume; mark: MarkNote } {
  if (markKey === null) return { volume: made, mark: false };
  const { volume, psnr } = addMark({ volume: made, ...dataset.intensity, key: markKey });
  const { score } = detectMark(volume, [markKey]);
  return { volume, mark: { Psnr: Number(psnr.toFixed(2)), Score: Number(score.toFixed(2)) } };
}

/** Path of a scan inside the folder, without its ending. */
const stemOf = (subject: string, { suffix }: Dataset): string =>
  join(subject, 'anat', `${subject}_desc-synthetic_${suffix}`);
const subjectOf = (index: number): string => `sub-synth${String(index + 1).padStart(4, '0')}`;

/** What a scan's sidecar says of where the network, the space and the intensities come from. */
function originOf({ imported, datasetFingerprint }: CheckpointDescription, { name, intensity }: Dataset): object {
  if (imported === null) {
    return {
      TrainingSetHash: datasetFingerprint,
      TrainingSet: name,
      SpatialReference: 'RAS; the common space of the training set, 0 mm at the centre of mass of a brain',
    };
  }
  return {
    TrainingSet: 'unknown: the weights were imported',
    WeightsHash: imported.sha256,
    SpatialReference:
      name === null
        ? 'Assumed, since the weights say nothing of it: RAS, 0 mm at the middle of the grid'
        : `RAS; assumed to be the common space of ${name}, on which the network was not trained here`,
    IntensityScale: `Assumed: the network's -1 and 1 are written as ${String(intensity.low)} and ${String(intensity.high)}`,
  };
}

/** The class of that name; null: drawn from each seed, or the model knows none. */
function labelOf({ id, condition }: CheckpointDescription, asked: string | undefined): number | null {
  if (asked === undefined) return null;
  const found = condition?.values.indexOf(asked) ?? -1;
  if (found !== -1) return found;
  throw new AppError(
    'usage',
    condition === null
      ? `Checkpoint ${id} is not conditional: it was trained without a column of classes. Leave out --label.`
      : `Checkpoint ${id} knows no ${condition.column} "${asked}". It knows: ${condition.values.join(', ')}.`,
  );
}

/** What a sidecar says of the class of its scan. */
function conditionOfScan(
  { condition }: CheckpointDescription,
  { seed, asked }: { readonly seed: number; readonly asked: string | undefined },
): object {
  if (condition === null) return {};
  const [drawn] = labelsOfSeeds({ count: 1, seed, truncation: 1 }, condition.values.length);
  const value = asked ?? condition.values[drawn ?? 0];
  return { Condition: { Column: condition.column, Value: value }, ClassAsked: asked ?? null };
}

interface WriteScan {
  readonly task: TaskOf<'synthesize'>;
  readonly context: WorkerContext;
  readonly checkpoint: CheckpointDescription;
  readonly index: number;
  readonly seed: number;
  readonly volume: Volume;
  readonly mark: MarkNote;
  /** Null: nobody looked. */
  readonly copy: (GuardVerdict & { readonly limit: number }) | null;
}

async function writeScan({ task, context, checkpoint, index, seed, volume, mark, copy }: WriteScan): Promise<void> {
  const { request, dataset, versions } = task;
  const subject = subjectOf(index);
  const folder = copy?.isSuspected === true ? join(request.out, quarantineFolder) : request.out;
  const stem = join(folder, stemOf(subject, dataset));
  await mkdir(dirname(stem), { recursive: true });
  const sidecar = {
    Synthetic: true,
    Description: 'A synthetic volume made by a generative network. It shows no person.',
    Model: checkpoint.modelId,
    ModelHash: checkpoint.sha256,
    Iteration: checkpoint.iteration,
    ...originOf(checkpoint, dataset),
    Seed: seed,
    Truncation: request.truncation,
    ...conditionOfScan(checkpoint, { seed, asked: request.label }),
    Mark: mark,
    CopyCheck: copy === null ? false : { Similarity: Number(copy.similarity.toFixed(4)), Limit: Number(copy.limit.toFixed(4)), IsSuspected: copy.isSuspected }, // prettier-ignore
    Resolution: `${String(dataset.spacingMm)} mm isotropic`,
    GeneratedBy: { Name: 'Doppel', Version: versions.doppel, Engine: versions.engine },
  };
  const text = `${JSON.stringify(sidecar, null, 2)}\n`;
  await writeFileAtomic(`${stem}.json`, text);
  const image = `${stem}.nii.gz`;
  const written = await writeNifti(image, volume, {
    storage: storageOf(dataset.intensity),
    description: `SYNTHETIC Doppel ${versions.doppel} ${checkpoint.modelId} ${checkpoint.sha256.slice(0, 12)}`,
    comment: JSON.stringify(sidecar),
  });
  if (copy?.isSuspected === true) {
    const { nearest, similarity, limit } = copy;
    const name = relative(request.out, image).split(sep).join('/');
    context.send({ type: 'suspected', copies: [{ sha256: written.sha256, name, nearest, similarity, limit }] });
  }
  context.send({
    type: 'artifact',
    kind: 'synthetic-volume',
    path: image,
    sha256: written.sha256,
    voxelsSha256: written.voxelsSha256,
    iteration: checkpoint.iteration,
    seed,
  });
  context.send({
    type: 'artifact',
    kind: 'sidecar',
    path: `${stem}.json`,
    sha256: sha256Of(text),
    iteration: checkpoint.iteration,
    seed,
  });
}

/** The middle slices, for a gallery; they stay with the job, out of the derivative. */
async function writeThumbnail({
  task,
  context,
  checkpoint,
  index,
  seed,
  volume,
}: Omit<WriteScan, 'mark' | 'copy'>): Promise<void> {
  const { intensity } = task.dataset;
  const png = drawContactSheet([{ volume, low: intensity.background, high: intensity.high }], { columns: 1 });
  const folder = join(task.jobDir, 'thumbnails');
  await mkdir(folder, { recursive: true });
  const path = join(folder, `${subjectOf(index)}.png`);
  await writeFileAtomic(path, png);
  const { iteration } = checkpoint;
  context.send({ type: 'artifact', kind: 'thumbnail', path, sha256: sha256Of(png), iteration, seed });
}

/** What makes the folder a BIDS derivative, and the contact sheet. */
async function writeDescription(
  task: TaskOf<'synthesize'>,
  context: WorkerContext,
  { onSheet, setAside }: { readonly onSheet: readonly SheetScan[]; readonly setAside: ReadonlySet<string> },
): Promise<void> {
  const { request, dataset, versions } = task;
  const description = {
    Name: dataset.name === null ? 'Synthetic volumes of imported weights' : `Synthetic volumes after ${dataset.name}`,
    BIDSVersion: bidsVersion,
    DatasetType: 'derivative',
    GeneratedBy: [{ Name: 'Doppel', Version: versions.doppel }],
  };
  await writeFileAtomic(join(request.out, 'dataset_description.json'), `${JSON.stringify(description, null, 2)}\n`);
  const rows = Array.from({ length: request.count }, (_, index) => ({ subject: subjectOf(index), seed: request.seed + index }))
    .filter(({ subject }) => !setAside.has(subject))
    .map(({ subject, seed }) => `${subject}\tsynthetic\t${String(seed)}`); // prettier-ignore
  await writeFileAtomic(
    join(request.out, 'participants.tsv'),
    `${['participant_id\tsource\tseed', ...rows].join('\n')}\n`,
  );
  if (onSheet.length === 0) return;
  const sheet = drawContactSheet(onSheet, { columns: Math.min(4, onSheet.length) });
  const path = join(request.out, 'contact-sheet.png');
  await writeFileAtomic(path, sheet);
  context.send({
    type: 'artifact',
    kind: 'contact-sheet',
    path,
    sha256: sha256Of(sheet),
    iteration: null,
    seed: request.seed,
  });
}
