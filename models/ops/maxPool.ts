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
      const gathered = firstLargest(of, most).map((isFirst, corner) =>
        tf.where(isFirst, voxelsAt(g, corner, most.shape), nothing),
      );
      return [tf.addN(gathered)];
    },
  });
}

/** For each corner of the 2³ blocks, where it is the first of the largest: [b, d/2, h/2, w/2, c] each. */
function firstLargest(input: tf.Tensor5D, largest: tf.Tensor5D): tf.Tensor5D[] {
  let isTaken: tf.Tensor = tf.zeros(largest.shape, 'bool');
  return Array.from({ length: 8 }, (_, corner) => {
    const isLargest = tf.equal(voxelsAt(input, corner, largest.shape), largest);
    const isFirst = tf.logicalAnd<tf.Tensor5D>(isLargest, tf.logicalNot(isTaken));
    isTaken = tf.logicalOr(isTaken, isLargest);
    return isFirst;
  });
}

/** The voxels of x at one corner of the blocks that `shape` counts. */
function voxelsAt(x: tf.Tensor5D, corner: number, [batch, depth, height, width, channels]: Shape5): tf.Tensor5D {
  const [i, j, k] = [corner >> 2, (corner >> 1) & 1, corner & 1];
  const end = [batch, 2 * depth - 1 + i, 2 * height - 1 + j, 2 * width - 1 + k, channels];
  return tf.stridedSlice(x, [0, i, j, k, 0], end, [1, 2, 2, 2, 1]) as tf.Tensor5D;
}
