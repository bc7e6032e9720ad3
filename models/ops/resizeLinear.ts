/** Trilinear resizing to any size, block-centred (PyTorch's `interpolate(mode='trilinear', align_corners=False)`). */
import * as tf from '@tensorflow/tfjs';

/**
 * x [b, d, h, w, c] → [b, side, side, side, c]. Sample i of n is at (i + 1/2) · length / n − 1/2 of the input, held inside
 * it. A matrix product along each axis, hence differentiable to any order.
 */
export function resizeLinear(x: tf.Tensor5D, side: number): tf.Tensor5D {
  const [batch, depth, height, width, channels] = x.shape;
  if (depth === side && height === side && width === side) return x;
  const alongDepth = blend(x, [batch, depth, height * width * channels], side); // [b, side, h · w · c]
  const alongHeight = blend(alongDepth, [batch * side, height, width * channels], side); // [b · side, side, w · c]
  const alongWidth = blend(alongHeight, [batch * side * side, width, channels], side); // [b · side², side, c]
  return tf.reshape(alongWidth, [batch, side, side, side, channels]);
}

/** Of x as [outer, length, inner]: the middle axis resized, [outer, side, inner]. */
function blend(x: tf.Tensor, shape: [number, number, number], side: number): tf.Tensor3D {
  const weights = tf.tensor3d(weightsOf(shape[1], side), [1, side, shape[1]]);
  return tf.matMul<tf.Tensor3D>(weights, tf.reshape(x, shape));
}

/** Row i: what sample i takes of each of the `length` values; [side · length]. */
function weightsOf(length: number, side: number): Float32Array {
  const weights = new Float32Array(side * length);
  for (let sample = 0; sample < side; sample++) {
    const at = Math.min(length - 1, Math.max(0, ((sample + 0.5) * length) / side - 0.5));
    const below = Math.floor(at);
    const above = Math.min(length - 1, below + 1);
    weights[sample * length + below] = 1 - (at - below);
    weights[sample * length + above] = (weights[sample * length + above] ?? 0) + (at - below);
  }
  return weights;
}
