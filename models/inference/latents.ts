/** Latent codes: drawn, drawn by seed, and turned into volumes one after the other. */
import * as tf from '@tensorflow/tfjs';
import { createRandom, type Random } from '#shared/random.ts';
import type { GenerateRequest } from '../model.ts';

/** Standard normal codes [count, length]. */
export function drawLatents(random: Random, count: number, length: number): tf.Tensor2D {
  return tf.tensor2d(random.normals(count * length), [count, length]);
}

/** One standard normal value a voxel: [b, d, h, w, 1] for feature maps [b, d, h, w, c]. */
export function drawNoise(random: Random, [batch, depth, height, width]: readonly number[]): tf.Tensor5D {
  const shape = [batch, depth, height, width, 1] as [number, number, number, number, number];
  return tf.tensor5d(random.normals(tf.util.sizeFromShape(shape)), shape);
}

/** The codes of the seeds `seed`, `seed + 1` …: each depends on its own seed alone. [count, length], times `truncation`. */
export function latentsOfSeeds({ count, seed, truncation }: GenerateRequest, length: number): tf.Tensor2D {
  return tf.tidy(() => {
    const codes = Array.from({ length: count }, (_, index) =>
      drawLatents(createRandom(seed + index).fork('latent'), 1, length),
    );
    return tf.mul<tf.Tensor2D>(tf.concat(codes), truncation);
  });
}

/** The classes that go with `latentsOfSeeds`: the one asked for, or one drawn from each seed. */
export function labelsOfSeeds({ count, seed, label }: GenerateRequest, classes: number): number[] {
  return Array.from(
    { length: count },
    (_, index) =>
      label ??
      createRandom(seed + index)
        .fork('label')
        .integer(classes),
  );
}

/** Classes as rows of zeros and a one: [count, classes]; null for a model that is not conditional. Throws where one is amiss. */
export function oneHotLabels(
  labels: readonly number[] | undefined,
  { count, classes }: { readonly count: number; readonly classes: number },
): tf.Tensor2D | null {
  if (classes === 0) return null;
  if (labels?.length !== count || !labels.every((label) => Number.isInteger(label) && label >= 0 && label < classes)) {
    const given = labels === undefined ? 'none' : labels.join(', ');
    throw new Error(
      `A class from 0 to ${String(classes - 1)} is needed for each of ${String(count)} scans; got ${given}.`,
    );
  }
  return tf.tensor2d(labels.map((label) => Array.from({ length: classes }, (_, index) => (index === label ? 1 : 0))));
}

/** Codes [n, length] with their classes beside them: [n, length + classes]. */
export function withLabels(codes: tf.Tensor2D, oneHot: tf.Tensor2D | null): tf.Tensor2D {
  return oneHot === null ? codes : tf.concat([codes, oneHot], 1);
}

/** One volume at a time, so that memory holds the work of one: codes [n, length] → [n, d, h, w, 1]; the caller disposes. */
export function renderEach(codes: tf.Tensor2D, render: (code: tf.Tensor2D, index: number) => tf.Tensor5D): tf.Tensor5D {
  const [count, length] = codes.shape;
  const volumes = Array.from({ length: count }, (_, index) =>
    tf.tidy(() => render(tf.slice(codes, [index, 0], [1, length]), index)),
  );
  const joined = tf.concat(volumes); // [n, d, h, w, 1]
  tf.dispose(volumes);
  return joined;
}
