/** What the rest of Doppel knows of a network: how to train a step, use, store and restore it. */
import type * as tf from '@tensorflow/tfjs';
import type { z } from 'zod';
import type { TrainingMemory } from '#contract/trainingMemory.ts';
import type { RandomState } from '#shared/random.ts';
import type { Factor, SliceProfile } from '#shared/volume/factor.ts';
import type { PublishedNames } from './publishedNames.ts';

export type Scalars = Readonly<Record<string, number>>;

/** Tensors by name, as a checkpoint stores them. */
export type NamedTensors = Readonly<Record<string, tf.Tensor>>;

/** Weights (trained) and buffers (moved by other rules: power-iteration vectors, averages), each by name. */
export interface Network {
  readonly weights: Readonly<Record<string, tf.Variable>>;
  readonly buffers: Readonly<Record<string, tf.Variable>>;
}

/** First-order optimiser of one group of weights; its moments and step count go into the checkpoint. */
export interface Optimizer {
  /** Moves the weights by `gradients` (by weight name), which it disposes; `rateFactor` scales the learning rate. */
  apply(gradients: NamedTensors, rateFactor?: number): void;
  /** Every later step is this many times as long as asked for; 1 at first. Not part of what `restore` takes over. */
  rateScale: number;
  /** The next `apply` notes how long its gradient is: the root of the sum of squares over all weights. */
  watchNorm(): void;
  /** What was noted since `watchNorm`; null where there was no update. */
  takeNorm(): Promise<number | null>;
  /** Live tensors: read them, do not dispose them. */
  moments(): NamedTensors;
  readonly stepCount: number;
  /** Forgets all: moments and step count are 0 again. */
  reset(): void;
  /** Copies the values in; disposes nothing of the caller's. */
  restore(moments: NamedTensors, stepCount: number): void;
  dispose(): void;
}

/** Whole numbers by name that say how far training has come, where more than the weights depends on it. */
export interface Counters {
  values(): Readonly<Record<string, number>>;
  /** Takes over what `values` gave; throws where one is missing. */
  restore(values: Readonly<Record<string, number>>): void;
  /** As far as training goes: what weights that were trained elsewhere have come to. */
  finish(): void;
  /** Of a network that grows: as if so many scans had been shown, for a dry run. */
  skipTo?(scans: number): void;
}

export interface GenerateRequest {
  readonly count: number;
  readonly seed: number;
  /** Latents are multiplied by it: below 1 nearer to the average, less varied. */
  readonly truncation: number;
  /** Class of every volume, for a conditional model; not given: each has one drawn from its seed. */
  readonly label?: number;
}

/** Low-resolution patches and what they were made from; the caller's. */
export interface PatchPair {
  /** [b, d, h, w, 1] in [-1, 1]. */
  readonly low: tf.Tensor5D;
  /** [b, fz · d, fy · h, fx · w, 1] in [-1, 1]. */
  readonly high: tf.Tensor5D;
}

/** What a step wants of the data. */
export interface BatchPlan {
  /** Scans drawn before; their order goes on from there. */
  readonly from: number;
  readonly count: number;
  /** Voxels a side: the grid's, or 2, 4, 8 … times fewer, each the mean of what it covers. */
  readonly side: number;
}

/** What a training does about memory. */
export interface MemoryPlan {
  /** Of the next update. */
  readonly settings: TrainingMemory;
  /** Memory ran out in an update on `count` scans: takes smaller settings, or throws AppError('out-of-memory'). */
  runOut(count: number, cause: unknown): void;
}

/** What every network under training has, whatever it is fed: the part that a checkpoint stores. */
export interface Trainable {
  /** A checkpoint stores exactly these, the optimisers, the counters and the random state. */
  readonly networks: Readonly<Record<string, Network>>;
  readonly optimizers: Readonly<Record<string, Optimizer>>;
  /** Of a model whose course depends on how much it has seen; synthesis restores them, too. */
  readonly counters?: Counters;
  /** The generator of everything random in a step. */
  randomState(): RandomState;
  restoreRandom(state: RandomState): void;
  dispose(): void;
}

/** Makes scans from random numbers. */
export interface GeneratorModel extends Trainable {
  /**
   * One update of every network on `real` [b, d, h, w, 1] in [-1, 1] (the caller's); losses by name. A conditional model
   * takes the class of each scan too: b whole numbers from 0. `heldOut`, the caller's too, is what `nextHeldOut` asked for.
   */
  step(real: tf.Tensor5D, labels?: readonly number[], heldOut?: tf.Tensor5D): Promise<Scalars>;
  /** What the next step wants, of a model whose batch and resolution change; the others take `batchSize` whole scans. */
  nextBatch?(): BatchPlan;
  /** What the next step compares training scans with, of a model that does; null: nothing this time. */
  nextHeldOut?(): BatchPlan | null;
  /** [count, d, h, w, 1] in [-1, 1] from the averaged generator; the caller disposes. Same request, same voxels. */
  generate(request: GenerateRequest): tf.Tensor5D;
  /** Numbers in a latent code, where scans are made of one. */
  readonly latentLength?: number;
  /**
   * Given codes [n, latentLength] (the caller's) → [n, d, h, w, 1] in [-1, 1] as `generate` does; the caller disposes. A
   * conditional model takes the class of each.
   */
  generateFrom?(codes: tf.Tensor2D, labels?: readonly number[]): tf.Tensor5D;
  /** Codes of scans [n, d, h, w, 1] in [-1, 1]: [n, latentLength], the caller's; of models with an encoder. */
  encode?(volumes: tf.Tensor5D): tf.Tensor2D;
  /** How real the discriminator takes scans for, more is more real: [n], the caller's. Draws nothing. */
  judge?(scans: tf.Tensor5D): tf.Tensor1D;
  /** Of a growing model: scans [n, d, h, w, 1] of the grid as its discriminator sees real ones now, the caller's. */
  shown?(volumes: tf.Tensor5D): tf.Tensor5D;
}

/**
 * Makes a scan finer. `upscale(low)` is `tail(trunk(low), low)`, and each half alone can be computed in tiles: a voxel of
 * its result depends on no voxel of its input farther off than its reach.
 */
export interface SuperResolutionModel extends Trainable {
  /** One update of every network on the pair (the caller's); losses by name. */
  step(pair: PatchPair): Promise<Scalars>;
  /** low [b, d, h, w, 1] in [-1, 1] → [b, fz · d, fy · h, fx · w, 1] in [-1, 1], averaged weights; the caller disposes. */
  upscale(low: tf.Tensor5D): tf.Tensor5D;
  /** The part at low resolution: low [b, d, h, w, 1] → features [b, d, h, w, f]; the caller disposes. */
  trunk(low: tf.Tensor5D): tf.Tensor5D;
  /** The part that enlarges: features and low of the same place → [b, fz · d, fy · h, fx · w, 1]; the caller disposes. */
  tail(features: tf.Tensor5D, low: tf.Tensor5D): tf.Tensor5D;
  /** In low-resolution voxels a side. */
  readonly reach: { readonly trunk: number; readonly tail: number };
}

export interface Preset {
  readonly id: string;
  readonly title: string;
  /** What differs from the schema's defaults. */
  readonly config: Readonly<Record<string, unknown>>;
}

/** A stretch of training with one resolution and batch. */
export interface TrainingLevel {
  /** Voxels a side. */
  readonly side: number;
  readonly batch: number;
  /** Which setting the batch is. */
  readonly batchSetting: string;
  /** Scans shown until the next one begins; null: it goes on. */
  readonly scans: number | null;
  /** Scans shown before some moment of it, while it is faded in where it is. */
  readonly moment: number;
}

interface EntryBase<Schema extends z.ZodType> {
  /** Stored in projects and never renamed. */
  readonly id: string;
  readonly title: string;
  readonly purpose: string;
  readonly citation: string;
  /** Where it departs from the published form, one sentence each. */
  readonly differences: readonly string[];
  readonly presets: readonly Preset[];
  readonly defaultPreset: string;
  readonly configSchema: Schema;
}

export interface CreateGenerator<Config> {
  readonly config: Config;
  /** Voxels a side. */
  readonly grid: number;
  readonly seed: number;
  /** How updates trade time for memory; not given: they do not. */
  readonly memory?: MemoryPlan | undefined;
  /** In the training set, where there is one: a schedule scales with it. */
  readonly scans?: number;
  /** Classes a conditional model tells apart; not given or 0: it is not conditional. */
  readonly classes?: number;
}

export interface GeneratorEntry<Schema extends z.ZodType = z.ZodType> extends EntryBase<Schema> {
  readonly kind: 'generator';
  readonly grids: readonly number[];
  /** Volumes are drawn in batches of this many, unless the model says by `nextBatch` what it wants. */
  batchSize(config: z.output<Schema>): number;
  /** Of a network that grows, in order; `scans`: in the training set. Absent: one level, of the batch that `batch` sets. */
  levels?(config: z.output<Schema>, at: { readonly grid: number; readonly scans: number }): readonly TrainingLevel[];
  /** Scans of an update, where an iteration draws them for more than one. Absent: `batchSize`. */
  updateSize?(config: z.output<Schema>): number;
  /** Column of the participants' table whose values are the classes; '': not conditional. Absent: the model never is. */
  condition?(config: z.output<Schema>): string;
  /** Whether training compares with held-out scans, and so needs some. Absent: it does not. */
  needsHeldOut?(config: z.output<Schema>): boolean;
  /** Whether a shorter code gives a scan nearer to the average, so that truncation does what it says. Absent: it does. */
  hasTruncation?(config: z.output<Schema>): boolean;
  /** Names and layouts of the state dicts that its authors published; absent: weights go by our own names. */
  publishedNames?(config: z.output<Schema>, grid: number, classes: number): PublishedNames;
  create(request: CreateGenerator<z.output<Schema>>): GeneratorModel;
}

/** How the patches of a super-resolution training are drawn and made low. */
export interface PatchPlan {
  /** High-resolution voxels of a low-resolution one, along the grid's x, y, z. */
  readonly factor: Factor;
  /** High-resolution voxels a side. */
  readonly side: number;
  /** Patches a step. */
  readonly count: number;
  readonly profile: SliceProfile;
  /** Each patch has noise of a standard deviation between 0 and this, as a fraction of the intensity range. */
  readonly noise: number;
  /** Whether patches are mirrored, turned and changed in intensity. */
  readonly isAugmented: boolean;
}

export interface CreateSuperResolution<Config> {
  readonly config: Config;
  readonly seed: number;
}

/** Works on grids of any size. */
export interface SuperResolutionEntry<Schema extends z.ZodType = z.ZodType> extends EntryBase<Schema> {
  readonly kind: 'super-resolution';
  patches(config: z.output<Schema>): PatchPlan;
  create(request: CreateSuperResolution<z.output<Schema>>): SuperResolutionModel;
}

/** One published model. */
export type ModelEntry = GeneratorEntry | SuperResolutionEntry;
