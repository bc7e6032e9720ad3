/**
 * A 3³ convolution to one channel, which the engine's own kernels do slowly: one matrix product to the 27 taps, then
 * their sum, each from its neighbour. Both gradients are a matrix product with the shifted upstream gradient.
 */
import * as tf from '@tensorflow/tfjs';
import { customOperation } from './customOperation.ts';

const taps = 27;
const spatialAxes = [1, 2, 3] as const;

/** x [b, d, h, w, c], filter [3, 3, 3, c, 1] → [b, d, h, w, 1], 'same'; first order only. */
export function convolveToOne(x: tf.Tensor5D, filter: tf.Tensor5D): tf.Tensor5D {
  return customOperation<tf.Tensor5D>({
    inputs: [x, filter],
    forward: (save) => {
      save([x, filter]);
      const [batch, depth, height, width, channels] = x.shape;
      const products = tf.matMul(tf.reshape(x, [-1, channels]), tf.reshape(filter, [taps, channels]), false, true); // [n, 27]
      return gatherTaps(tf.reshape(products, [batch, depth, height, width, taps]));
    },
    gradient: (dy, saved) => {
      const [input, weights] = saved as [tf.Tensor5D, tf.Tensor5D];
      const channels = input.shape[4];
      const spread: tf.Tensor2D = tf.reshape(spreadTaps(dy), [-1, taps]); // [n, 27]
      const dx = tf.matMul(spread, tf.reshape(weights, [taps, channels])); // [n, c]
      const dFilter = tf.matMul(spread, tf.reshape(input, [-1, channels]), true, false); // [27, c]
      return [tf.reshape(dx, input.shape), tf.reshape(dFilter, weights.shape)];
    },
  });
}

/** Moves a volume by `offset` (−1, 0, 1) voxels along an axis; 0 comes in. */
function shift(x: tf.Tensor, axis: number, offset: number): tf.Tensor {
  if (offset === 0) return x;
  const size = x.shape.map((length, index) => (index === axis ? length - 1 : length));
  const begin = size.map((_, index) => (index === axis && offset < 0 ? 1 : 0));
  const border = size.map((_, index): [number, number] => {
    if (index !== axis) return [0, 0];
    return offset > 0 ? [1, 0] : [0, 1];
  });
  return tf.pad(tf.slice(x, begin, size), border);
}

/** [b, d, h, w, 27] → [b, d, h, w, 1]: tap k of a voxel is that of its neighbour k − 1, summed axis by axis. */
function gatherTaps(products: tf.Tensor): tf.Tensor5D {
  const [batch = 0, depth = 0, height = 0, width = 0] = products.shape;
  let sum = products;
  for (const axis of spatialAxes.toReversed()) {
    const thirds = tf.split(tf.reshape(sum, [batch, depth, height, width, -1, 3]), 3, 5);
    sum = tf.addN(thirds.map((third, tap) => shift(third, axis, 1 - tap)));
  }
  return tf.reshape(sum, [batch, depth, height, width, 1]);
}

/** The adjoint of `gatherTaps`: [b, d, h, w, 1] → [b, d, h, w, 27]. */
function spreadTaps(dy: tf.Tensor5D): tf.Tensor {
  let spread: tf.Tensor = dy;
  for (const axis of spatialAxes) {
    spread = tf.concat(
      [-1, 0, 1].map((offset) => tf.expandDims(shift(spread, axis, offset), -1)),
      -1,
    );
    spread = tf.reshape(spread, [...dy.shape.slice(0, 4), -1]);
  }
  return spread;
}
