/**
 * Instance normalisation (Ulyanov et al. 2016, arXiv 1607.08022): each channel of each scan to mean 0 and variance 1
 * over its voxels, without affine parameters; biased variance, ε = 1e-5 (PyTorch's InstanceNorm3d).
 */
import * as tf from '@tensorflow/tfjs';
import { customOperation } from './customOperation.ts';
import { leakyRelu, leakyReluGradient } from './leakyRelu.ts';

const epsilon = 1e-5;

/** x [b, d, h, w, c] → the same shape; composed, hence differentiable to any order. */
export function instanceNorm(x: tf.Tensor5D): tf.Tensor5D {
  const centred = tf.sub<tf.Tensor5D>(x, meanOverVoxels(x));
  const variance = meanOverVoxels(tf.square(centred)); // [b, 1, 1, 1, c]
  return tf.mul(centred, tf.rsqrt(tf.add(variance, epsilon)));
}

/** `leakyRelu(instanceNorm(x))`, composed: for networks whose gradient is differentiated once more. */
export function instanceNormLeakyReluComposed(x: tf.Tensor5D, slope: number): tf.Tensor5D {
  return leakyRelu(instanceNorm(x), slope);
}

/**
 * `leakyRelu(instanceNorm(x))` as one operation that keeps its output and one number a channel, from which the
 * normalised values are recovered (the slope is invertible), in place of six full-size intermediates. First order only.
 */
export function instanceNormLeakyRelu(x: tf.Tensor5D, slope: number): tf.Tensor5D {
  return customOperation<tf.Tensor5D>({
    inputs: [x],
    forward: (save) => {
      const [batch, depth, height, width, channels] = x.shape;
      const flat: tf.Tensor3D = tf.reshape(x, [batch, depth * height * width, channels]); // [b, n, c]
      const centred = tf.tidy(() => tf.sub<tf.Tensor3D>(flat, meanOverRows(flat)));
      const scale = tf.tidy(() => tf.rsqrt(tf.add(meanOverRows(tf.square(centred)), epsilon))); // [b, 1, c]
      const normalised = tf.mul(centred, scale);
      centred.dispose(); // full-size temporaries go as soon as they can: they set the peak
      const value: tf.Tensor5D = tf.reshape(tf.leakyRelu(normalised, slope), x.shape); // [b, d, h, w, c]
      save([value, scale]);
      return value;
    },
    gradient: (dy, [output, scale]) => [gradientThroughNorm(dy, output as tf.Tensor5D, scale as tf.Tensor3D, slope)],
  });
}

/** dx = scale · (dn − mean(dn) − n · mean(dn · n)), where n are the normalised values and dn their gradient. */
function gradientThroughNorm(dy: tf.Tensor5D, output: tf.Tensor5D, scale: tf.Tensor3D, slope: number): tf.Tensor5D {
  const [batch, depth, height, width, channels] = output.shape;
  const rows: [number, number, number] = [batch, depth * height * width, channels];
  const normalised = tf.tidy(() => tf.reshape(leakyReluGradient(output, output, 1 / slope), rows)); // undoes the slope
  const gradient = tf.tidy(() => tf.reshape(leakyReluGradient(dy, output, slope), rows)); // [b, n, c]
  const projection = tf.tidy(() => meanOverRows(tf.mul(gradient, normalised))); // [b, 1, c]
  const centred = tf.tidy(() => tf.sub(gradient, meanOverRows(gradient)));
  gradient.dispose();
  const projected = tf.mul(normalised, projection);
  normalised.dispose();
  const difference = tf.sub(centred, projected);
  tf.dispose([centred, projected, projection]);
  const scaled: tf.Tensor5D = tf.tidy(() => tf.reshape(tf.mul(difference, scale), output.shape));
  difference.dispose();
  return scaled;
}

/** Mean over axis 1 as a matrix product, the fastest reduction the engine has: [b, n, c] → [b, 1, c]. */
function meanOverRows(rows: tf.Tensor): tf.Tensor3D {
  const [batch = 0, count = 0] = rows.shape;
  return tf.tidy(() => tf.matMul<tf.Tensor3D>(tf.fill([batch, 1, count], 1 / count), rows));
}

function meanOverVoxels(x: tf.Tensor5D): tf.Tensor5D {
  return tf.mean(x, [1, 2, 3], true);
}
