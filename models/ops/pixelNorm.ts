/**
 * Pixelwise feature normalisation (Karras et al. 2018, arXiv 1710.10196, section 4.2): the feature vector of each voxel
 * divided by its root mean square; ε = 1e-8.
 */
import * as tf from '@tensorflow/tfjs';
import { customOperation } from './customOperation.ts';
import { leakyReluGradient } from './leakyRelu.ts';

const epsilon = 1e-8;

/** x [..., c] → the same shape. */
export function pixelNorm<T extends tf.Tensor>(x: T): T {
  return tf.mul(x, inverseLength(x));
}

/**
 * `pixelNorm(leakyRelu(x))` as one operation that keeps its output, whose sign tells the slope, and one number a voxel.
 * First order only.
 */
export function leakyReluPixelNorm<T extends tf.Tensor>(x: T, slope: number): T {
  return customOperation<T>({
    inputs: [x],
    forward: (save) => {
      const active = tf.leakyRelu(x, slope);
      const scale = tf.tidy(() => inverseLength(active)); // [..., 1]
      const value = tf.mul<T>(active, scale);
      save([value, scale]);
      return value;
    },
    gradient: (dy, saved) => {
      const [output, scale] = saved as [T, tf.Tensor];
      // y = x · s with s = (mean x² + ε)^−½: dx = s · (dy − y · mean(y · dy))
      const projection = tf.tidy(() => tf.mean(tf.mul(output, dy), -1, true)); // [..., 1]
      const gradient = tf.tidy(() => tf.mul<T>(tf.sub(dy, tf.mul(output, projection)), scale));
      projection.dispose();
      const result = leakyReluGradient(gradient, output, slope);
      gradient.dispose();
      return [result];
    },
  });
}

function inverseLength(x: tf.Tensor): tf.Tensor {
  return tf.rsqrt(tf.add(tf.mean(tf.square(x), -1, true), epsilon));
}
