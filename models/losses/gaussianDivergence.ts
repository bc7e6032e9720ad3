/** Kullback–Leibler divergence of diagonal Gaussians from the standard normal (Kingma & Welling 2014, arXiv 1312.6114). */
import * as tf from '@tensorflow/tfjs';

/** mean over scans of ½ Σ(μ² + σ² − 1 − ln σ²), in nats; mean and log-variance [b, latent]. */
export function gaussianDivergence(mean: tf.Tensor2D, logVariance: tf.Tensor2D): tf.Scalar {
  const terms = tf.sub(tf.add(tf.square(mean), tf.exp(logVariance)), tf.add(logVariance, 1));
  return tf.mul(tf.mean(tf.sum(terms, 1)), 0.5);
}
