/**
 * The Gaussian that an autoencoder's codes come from, so that new codes can be drawn from it: mean and covariance of the
 * codes seen in training, those seen lately counting most, since the encoder changes. Kept as buffers of a network, so
 * that a checkpoint holds them.
 */
import * as tf from '@tensorflow/tfjs';
import { factorise } from '#shared/statistics/cholesky.ts';
import type { Network } from '../model.ts';
import { averageWarmUp } from '../training/adam.ts';

/** The newest batch counts at least this much: about the last hundred batches make the estimate. */
const leastShare = 0.01;

/**
 * How much the batch of a step, counted from 1, counts: the first alone, later about the last tenth of the training, as in
 * the moving average of the weights. What the encoder made of scans before that has another size.
 */
function shareAt(step: number): number {
  return step === 1 ? 1 : Math.max(leastShare, 1 - averageWarmUp(step));
}

export interface CodeGaussian {
  /** Buffers `mean` [latent] and `covariance` [latent, latent]; standard normal before anything was observed. */
  readonly network: Network;
  /** Takes a batch's codes [b, latent] in, as the batch of this step, counted from 1. */
  observe(codes: tf.Tensor2D, step: number): void;
  /** Standard normal numbers [n, latent] → codes of the Gaussian [n, latent]; the caller disposes. */
  transform(normals: tf.Tensor2D): tf.Tensor2D;
}

/** The caller disposes the network's buffers. */
export function createCodeGaussian(latent: number): CodeGaussian {
  const { mean, covariance } = tf.tidy(() => ({
    mean: tf.variable(tf.fill([latent], 0), false),
    covariance: tf.variable(tf.eye(latent), false),
  }));

  return {
    network: { weights: {}, buffers: { mean, covariance } },
    observe(codes, step) {
      const share = shareAt(step);
      tf.tidy(() => {
        const newMean = tf.mean(codes, 0);
        const centred = tf.sub<tf.Tensor2D>(codes, newMean);
        const newCovariance = tf.div(tf.matMul(centred, centred, true), codes.shape[0]);
        const moved = tf.reshape<tf.Rank.R2>(tf.sub(newMean, mean), [latent, 1]);
        const between = tf.mul(tf.matMul(moved, moved, false, true), share * (1 - share));
        // The covariance of a mixture of the two: within each, and between their means.
        const mixed = tf.addN([tf.mul(covariance, 1 - share), tf.mul(newCovariance, share), between]);
        covariance.assign(mixed as tf.Tensor2D);
        mean.assign(tf.add(mean, tf.mul(tf.sub(newMean, mean), share)));
      });
    },
    transform: (normals) =>
      tf.tidy(() => {
        const factor = tf.tensor2d(triangleOf(covariance.dataSync(), latent), [latent, latent]);
        return tf.add<tf.Tensor2D>(tf.matMul(normals, factor, false, true), mean);
      }),
  };
}

/** Added to every variance, relative to their mean: of few codes many directions have none, or by rounding less. */
const ridge = 1e-4;

/** Lower triangle L [n · n] with L Lᵀ = the covariance and its ridge. */
function triangleOf(covariance: ArrayLike<number>, n: number): Float32Array {
  const matrix = Float64Array.from(covariance);
  let sum = 0;
  for (let index = 0; index < n; index++) sum += matrix[index * n + index] ?? 0;
  const added = Math.max((ridge * sum) / n, Number.MIN_VALUE);
  for (let index = 0; index < n; index++) matrix[index * n + index] = (matrix[index * n + index] ?? 0) + added;
  if (!factorise(matrix, n)) throw new Error('The covariance of the codes is not one: they are not finite.');
  return Float32Array.from(matrix, (value, index) => (index % n > Math.floor(index / n) ? 0 : value));
}
