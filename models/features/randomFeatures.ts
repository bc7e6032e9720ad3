/**
 * What a fixed network of random three-dimensional filters sees in a scan: numbers by which sets of scans are compared.
 * Random filters with rectification and pooling are selective for shape and texture without any training (Jarrett et al.
 * 2009, ICCV; Saxe et al. 2011, ICML), so that no cohort, and no licence of weights, is built into them.
 *
 * Three stages of a 3³ convolution (He et al. 2015, arXiv 1502.01852: normal, variance 2 / fan-in, no bias), a ReLU and
 * 2³ average pooling. Of each stage's maps, before pooling, mean and standard deviation in each octant of the volume are
 * features. Values by networks of different names or hashes cannot be compared.
 */
import * as tf from '@tensorflow/tfjs';
import { createRandom } from '#shared/random.ts';

export interface FeatureNetwork {
  /** Changes with anything that changes a feature. */
  readonly name: string;
  /** Features of a scan. */
  readonly length: number;
  /** All filters one after the other [k, k, k, in, out], for a hash. */
  readonly weights: Float32Array;
  /** Scans [n, d, h, w, 1] in [-1, 1], sides of 16 or more → [n, length], the caller's. One scan in memory at a time. */
  extract(scans: tf.Tensor5D): tf.Tensor2D;
  dispose(): void;
}

const name = 'random-3d-1';
const seed = 1;
const maps = [16, 32, 64] as const;
const side = 3; // of a filter
const cells = 2; // along each axis: octants
const leastVariance = 1e-12; // keeps the root of a flat map's variance finite

/** The caller disposes it. */
export function createRandomFeatures(): FeatureNetwork {
  const origin = createRandom(seed).fork(name);
  const filters = maps.map((out, stage) => {
    const into = maps[stage - 1] ?? 1;
    const fanIn = side ** 3 * into;
    const deviation = Math.sqrt(2 / fanIn);
    const values = origin.fork(`stage ${String(stage + 1)}`).normals(fanIn * out);
    return { values: values.map((value) => value * deviation), shape: [side, side, side, into, out] as const };
  });
  const tensors = filters.map(({ values, shape }) => tf.tensor5d(values, [...shape]));

  const describe = (scan: tf.Tensor5D): tf.Tensor1D => {
    let hidden = tf.mul<tf.Tensor5D>(tf.add(scan, 1), 0.5); // background 0, as what the convolutions see beyond the faces
    const features = tensors.flatMap((filter) => {
      const activated = tf.relu(tf.conv3d(hidden, filter, 1, 'same')); // [1, d, h, w, maps]
      hidden = tf.avgPool3d(activated, 2, 2, 'valid'); // half the side
      const [, ...sides] = activated.shape.slice(0, 4);
      const window = sides.map((length) => Math.floor(length / cells)) as [number, number, number];
      const mean = tf.avgPool3d(activated, window, window, 'valid'); // [1, 2, 2, 2, maps]
      const square = tf.avgPool3d(tf.square(activated), window, window, 'valid');
      const deviation = tf.sqrt(tf.maximum(tf.sub(square, tf.square(mean)), leastVariance));
      return [mean, deviation].map((part) => tf.reshape<tf.Rank.R1>(part, [-1]));
    });
    return tf.concat(features);
  };

  return {
    name,
    length: 2 * cells ** 3 * maps.reduce((sum, count) => sum + count, 0),
    weights: Float32Array.from(filters.flatMap(({ values }) => [...values])),
    extract: (scans) =>
      tf.tidy(
        () =>
          tf.stack(
            Array.from({ length: scans.shape[0] }, (_, index) =>
              tf.tidy(() => describe(tf.slice(scans, [index, 0, 0, 0, 0], [1, -1, -1, -1, -1]))),
            ),
          ) as tf.Tensor2D,
      ),
    dispose: () => tf.dispose(tensors),
  };
}
