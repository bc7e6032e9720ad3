/**
 * 2³ max pooling whose gradient goes to the first of several largest voxels, as in PyTorch. The engine's own gives the
 * whole gradient to each of them, and behind a ReLU there are many: eight zeros get eight times what they should.
 */
import * as tf from '@tensorflow/tfjs';
import { customOperation } from './customOperation.ts';
import type { Shape5 } from './kernels.ts';
import { voxelShuffle } from './voxelShuffle.ts';

/** x [b, d, h, w, c] → [b, ⌊d/2⌋, ⌊h/2⌋, ⌊w/2⌋, c]; differentiable to any order. */
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
      return [toFirstLargest(dy, input, largest)];
    },
  });
}

/** The gradient of the pooling, linear in `dy`; its own gradient gathers what it spread. */
function toFirstLargest(dy: tf.Tensor5D, input: tf.Tensor5D, largest: tf.Tensor5D): tf.Tensor5D {
  return customOperation<tf.Tensor5D>({
    inputs: [dy],
    forward: (save) => {
      save([input, largest]);
      const nothing = tf.zerosLike(dy);
      const parts = firstLargest(input, largest).map((isFirst) => tf.where(isFirst, dy, nothing));
      const even = voxelShuffle(tf.concat(parts, 4), [2, 2, 2]); // a side less where the input's is odd
      const rest = input.shape.map((side, axis): [number, number] => [0, side - (even.shape[axis] ?? side)]);
      return rest.some(([, after]) => after > 0) ? tf.pad(even, rest) : even;
    },
    gradient: (g, saved) => {
      const [of, most] = saved as [tf.Tensor5D, tf.Tensor5D];
      const nothing = tf.zerosLike(most);
      const corners = cornersOf(g, most.shape);
      const gathered = firstLargest(of, most).map((isFirst, corner) =>
        tf.where(isFirst, corners[corner] as tf.Tensor5D, nothing),
      );
      return [tf.addN(gathered)];
    },
  });
}

/** For each corner of the 2³ blocks, where it is the first of the largest: [b, d/2, h/2, w/2, c] each. */
function firstLargest(input: tf.Tensor5D, largest: tf.Tensor5D): tf.Tensor5D[] {
  let isTaken: tf.Tensor = tf.zeros(largest.shape, 'bool');
  return cornersOf(input, largest.shape).map((voxels) => {
    const isLargest = tf.equal(voxels, largest);
    const isFirst = tf.logicalAnd<tf.Tensor5D>(isLargest, tf.logicalNot(isTaken));
    isTaken = tf.logicalOr(isTaken, isLargest);
    return isFirst;
  });
}

/** The eight voxels of every block that `shape` counts. One transposition: strided slices cost several times as much. */
function cornersOf(x: tf.Tensor5D, [batch, depth, height, width, channels]: Shape5): tf.Tensor5D[] {
  const even = tf.slice(x, 0, [batch, 2 * depth, 2 * height, 2 * width, channels]);
  const corners = even
    .reshape([batch * depth, 2, height, 2, width, 2, channels])
    .transpose([1, 3, 5, 0, 2, 4, 6]) // [2, 2, 2, b · d, h, w, c]
    .reshape([8 * batch, depth, height, width, channels]);
  return tf.split(corners, 8);
}
