/** Cross-entropy of logits: of real against synthetic (Goodfellow et al. 2014, arXiv 1406.2661), and of classes. */
import * as tf from '@tensorflow/tfjs';

/** mean(−t log σ(x) − (1 − t) log(1 − σ(x))) for logits x of any shape and one target t in [0, 1]. */
export function binaryCrossEntropy(logits: tf.Tensor, target: number): tf.Scalar {
  return tf.mean(tf.sub(tf.softplus(logits), tf.mul(logits, target)));
}

/** mean(−log softmax(x)[class]); logits and one-hot classes [b, n]. */
export function classCrossEntropy(logits: tf.Tensor2D, oneHot: tf.Tensor2D): tf.Scalar {
  return tf.neg(tf.mean(tf.sum(tf.mul(tf.logSoftmax(logits), oneHot), 1)));
}
