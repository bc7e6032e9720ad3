/** What the rest of Doppel knows of a generative network: how to train a step, sample, store and restore it. */
import type * as tf from '@tensorflow/tfjs';
import type { z } from 'zod';
import type { RandomState } from '#shared/random.ts';

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
  /** Moves the weights by `gradients` (by weight name), which it disposes. */
  apply(gradients: NamedTensors): void;
  /** Live tensors: read them, do not dispose them. */
  moments(): NamedTensors;
  readonly stepCount: number;
  /** Copies the values in; disposes nothing of the caller's. */
  restore(moments: NamedTensors, stepCount: number): void;
  dispose(): void;
}

export interface GenerateRequest {
  readonly count: number;
  readonly seed: number;
  /** Latents are multiplied by it: below 1 nearer to the average, less varied. */
  readonly truncation: number;
}

export interface Trainable {
  /** A checkpoint stores exactly these, the optimisers and the random state. */
  readonly networks: Readonly<Record<string, Network>>;
  readonly optimizers: Readonly<Record<string, Optimizer>>;
  /** One update of every network on `real` [b, d, h, w, 1] in [-1, 1] (the caller's); losses by name. */
  step(real: tf.Tensor5D): Promise<Scalars>;
  /** [count, d, h, w, 1] in [-1, 1] from the averaged generator; the caller disposes. Same request, same voxels. */
  generate(request: GenerateRequest): tf.Tensor5D;
  /** The generator of latents and interpolation weights. */
  randomState(): RandomState;
  restoreRandom(state: RandomState): void;
  dispose(): void;
}

export interface CreateRequest<Config> {
  readonly config: Config;
  /** Voxels a side. */
  readonly grid: number;
  readonly seed: number;
}

export interface Preset {
  readonly id: string;
  readonly title: string;
  /** What differs from the schema's defaults. */
  readonly config: Readonly<Record<string, unknown>>;
}

/** One published model. `id` is stored in projects and is never renamed. */
export interface ModelEntry<Schema extends z.ZodType = z.ZodType> {
  readonly id: string;
  readonly title: string;
  readonly purpose: string;
  readonly citation: string;
  /** Where it departs from the published form, one sentence each. */
  readonly differences: readonly string[];
  readonly grids: readonly number[];
  readonly presets: readonly Preset[];
  readonly defaultPreset: string;
  readonly configSchema: Schema;
  /** Voxels are drawn in batches of this many. */
  batchSize(config: z.output<Schema>): number;
  create(request: CreateRequest<z.output<Schema>>): Trainable;
}
