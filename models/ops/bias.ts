/** Adding a bias without keeping the sum's inputs: the engine's own addition holds both on the tape for their shapes. */
import * as tf from '@tensorflow/tfjs';
import { customOperation } from './customOperation.ts';

/** x [..., c] + bias [c] → the shape of x; differentiable to any order. */
export function addBias<T extends tf.Tensor>(x: T, bias: tf.Tensor): T {
  const axes = x.shape.slice(0, -1).map((_, axis) => axis);
  return customOperation<T>({
    inputs: [x, bias],
    forward: () => tf.add(x, bias),
    gradient: (dy) => [tf.clone(dy), tf.sum(dy, axes)],
  });
}
