/** Losses of a segmentation: how much two segmentations overlap, and cross-entropy voxel by voxel. */
import * as tf from '@tensorflow/tfjs';

/** Keeps the overlap of a class defined that neither has. */
const smooth = 1;

/**
 * 1 − the mean over classes but the first (background) of (2 Σ p g + 1) / (Σ p + Σ g + 1), sums over the whole batch
 * (Milletari et al. 2016, arXiv 1606.04797, with plain sums in place of squares, as Isensee et al. 2021, Nat. Methods
 * 18:203). Logarithms of probabilities and true shares [b, d, h, w, classes].
 */
export function diceLoss(logProbabilities: tf.Tensor5D, truth: tf.Tensor5D): tf.Scalar {
  const classes = truth.shape[4];
  const p: tf.Tensor2D = tf.reshape(tf.exp(logProbabilities), [-1, classes]); // [voxels, classes]
  const g: tf.Tensor2D = tf.reshape(truth, [-1, classes]);
  const both = tf.sum(tf.mul(p, g), 0); // [classes]
  const either = tf.add(tf.sum(p, 0), tf.sum(g, 0));
  const overlap = tf.div<tf.Tensor1D>(tf.add(tf.mul(both, 2), smooth), tf.add(either, smooth));
  return tf.sub(1, tf.mean(tf.slice(overlap, 1, classes - 1)));
}

/** −the mean over voxels of Σ truth · log p; both [b, d, h, w, classes]. */
export function voxelCrossEntropy(logProbabilities: tf.Tensor5D, truth: tf.Tensor5D): tf.Scalar {
  return tf.neg(tf.mean(tf.sum(tf.mul(logProbabilities, truth), 4)));
}
