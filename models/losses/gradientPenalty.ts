/** Gradient penalties of critics: between the samples (Gulrajani et al. 2017, arXiv 1704.00028), and on real ones. */
import * as tf from '@tensorflow/tfjs';
import { differentiate } from '../training/differentiate.ts';
import { whileKeeping } from '../training/recompute.ts';

export interface PenaltyInputs<T extends tf.Tensor> {
  readonly real: T;
  readonly fake: T;
  /** Uniform in [0, 1), one a sample: [b]. */
  readonly mix: tf.Tensor1D;
}

/**
 * mean((‖∇ critic(x̂)‖₂ − 1)²) at x̂ = mix · real + (1 − mix) · fake; the norm is √(Σ g² + 1e-15), a sample each.
 * Differentiable in the critic's weights; `real` and `fake` are held.
 */
export function gradientPenalty<T extends tf.Tensor>(
  critic: (x: T) => tf.Tensor,
  { real, fake, mix }: PenaltyInputs<T>,
): tf.Scalar {
  const batch = real.shape[0];
  const amount = tf.reshape(mix, [batch, ...real.shape.slice(1).map(() => 1)]);
  const between = tf.tidy(() => tf.add<T>(fake, tf.mul(tf.sub(real, fake), amount)));
  const [slope] = slopesAt(critic, between) as [tf.Tensor];
  const length = tf.sqrt(tf.add(tf.sum(tf.square(tf.reshape(slope, [batch, -1])), 1), 1e-15)); // [b]
  return tf.mean(tf.square(tf.sub(length, 1)));
}

/**
 * R1 = ½ · mean(Σ (∇ critic(x))²) at real samples (Mescheder et al. 2018, arXiv 1801.04406), over everything the critic
 * is given of a sample. Differentiable in the critic's weights; `real` is held.
 */
export function realGradientPenalty<T extends tf.Tensor>(critic: (...x: T[]) => tf.Tensor, ...real: T[]): tf.Scalar {
  const squares = slopesAt(critic, ...real).map((slope) => tf.sum(tf.square(slope)));
  return tf.div(tf.addN(squares), 2 * (real[0] as T).shape[0]);
}

/** ∇ critic at x, one for each of `x` and of its shape. */
function slopesAt<T extends tf.Tensor>(critic: (...x: T[]) => tf.Tensor, ...x: T[]): tf.Tensor[] {
  const { value, gradients } = whileKeeping(() => differentiate(() => tf.sum(critic(...x)), x));
  value.dispose();
  return gradients.map((slope) => {
    if (slope === null) throw new Error('The critic does not depend on what it judges.');
    return slope;
  });
}
