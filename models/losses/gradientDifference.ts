/** Gradient difference loss: Mathieu et al. 2016, arXiv 1511.05440, here mean-reduced and in three dimensions. */
import * as tf from '@tensorflow/tfjs';

/**
 * Σ over axes of mean((|∂a| − |∂b|)²), ∂ being the difference of neighbouring voxels; a, b [n, d, h, w, c], the same
 * shape. 0 for equal images; blind to an added constant.
 */
export function gradientDifference(a: tf.Tensor5D, b: tf.Tensor5D): tf.Scalar {
  const perAxis = [1, 2, 3].map((axis) =>
    tf.mean(tf.square(tf.sub(tf.abs(neighbourDifference(a, axis)), tf.abs(neighbourDifference(b, axis))))),
  );
  return tf.addN(perAxis) as tf.Scalar;
}

function neighbourDifference(x: tf.Tensor5D, axis: number): tf.Tensor5D {
  const size = x.shape.map((length, index) => (index === axis ? length - 1 : length)) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const start = size.map((_, index) => (index === axis ? 1 : 0)) as [number, number, number, number, number];
  return tf.sub(tf.slice(x, start, size), tf.slice(x, [0, 0, 0, 0, 0], size));
}
