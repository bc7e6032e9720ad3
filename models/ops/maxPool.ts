/**
 * 2³ max pooling whose gradient goes to the first of several largest voxels, as in PyTorch. The engine's own gives the
 * whole gradient to each of them, and behind a ReLU there are many: eight zeros get eight times what they should.
 */
import * as tf from '@tensorflow/tfjs';
import { customOperation } from './customOperation.ts';
import { voxelShuffle } from './voxelShuffle.ts';

/** x [b, d, h, w, c] → [b, ⌊d/2⌋, ⌊h/2⌋, ⌊w/2⌋, c]; first order only. */
export function maxPool(x: tf.Tensor5D): tf.Tensor5D {
  return customOperation<tf.Tensor5D>({
    inputs: [x],
    forward: (save) => {
      const value = tf.maxPool3d(x, 2, 2, 'valid');
      save([x, value]);
      return value;
    },
    gradient: (dy, saved) => {
      const [input, largest] = saved as [tf.Tensor5D, tf.Tensor5D];
      return [tf.tidy(() => toFirstLargest(dy, input, largest))];
    },
  });
}

function toFirstLargest(dy: tf.Tensor5D, input: tf.Tensor5D, largest: tf.Tensor5D): tf.Tensor5D {
  const [batch, depth, height, width, channels] = largest.shape;
  const nothing = tf.zerosLike(dy);
  const parts: tf.Tensor5D[] = [];
  let isTaken: tf.Tensor = tf.zeros(dy.shape, 'bool');
  for (let corner = 0; corner < 8; corner++) {
    const [i, j, k] = [corner >> 2, (corner >> 1) & 1, corner & 1];
    const end = [batch, 2 * depth - 1 + i, 2 * height - 1 + j, 2 * width - 1 + k, channels];
    const voxels = tf.stridedSlice(input, [0, i, j, k, 0], end, [1, 2, 2, 2, 1]); // [b, d/2, h/2, w/2, c]
    const isLargest = tf.equal(voxels, largest);
    parts.push(tf.where(tf.logicalAnd(isLargest, tf.logicalNot(isTaken)), dy, nothing));
    isTaken = tf.logicalOr(isTaken, isLargest);
  }
  const even = voxelShuffle(tf.concat(parts, 4), [2, 2, 2]); // a side less where the input's is odd
  const rest = input.shape.map((side, axis): [number, number] => [0, side - (even.shape[axis] ?? side)]);
  return rest.some(([, after]) => after > 0) ? tf.pad(even, rest) : even;
}
