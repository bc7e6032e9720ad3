/** Normalisation followed by an activation, as the layers of the published networks ask for it. */
import * as tf from '@tensorflow/tfjs';
import type { NamedTensors, Network } from '../model.ts';
import { moveToward } from '../training/adam.ts';
import { batchNorm, batchNormComposed, normaliseBy } from '../ops/batchNorm.ts';
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

function activation<T extends tf.Tensor>(x: T, slope: number): T {
  if (slope === 1) return x;
  return slope === 0 ? tf.relu(x) : leakyRelu(x, slope);
}

/** With the batch's statistics, or with the running ones that are given. */
function normaliseBatch<T extends tf.Tensor>(x: T, options: NormActivation): T {
  const { layer, leaves, running, onStatistics, isSecondOrder } = options;
  const gamma = leaves[`${layer}.gamma`];
  const beta = leaves[`${layer}.beta`];
  if (gamma === undefined || beta === undefined)
    throw new Error(`Layer '${layer}' has no batch normalisation weights.`);
  if (running !== undefined) {
    const mean = running[`${layer}.mean`] as tf.Variable;
    const variance = running[`${layer}.variance`] as tf.Variable;
    return normaliseBy(x, { mean, variance, gamma, beta });
  }
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

/** Moves the running statistics of batch normalisation as the batches pass. */
export function runningStatistics({ buffers }: Network): Required<Pick<NormActivation, 'onStatistics'>> {
  return {
    onStatistics(layer, mean, variance) {
      const running = (name: string): Record<string, tf.Variable> => ({ [name]: buffers[name] as tf.Variable });
      moveToward(running(`${layer}.mean`), { [`${layer}.mean`]: mean }, statisticsMomentum);
      moveToward(running(`${layer}.variance`), { [`${layer}.variance`]: variance }, statisticsMomentum);
    },
  };
}
