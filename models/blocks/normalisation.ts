/** Normalisation followed by an activation, as the layers of the published networks ask for it. */
import * as tf from '@tensorflow/tfjs';
import type { NamedTensors, Network } from '../model.ts';
import { instanceNormLeakyRelu, instanceNormLeakyReluComposed } from '../ops/instanceNorm.ts';
import { leakyRelu } from '../ops/leakyRelu.ts';

export type NormKind = 'none' | 'instance' | 'batch';

export interface NormActivation {
  readonly kind: NormKind;
  /** Of the leaky ReLU; 0 is a ReLU. */
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

const batchEpsilon = 1e-5;

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
      return activation(batchNorm(x, options), slope);
  }
}

function activation<T extends tf.Tensor>(x: T, slope: number): T {
  return slope === 0 ? tf.relu(x) : leakyRelu(x, slope);
}

/** Batch normalisation over all axes but the last (Ioffe & Szegedy 2015, arXiv 1502.03167), ε = 1e-5, biased variance. */
function batchNorm<T extends tf.Tensor>(x: T, { layer, leaves, running, onStatistics }: NormActivation): T {
  const gamma = leaves[`${layer}.gamma`];
  const beta = leaves[`${layer}.beta`];
  if (gamma === undefined || beta === undefined)
    throw new Error(`Layer '${layer}' has no batch normalisation weights.`);
  const axes = x.shape.slice(0, -1).map((_, axis) => axis);
  const mean = running?.[`${layer}.mean`] ?? tf.mean(x, axes); // [c]
  const centred = tf.sub(x, mean);
  const variance = running?.[`${layer}.variance`] ?? tf.mean(tf.square(centred), axes); // [c]
  onStatistics?.(layer, mean, variance);
  return tf.add(tf.mul(centred, tf.mul(tf.rsqrt(tf.add(variance, batchEpsilon)), gamma)), beta);
}
