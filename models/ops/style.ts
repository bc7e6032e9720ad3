/**
 * What a style-based generator does to its feature maps (Karras et al. 2019, arXiv 1812.04948, section 2): noise by map,
 * scale and shift by scan and map, and smoothing after upsampling. Each keeps no more than its gradient needs.
 */
import * as tf from '@tensorflow/tfjs';
import { customOperation } from './customOperation.ts';

/** x [b, d, h, w, c] + noise [b, d, h, w, 1] · strength [c]; first order. */
export function addNoise(x: tf.Tensor5D, noise: tf.Tensor5D, strength: tf.Tensor1D): tf.Tensor5D {
  return customOperation<tf.Tensor5D>({
    inputs: [x, strength],
    forward: (save) => {
      const row: tf.Tensor2D = tf.reshape(noise, [-1, 1]); // [n, 1]
      save([row]);
      return tf.add(x, tf.reshape(tf.matMul(row, tf.reshape(strength, [1, -1])), x.shape));
    },
    gradient: (dy, [row]) => {
      const slope = tf.matMul(row as tf.Tensor2D, tf.reshape(dy, [-1, strength.size]), true); // [1, c]
      return [tf.clone(dy), tf.reshape(slope, [-1])];
    },
  });
}

/** x [b, d, h, w, c] · scale + shift, both [b, c]; first order. */
export function modulate(x: tf.Tensor5D, scale: tf.Tensor2D, shift: tf.Tensor2D): tf.Tensor5D {
  const [batch, depth, height, width, maps] = x.shape;
  const rows: [number, number, number] = [batch, depth * height * width, maps];
  const byScan = (values: tf.Tensor): tf.Tensor3D => tf.reshape(values, [batch, 1, maps]);
  return customOperation<tf.Tensor5D>({
    inputs: [x, scale, shift],
    forward: (save) => {
      save([x, scale]);
      return tf.reshape(tf.add(tf.mul(tf.reshape(x, rows), byScan(scale)), byScan(shift)), x.shape);
    },
    gradient: (dy, saved) => {
      const [features, factor] = saved as [tf.Tensor5D, tf.Tensor2D];
      const flat: tf.Tensor3D = tf.reshape(dy, rows);
      const dx: tf.Tensor5D = tf.tidy(() => tf.reshape(tf.mul(flat, byScan(factor)), x.shape));
      const dScale = tf.tidy(() => tf.sum(tf.mul(flat, tf.reshape(features, rows)), 1)); // [b, c]
      return [dx, dScale, tf.sum(flat, 1)];
    },
  });
}

/**
 * Mean with the neighbours along each axis, ¼ ½ ¼, faces repeated: x [b, s, s, s, c] → the same shape. Nearest upsampling
 * by 2 and this are trilinear upsampling by 2 (unaligned corners). A matrix product an axis; differentiable to any order.
 */
export function smooth(x: tf.Tensor5D): tf.Tensor5D {
  const [batch, depth, height, width, maps] = x.shape;
  const along = (values: tf.Tensor, length: number, rest: number): tf.Tensor =>
    tf.matMul(neighbourMeans(length), tf.reshape(values, [-1, length, rest]));
  const smoothed = along(along(along(x, width, maps), height, width * maps), depth, height * width * maps);
  return tf.reshape(smoothed, [batch, depth, height, width, maps]);
}

/** [1, n, n]. */
function neighbourMeans(length: number): tf.Tensor3D {
  const values = new Float32Array(length * length);
  for (let row = 0; row < length; row++) {
    for (const [offset, share] of [
      [-1, 0.25],
      [0, 0.5],
      [1, 0.25],
    ] as const) {
      const column = Math.min(length - 1, Math.max(0, row + offset));
      const index = row * length + column;
      values[index] = (values[index] ?? 0) + share;
    }
  }
  return tf.tensor3d(values, [1, length, length]);
}
