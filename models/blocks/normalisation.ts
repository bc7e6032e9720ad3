/** Normalisation followed by an activation, as the layers of the published networks ask for it. */
import * as tf from '@tensorflow/tfjs';
import type { NamedTensors, Network } from '../model.ts';
import { moveToward } from '../training/adam.ts';
import { createMeans } from '../training/means.ts';
import type { Observer } from '../training/pieces.ts';
import { batchNorm, batchNormComposed, batchNormScale } from '../ops/batchNorm.ts';
import { instanceNormLeakyRelu, instanceNormLeakyReluComposed } from '../ops/instanceNorm.ts';
import { leakyRelu } from '../ops/leakyRelu.ts';

export type NormKind = 'none' | 'instance' | 'batch';

export interface NormActivation {
  readonly kind: NormKind;
  /** Of the leaky ReLU; 0 is a ReLU, 1 no activation. */
  readonly slope: number;
  /** The layer's name: batch normalisation finds `<layer>.gamma`, `<layer>.beta` in the leaves. */
  readonly layer: string;
  readonly leaves: NamedTensors;
  /** True where the gradient is differentiated again (a gradient penalty): composed operations, more memory. */
  readonly isSecondOrder: boolean;
  /** Batch normalisation with these running statistics (`<layer>.mean`, `<layer>.variance`) in place of the batch's. */
  readonly running?: Network['buffers'];
  /** Told the batch's statistics [c], to move the running ones; they are valid during the call only. */
  onStatistics?(layer: string, mean: tf.Tensor, variance: tf.Tensor): void;
}

/** x [b, d, h, w, c] or [b, c] → the same shape. */
export function normActivation<T extends tf.Tensor>(x: T, options: NormActivation): T {
  const { kind, slope, isSecondOrder } = options;
  switch (kind) {
    case 'none':
      return activation(x, slope);
    case 'instance': {
      const volume = x as tf.Tensor as tf.Tensor5D;
      const output = isSecondOrder
        ? instanceNormLeakyReluComposed(volume, slope)
        : instanceNormLeakyRelu(volume, slope);
      return output as tf.Tensor as T;
    }
    case 'batch':
      return activation(normaliseBatch(x, options), slope);
  }
}

/** The leaky ReLU of this slope; 0 is a ReLU, 1 no activation. */
export function activation<T extends tf.Tensor>(x: T, slope: number): T {
  if (slope === 1) return x;
  return slope === 0 ? tf.relu(x) : leakyRelu(x, slope);
}

interface BatchNormLayer {
  readonly layer: string;
  readonly leaves: NamedTensors;
  readonly running: Network['buffers'];
}

/**
 * A convolution [.., c] and the normalisation after it with running statistics, as one convolution: its filter and its
 * bias [c]. Exact; for inference, since the running statistics take no gradient.
 */
export function foldBatchNorm<T extends tf.Tensor>(
  filter: T,
  { layer, leaves, running }: BatchNormLayer,
): { filter: T; bias: tf.Tensor1D } {
  const { scale, shift } = runningScale({ layer, leaves, running });
  return { filter: tf.mul(filter, scale), bias: shift };
}

/** What normalisation with running statistics comes to: x · scale + shift, [c] each. */
function runningScale({ layer, leaves, running }: BatchNormLayer): { scale: tf.Tensor1D; shift: tf.Tensor1D } {
  const { gamma, beta } = weightsOf(layer, leaves);
  const mean = running[`${layer}.mean`] as tf.Variable;
  const variance = running[`${layer}.variance`] as tf.Variable;
  return batchNormScale({ mean, variance, gamma, beta });
}

function weightsOf(layer: string, leaves: NamedTensors): { gamma: tf.Tensor; beta: tf.Tensor } {
  const gamma = leaves[`${layer}.gamma`];
  const beta = leaves[`${layer}.beta`];
  if (gamma === undefined || beta === undefined)
    throw new Error(`Layer '${layer}' has no batch normalisation weights.`);
  return { gamma, beta };
}

/** With the batch's statistics, or with the running ones that are given. */
function normaliseBatch<T extends tf.Tensor>(x: T, options: NormActivation): T {
  const { layer, leaves, running, onStatistics, isSecondOrder } = options;
  if (running !== undefined) {
    const { scale, shift } = runningScale({ layer, leaves, running });
    return tf.add(tf.mul(x, scale), shift);
  }
  const { gamma, beta } = weightsOf(layer, leaves);
  const norm = {
    x,
    gamma,
    beta,
    onStatistics: (mean: tf.Tensor, variance: tf.Tensor) => onStatistics?.(layer, mean, variance),
  };
  return isSecondOrder ? batchNormComposed(norm) : batchNorm(norm);
}

/** Running statistics move by a tenth of the difference a step, as in PyTorch and TensorLayer. */
const statisticsMomentum = 0.1;

export type RunningStatistics = Required<Pick<NormActivation, 'onStatistics'>> & Observer;

/** Notes the statistics of batches that pass, and moves the running ones by their means once the update stands. */
export function runningStatistics({ buffers }: Network): RunningStatistics {
  const means = createMeans((found) => {
    for (const [name, value] of Object.entries(found))
      moveToward({ [name]: buffers[name] as tf.Variable }, { [name]: value }, statisticsMomentum);
  });
  return {
    onStatistics(layer, mean, variance) {
      means.note(`${layer}.mean`, () => mean, 1);
      means.note(`${layer}.variance`, () => variance, 1);
    },
    settle: means.settle,
    discard: means.discard,
  };
}

/** For inference, where there is no batch: the running statistics of a network that has any. */
export function inferenceOptions({ buffers }: Network): Pick<NormActivation, 'running'> {
  return Object.keys(buffers).some((name) => name.endsWith('.mean')) ? { running: buffers } : {};
}
