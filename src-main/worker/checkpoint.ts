/**
 * Checkpoints: a folder with every weight, moving average, optimiser moment and buffer (`weights.safetensors`) and what
 * else a run needs to go on as if it had never stopped (`checkpoint.json`). Written beside its place and renamed.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import { AppError } from '#contract/errors.ts';
import { jobVersions, type JobVersions } from '#contract/jobs.ts';
import { srTraining, type SrTraining } from '#contract/superResolution.ts';
import { trainingMemory, type TrainingMemory } from '#contract/trainingMemory.ts';
import { importedWeights, type ImportedWeights } from '#contract/weights.ts';
import { sha256OfFile, syncFolder, writeFileAtomic } from '#imaging/atomicWrite.ts';
import type { Trainable } from '#models/model.ts';
import { condition, type Condition } from '#shared/condition.ts';
import { healthRecord, type HealthRecord } from './healthVerdict.ts';
import { openSafetensors, writeSafetensors } from './safetensors.ts';
import type { TensorFile, TensorSource } from './tensorSource.ts';

const weightsFile = 'weights.safetensors';
const descriptionFile = 'checkpoint.json';

const word = z.int().min(0).max(0xffffffff);

export const checkpointDescription = z.strictObject({
  format: z.literal(1),
  id: z.string(),
  jobId: z.string(),
  modelId: z.string(),
  grid: z.int().positive(),
  config: z.record(z.string(), z.unknown()),
  seed: z.int().nonnegative(),
  datasetFingerprint: z.string(),
  trainedOn: srTraining.nullable().default(null), // null: of a model that makes scans
  condition: condition.nullable().default(null), // null: of a model that is not conditional
  imported: importedWeights.nullable().default(null), // null: a training wrote it
  memory: trainingMemory.nullable().default(null), // what the training had come to; null: as it was asked for
  health: healthRecord.nullable().default(null), // null: it was not watched
  iteration: z.int().nonnegative(),
  elapsedSeconds: z.number().nonnegative(),
  optimizerSteps: z.record(z.string(), z.int().nonnegative()),
  counters: z.record(z.string(), z.int().nonnegative()).default({}),
  randomState: z.tuple([word, word, word, word]),
  dataPosition: z.int().nonnegative(), // scans drawn so far; with the seed it gives the order of those to come
  sha256: z.string(),
  bytes: z.int().nonnegative(),
  milestone: z.boolean(),
  createdAt: z.string(),
  versions: jobVersions,
});
export type CheckpointDescription = z.infer<typeof checkpointDescription>;

/** What the run knows; the rest is read off the model. */
export interface CheckpointRequest {
  readonly checkpointsDir: string;
  readonly jobId: string;
  readonly modelId: string;
  readonly grid: number;
  readonly config: Readonly<Record<string, unknown>>;
  readonly seed: number;
  readonly datasetFingerprint: string;
  readonly trainedOn: SrTraining | null;
  readonly condition?: Condition | null;
  /** Of weights that were trained elsewhere. */
  readonly imported?: ImportedWeights;
  readonly memory?: TrainingMemory;
  /** What its training remembers of how it fares. */
  readonly health?: HealthRecord;
  readonly iteration: number;
  readonly elapsedSeconds: number;
  readonly dataPosition: number;
  readonly milestone: boolean;
  readonly versions: JobVersions;
}

/** Writes a complete checkpoint or nothing. */
export async function writeCheckpoint(model: Trainable, request: CheckpointRequest): Promise<CheckpointDescription> {
  const { checkpointsDir, ...known } = request;
  const id = `c${randomBytes(6).toString('hex')}`;
  const unfinished = join(checkpointsDir, `.unfinished-${id}`);
  await mkdir(unfinished, { recursive: true });
  try {
    const weights = await writeSafetensors(join(unfinished, weightsFile), tensorSources(model), {
      model: request.modelId,
      iteration: String(request.iteration),
    });
    const description: CheckpointDescription = {
      format: 1,
      id,
      imported: null,
      memory: null,
      health: null,
      ...known,
      condition: known.condition ?? null,
      config: { ...request.config },
      optimizerSteps: Object.fromEntries(
        Object.entries(model.optimizers).map(([name, { stepCount }]) => [name, stepCount]),
      ),
      counters: { ...model.counters?.values() },
      randomState: [...model.randomState()],
      ...weights,
      createdAt: new Date().toISOString(),
    };
    await writeFileAtomic(join(unfinished, descriptionFile), `${JSON.stringify(description, null, 2)}\n`);
    await rename(unfinished, join(checkpointsDir, id));
    await syncFolder(checkpointsDir);
    return description;
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    throw error;
  }
}

/** Reads and checks the description; AppError('checkpoint-damaged') where it is not one. */
export async function readCheckpointDescription(checkpointDir: string): Promise<CheckpointDescription> {
  const text = await readFile(join(checkpointDir, descriptionFile), 'utf8').catch((cause: unknown) => {
    throw new AppError(
      'checkpoint-damaged',
      `There is no ${descriptionFile} in the checkpoint. Choose another checkpoint.`,
      { cause },
    );
  });
  try {
    return checkpointDescription.parse(JSON.parse(text));
  } catch (cause) {
    throw new AppError(
      'checkpoint-damaged',
      `The checkpoint's ${descriptionFile} cannot be read. Choose another checkpoint.`,
      { cause },
    );
  }
}

/** The complete checkpoints of a job, oldest first; what cannot be read is passed over. */
export async function listCheckpoints(checkpointsDir: string, jobId: string): Promise<CheckpointDescription[]> {
  const names = (await readdir(checkpointsDir)).filter((name) => !name.startsWith('.'));
  const read = await Promise.all(
    names.map((name) => readCheckpointDescription(join(checkpointsDir, name)).catch(() => null)),
  );
  return read
    .flatMap((description) => (description?.jobId === jobId ? [description] : []))
    .toSorted((a, b) => a.iteration - b.iteration);
}

/** The weights of a checkpoint, after comparing their hash; the caller closes them. Throws AppError('checkpoint-damaged'). */
export async function openCheckpointWeights(checkpointDir: string, sha256: string): Promise<TensorFile> {
  const path = join(checkpointDir, weightsFile);
  if ((await sha256OfFile(path)) === sha256) return openSafetensors(path);
  throw new AppError(
    'checkpoint-damaged',
    `The weights of checkpoint ${basename(checkpointDir)} have changed since they were written. Choose another checkpoint.`,
  );
}

/** Which part of a checkpoint to restore: all of a run, or the networks alone (to synthesise). */
export type RestorePart = 'run' | 'networks';

/** Copies a checkpoint into a model made with the same configuration. Its hash is checked first. */
export async function restoreCheckpoint(
  model: Trainable,
  checkpointDir: string,
  part: RestorePart,
): Promise<CheckpointDescription> {
  const description = await readCheckpointDescription(checkpointDir);
  const file = await openCheckpointWeights(checkpointDir, description.sha256);
  try {
    for (const [name, network] of Object.entries(model.networks)) {
      for (const kind of ['weights', 'buffers'] as const) {
        for (const [key, variable] of Object.entries(network[kind]))
          await assignFrom(file, tensorName(name, kind, key), variable);
      }
    }
    model.counters?.restore(description.counters);
    if (part === 'run') {
      for (const [name, optimizer] of Object.entries(model.optimizers)) {
        await restoreOptimizer(file, name, optimizer, description.optimizerSteps[name] ?? 0);
      }
      model.restoreRandom(description.randomState);
    }
  } finally {
    await file.close();
  }
  return description;
}

function tensorSources(model: Trainable): TensorSource[] {
  const source = (name: string, tensor: tf.Tensor): TensorSource => ({
    name,
    shape: tensor.shape,
    read: async () => (await tensor.data()) as Float32Array,
  });
  const networks = Object.entries(model.networks).flatMap(([name, network]) =>
    (['weights', 'buffers'] as const).flatMap((kind) =>
      Object.entries(network[kind]).map(([key, tensor]) => source(tensorName(name, kind, key), tensor)),
    ),
  );
  const optimizers = Object.entries(model.optimizers).flatMap(([name, optimizer]) =>
    Object.entries(optimizer.moments()).map(([key, tensor]) => source(momentName(name, key), tensor)),
  );
  return [...networks, ...optimizers];
}

/** Of a network's tensor in the weights of a checkpoint. */
export const tensorName = (network: string, kind: 'weights' | 'buffers', key: string): string =>
  `${network}/${kind}/${key}`;
const momentName = (optimizer: string, key: string): string => `optimizer/${optimizer}/${key}`;

async function assignFrom(file: TensorFile, name: string, variable: tf.Variable): Promise<void> {
  requireShape(file, name, variable.shape);
  const values = await file.read(name);
  tf.tidy(() => {
    variable.assign(tf.tensor(values, variable.shape));
  });
}

async function restoreOptimizer(
  file: TensorFile,
  name: string,
  optimizer: Trainable['optimizers'][string],
  stepCount: number,
): Promise<void> {
  const values: Record<string, tf.Tensor> = {};
  for (const [key, moment] of Object.entries(optimizer.moments())) {
    requireShape(file, momentName(name, key), moment.shape);
    values[key] = tf.tensor(await file.read(momentName(name, key)), moment.shape);
  }
  optimizer.restore(values, stepCount);
  tf.dispose(values);
}

function requireShape(file: TensorFile, name: string, expected: readonly number[]): void {
  const found = file.shapeOf(name);
  if (found.join() !== expected.join()) {
    throw new AppError(
      'checkpoint-mismatch',
      `Tensor '${name}' has shape [${found.join(', ')}], this model needs [${expected.join(', ')}]. The checkpoint is of another grid or configuration.`,
    );
  }
}
