/**
 * Group normalisation (Wu & He 2018, arXiv 1803.08494) with its gain and shift, followed by a ReLU: each group of
 * neighbouring channels of each scan to mean 0 and variance 1 over its voxels; biased variance, ε = 1e-5 (PyTorch's
 * GroupNorm). Statistics can be gathered slab by slab, so that a volume need not be in memory at once.
 */
import * as tf from '@tensorflow/tfjs';
import { customOperation } from './customOperation.ts';
import { leakyReluGradient } from './leakyRelu.ts';

const epsilon = 1e-5;

/** Mean and variance of each group, given for each of its channels: [b, 1, c]. */
export type GroupMoments = Readonly<{
  /** Voxels they were taken over. */
  count: number;
  mean: tf.Tensor3D;
  variance: tf.Tensor3D;
}>;

export interface GroupNorm {
  /** [b, d, h, w, c]. */
  readonly x: tf.Tensor5D;
  /** Divides c. */
  readonly groups: number;
  /** [c]. */
  readonly gamma: tf.Tensor;
  readonly beta: tf.Tensor;
}

/** Of x [b, d, h, w, c]; two passes over the voxels. */
export function groupMoments(x: tf.Tensor5D, groups: number): GroupMoments {
  const flat = rowsOf(x);
  const mean = tf.tidy(() => overGroups(meanOverRows(flat), groups));
  const variance = tf.tidy(() => overGroups(meanOverRows(tf.squaredDifference(flat, mean)), groups));
  return { count: flat.shape[1], mean, variance };
}

/** The moments of two sets of voxels together (Chan, Golub & LeVeque 1983, The American Statistician 37:242). */
export function mergeMoments(a: GroupMoments, b: GroupMoments): GroupMoments {
  const count = a.count + b.count;
  const share = b.count / count;
  const difference = tf.sub<tf.Tensor3D>(b.mean, a.mean);
  const within: tf.Tensor3D = tf.add(tf.mul(a.variance, 1 - share), tf.mul(b.variance, share));
  return {
    count,
    mean: tf.add(a.mean, tf.mul(difference, share)),
    variance: tf.add(within, tf.mul(tf.square(difference), share * (1 - share))),
  };
}

/** Normalises by given moments; for inference, slab by slab. */
export function groupNormReluBy({ mean, variance }: GroupMoments, { x, gamma, beta }: GroupNorm): tf.Tensor5D {
  const scale = tf.mul(inverseDeviation(variance), gamma); // [b, 1, c]
  const shift = tf.sub(beta, tf.mul(mean, scale));
  return tf.reshape(tf.relu(tf.add(tf.mul(rowsOf(x), scale), shift)), x.shape);
}

/**
 * `relu(groupNorm(x))` as one operation that keeps its input, its output and two numbers a channel. Differentiable in x,
 * gamma and beta, first order only.
 */
export function groupNormRelu({ x, groups, gamma, beta }: GroupNorm): tf.Tensor5D {
  return customOperation<tf.Tensor5D>({
    inputs: [x, gamma, beta],
    forward: (save) => {
      const moments = groupMoments(x, groups);
      const value = tf.tidy(() => groupNormReluBy(moments, { x, groups, gamma, beta }));
      save([x, value, moments.mean, inverseDeviation(moments.variance), gamma]);
      return value;
    },
    gradient: (dy, saved) => {
      const [input, output, mean, inverse, gain] = saved as [
        tf.Tensor5D,
        tf.Tensor5D,
        tf.Tensor3D,
        tf.Tensor3D,
        tf.Tensor1D,
      ];
      return gradients(dy, { input, output, mean, inverse, gain, groups });
    },
  });
}

interface Saved {
  readonly input: tf.Tensor5D;
  readonly output: tf.Tensor5D;
  readonly mean: tf.Tensor3D;
  readonly inverse: tf.Tensor3D;
  readonly gain: tf.Tensor1D;
  readonly groups: number;
}

/**
 * With n the normalised values and dz the gradient behind the ReLU: dx = (γ dz − mean(γ dz) − n mean(γ dz n)) / σ, the means
 * over a group; dγ = Σ dz n, dβ = Σ dz over voxels and scans.
 */
function gradients(dy: tf.Tensor5D, { input, output, mean, inverse, gain, groups }: Saved): tf.Tensor[] {
  const dz = tf.tidy(() => rowsOf(leakyReluGradient(dy, output, 0))); // [b, n, c]
  const centred = tf.sub<tf.Tensor3D>(rowsOf(input), mean);
  const count = centred.shape[1];
  const shifts = meanOverRows(dz); // [b, 1, c]
  const projections = tf.tidy(() => tf.mul<tf.Tensor3D>(meanOverRows(tf.mul(dz, centred)), inverse)); // [b, 1, c]
  const dGamma = tf.tidy(() => tf.mul(tf.sum(projections, [0, 1]), count)); // [c]
  const dBeta = tf.tidy(() => tf.mul(tf.sum(shifts, [0, 1]), count)); // [c]

  const pass = tf.mul(inverse, gain);
  const removed = tf.tidy(() => tf.mul(overGroups(tf.mul(projections, gain), groups), tf.square(inverse)));
  const offset = tf.tidy(() => tf.mul(overGroups(tf.mul(shifts, gain), groups), inverse));
  const along = tf.mul(centred, removed);
  centred.dispose(); // full-size temporaries go as soon as they can: they set the peak
  const through = tf.mul(dz, pass);
  dz.dispose();
  const dx = tf.tidy(() => tf.sub(tf.sub(through, along), offset));
  tf.dispose([through, along, pass, removed, offset, shifts, projections]);
  return [tf.reshape(dx, input.shape), dGamma, dBeta];
}

const inverseDeviation = (variance: tf.Tensor3D): tf.Tensor3D => tf.rsqrt(tf.add(variance, epsilon));

/** [b, d, h, w, c] → [b, n, c]. */
function rowsOf(x: tf.Tensor5D): tf.Tensor3D {
  const [batch, depth, height, width, channels] = x.shape;
  return tf.reshape(x, [batch, depth * height * width, channels]);
}

/** Mean over axis 1 as a matrix product, the fastest reduction the engine has: [b, n, c] → [b, 1, c]. */
function meanOverRows(rows: tf.Tensor): tf.Tensor3D {
  const [batch = 0, count = 0] = rows.shape;
  return tf.tidy(() => tf.matMul<tf.Tensor3D>(tf.fill([batch, 1, count], 1 / count), rows));
}

/** Each channel gets the mean of its group: [b, 1, c] → [b, 1, c]. */
function overGroups(values: tf.Tensor3D, groups: number): tf.Tensor3D {
  const [batch, , channels] = values.shape;
  const members = channels / groups;
  const means = tf.mean(tf.reshape(values, [batch, groups, members]), 2, true); // [b, g, 1]
  return tf.reshape(tf.mul(means, tf.ones([1, 1, members])), [batch, 1, channels]);
}
