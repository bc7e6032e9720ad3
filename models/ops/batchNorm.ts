/**
 * Batch normalisation over all axes but the last (Ioffe & Szegedy 2015, arXiv 1502.03167), ε = 1e-5, with the batch's own
 * statistics and an analytic gradient: first order only, and few full-size intermediates.
 */
import * as tf from '@tensorflow/tfjs';
import { customOperation } from './customOperation.ts';
import { hasKernel, optionalKernels, runKernels } from './kernels.ts';

const epsilon = 1e-5;

export interface BatchNorm<T extends tf.Tensor> {
  readonly x: T;
  /** [c]. */
  readonly gamma: tf.Tensor;
  readonly beta: tf.Tensor;
  /** Told mean and variance (over n values, divided by n − 1) of the batch [c]; valid during the call only. */
  onStatistics(mean: tf.Tensor, variance: tf.Tensor): void;
}

/** x [b, d, h, w, c] or [b, c] → the same shape; differentiable in x, gamma and beta. */
export function batchNorm<T extends tf.Tensor>({ x, gamma, beta, onStatistics }: BatchNorm<T>): T {
  const isNative = hasKernel(optionalKernels.batchNorm) && hasKernel(optionalKernels.batchNormGradient);
  return customOperation<T>({
    inputs: [x, gamma, beta],
    forward: (save) => {
      if (isNative) {
        const inputs = { x: asImage(x), gamma, beta };
        const [value, mean, variance, ...reserved] = runKernels(optionalKernels.batchNorm, inputs, { epsilon });
        onStatistics(mean as tf.Tensor, variance as tf.Tensor);
        save([x, gamma, ...reserved]);
        return tf.reshape<tf.Rank>(value as tf.Tensor, x.shape) as T;
      }
      const { count, mean, variance, scale } = statisticsOf(x);
      onStatistics(mean, unbiased(variance, count));
      save([x, gamma, mean, scale]);
      return tf.add(tf.mul(tf.sub(x, mean), tf.mul(scale, gamma)), beta);
    },
    gradient: (dy, saved) => {
      if (isNative) {
        const [input, weight, ...reserved] = saved as [tf.Tensor, tf.Tensor, ...tf.Tensor[]];
        const inputs: Record<string, tf.Tensor> = { dy: asImage(dy), x: asImage(input), gamma: weight };
        reserved.forEach((tensor, index) => (inputs[`reserved${String(index)}`] = tensor));
        const [dx, ...others] = runKernels(optionalKernels.batchNormGradient, inputs, { epsilon });
        return [tf.reshape(dx as tf.Tensor, input.shape), ...others];
      }
      const [input, weight, mean, scale] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
      const axes = axesOf(input);
      const normalised = tf.mul(tf.sub(input, mean), scale);
      const projected = tf.mul(dy, normalised);
      const centred = tf.sub(tf.sub(dy, tf.mean(dy, axes)), tf.mul(normalised, tf.mean(projected, axes)));
      return [tf.mul(centred, tf.mul(scale, weight)), tf.sum(projected, axes), tf.sum(dy, axes)];
    },
  });
}

/** The same, composed: for networks whose gradient is differentiated once more. */
export function batchNormComposed<T extends tf.Tensor>({ x, gamma, beta, onStatistics }: BatchNorm<T>): T {
  const { count, mean, variance } = statisticsOf(x);
  onStatistics(mean, unbiased(variance, count));
  const { scale, shift } = batchNormScale({ mean, variance, gamma, beta });
  return tf.add(tf.mul(x, scale), shift);
}

/** Normalisation with given statistics [c] as x · scale + shift. */
export function batchNormScale({
  mean,
  variance,
  gamma,
  beta,
}: Readonly<Record<'mean' | 'variance' | 'gamma' | 'beta', tf.Tensor>>): { scale: tf.Tensor1D; shift: tf.Tensor1D } {
  const scale: tf.Tensor1D = tf.mul(tf.rsqrt(tf.add(variance, epsilon)), gamma); // [c]
  return { scale, shift: tf.sub(beta, tf.mul(mean, scale)) };
}

/** The kernel takes images: [..., c] → [1, n, 1, c]. */
const asImage = (x: tf.Tensor): tf.Tensor => tf.reshape(x, [1, -1, 1, x.shape.at(-1) ?? 1]);

const unbiased = (variance: tf.Tensor, count: number): tf.Tensor => tf.mul(variance, count / Math.max(1, count - 1));

const axesOf = (x: tf.Tensor): number[] => x.shape.slice(0, -1).map((_, axis) => axis);

function statisticsOf(x: tf.Tensor): {
  readonly count: number;
  readonly mean: tf.Tensor;
  readonly variance: tf.Tensor;
  readonly scale: tf.Tensor;
} {
  const axes = axesOf(x);
  const mean = tf.mean(x, axes); // [c]
  const variance = tf.mean(tf.square(tf.sub(x, mean)), axes);
  return { count: x.size / (x.shape.at(-1) ?? 1), mean, variance, scale: tf.rsqrt(tf.add(variance, epsilon)) };
}
