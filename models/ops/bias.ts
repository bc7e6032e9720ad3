/** Adding a bias without keeping the sum's inputs: the engine's own addition holds both on the tape for their shapes. */
import * as tf from '@tensorflow/tfjs';
import { customOperation } from './customOperation.ts';
import { hasKernel, optionalKernels, runKernel } from './kernels.ts';

/** x [..., c] + bias [c] → the shape of x; differentiable to any order. */
export function addBias<T extends tf.Tensor>(x: T, bias: tf.Tensor): T {
  return customOperation<T>({
    inputs: [x, bias],
    forward: () => tf.add(x, bias),
    gradient: (dy) => [tf.clone(dy), sumOfRows(dy)],
  });
}

/** Sum over all axes but the last, the gradient of a bias: [..., c] → [c]; differentiable to any order. */
export function sumOfRows(x: tf.Tensor): tf.Tensor {
  return customOperation({
    inputs: [x],
    forward: () => {
      if (hasKernel(optionalKernels.sumOfRows)) return runKernel(optionalKernels.sumOfRows, { x }, {});
      return tf.sum(
        x,
        x.shape.slice(0, -1).map((_, axis) => axis),
      );
    },
    gradient: (dy) => [tf.add(tf.zeros(x.shape), dy)],
  });
}
