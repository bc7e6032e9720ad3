/**
 * The code of a given scan for a generator without an encoder, by optimisation (Abdal et al. 2019, arXiv 1904.03189; for
 * brain scans with a 3-D network, as here, voxels and features of a fixed network together): Adam on the code from the best
 * of a few drawn ones, its rate falling to 0 along a cosine. The best code on the way is kept.
 */
import * as tf from '@tensorflow/tfjs';
import type { Random } from '#shared/random.ts';
import type { FeatureNetwork } from '../features/randomFeatures.ts';
import { createAdam } from '../training/adam.ts';
import { differentiate } from '../training/differentiate.ts';
import { drawLatents } from './latents.ts';

export interface InvertRequest {
  /** A code [1, length] → [1, d, h, w, 1]; differentiable. */
  generate(code: tf.Tensor2D): tf.Tensor5D;
  /** Numbers in a code. */
  readonly length: number;
  /** [1, d, h, w, 1] in [-1, 1]; the caller's. */
  readonly scan: tf.Tensor5D;
  readonly features: FeatureNetwork;
  readonly steps: number;
  readonly random: Random;
  /** After each step; the caller's to let other work in, and to stop by throwing. */
  onStep(done: number): Promise<void>;
}

/** Codes drawn to begin with, beside the average one. */
const draws = 15;
const rate = 0.1;
/** Weight of the relative squared error of the features beside the mean squared error of the voxels. */
const featureWeight = 0.1;
/** Of the mean square of the code: keeps it where codes are drawn from. */
const priorWeight = 1e-3;

/** [length], of the least loss found. Keeps no tensors. */
export async function invertScan(request: InvertRequest): Promise<Float32Array> {
  const { generate, length, scan, features, steps, random, onStep } = request;
  const known = features.extract(scan); // [1, f]
  const size = tf.tidy(() => tf.mean(tf.square(known)));
  const lossOf = (code: tf.Tensor2D): tf.Scalar => {
    const made = generate(code);
    const voxels = tf.mean(tf.square(tf.sub(made, scan)));
    const seen = tf.div(tf.mean(tf.square(tf.sub(features.extract(made), known))), size);
    const prior = tf.mean(tf.square(code));
    return tf.add(voxels, tf.add(tf.mul(seen, featureWeight), tf.mul(prior, priorWeight)));
  };
  const code = tf.tidy(() => tf.variable(bestStart(lossOf, random, length)));
  const adam = createAdam({ code }, { rate, beta1: 0.9, beta2: 0.999 });
  let best = { loss: Infinity, code: new Float32Array(length) };
  try {
    for (let step = 0; step <= steps; step++) {
      const { value, gradients } = differentiate(() => lossOf(code), [code]);
      const [loss] = await value.data();
      if (loss !== undefined && loss < best.loss) best = { loss, code: Float32Array.from(await code.data()) };
      value.dispose();
      const [gradient] = gradients;
      if (step === steps || gradient === null || gradient === undefined) tf.dispose(gradient ?? []);
      else adam.apply({ code: gradient }, 0.5 * (1 + Math.cos((Math.PI * step) / steps)));
      if (step < steps) await onStep(step + 1);
    }
    return best.code;
  } finally {
    adam.dispose();
    tf.dispose([code, known, size]);
  }
}

function bestStart(lossOf: (code: tf.Tensor2D) => tf.Scalar, random: Random, length: number): tf.Tensor2D {
  const drawn = [tf.zeros([1, length]), ...Array.from({ length: draws }, () => drawLatents(random, 1, length))];
  const losses = drawn.map((code) => tf.tidy(() => lossOf(code as tf.Tensor2D)).dataSync()[0] ?? Infinity);
  return drawn[losses.indexOf(Math.min(...losses))] as tf.Tensor2D;
}
