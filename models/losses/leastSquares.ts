/**
 * Least-squares adversarial loss (Mao et al. 2017, arXiv 1611.04076) with soft and now and then swapped labels (Salimans
 * et al. 2016, arXiv 1606.03498), the ranges of Sánchez & Vilaplana 2018.
 */
import * as tf from '@tensorflow/tfjs';
import type { Random } from '#shared/random.ts';

/** What a discriminator's scores are drawn to, one number a sample. */
export interface SoftLabels {
  readonly real: readonly number[];
  readonly fake: readonly number[];
  /** What the generator wants the discriminator to say. */
  readonly generator: readonly number[];
}

const realRange = [0.7, 1.2] as const;
const fakeRange = [0, 0.3] as const;
const swapProbability = 0.1;

/** Labels of one step: whether they are swapped, then those of real, synthetic and wanted samples. */
export function drawLabels(random: Random, count: number): SoftLabels {
  const draw = ([low, high]: readonly [number, number]): number[] =>
    Array.from({ length: count }, () => low + (high - low) * random.uniform());
  const isSwapped = random.uniform() < swapProbability;
  const [high, low] = [draw(realRange), draw(fakeRange)];
  return { real: isSwapped ? low : high, fake: isSwapped ? high : low, generator: draw(realRange) };
}

/** mean((score − label)²); scores [b, 1]. */
export function squaredDistance(scores: tf.Tensor2D, labels: readonly number[]): tf.Scalar {
  return tf.mean(tf.square(tf.sub(scores, tf.tensor2d([...labels], [labels.length, 1]))));
}
