/**
 * Features that a small three-dimensional encoder has learned from training scans without labels: two views of one scan,
 * turned, shifted and changed in brightness, are to be alike, and unlike those of other scans (Chen et al. 2020, SimCLR,
 * arXiv 2002.05709). So the features tell brains apart rather than how they were placed or lit.
 *
 * Four 3³ convolutions of stride 2 with leaky ReLUs see the scan with 32 voxels a side (or up to 63); a feature is the mean
 * of a last map over the volume. The head that the loss is taken after is thrown away, as published.
 */
import * as tf from '@tensorflow/tfjs';
import { createRandom, type Random } from '#shared/random.ts';
import type { Sample } from '#shared/statistics/kernelDiscrepancy.ts';
import { createAdam } from '../training/adam.ts';
import { applyChanges, drawChanges } from '../training/augment.ts';
import { differentiate } from '../training/differentiate.ts';
import type { FeatureNetwork } from './randomFeatures.ts';

export const contrastiveName = 'contrastive-3d-1';
const maps = [16, 32, 64, 128] as const;
const [hidden, projected] = [64, 32] as const; // of the head
const filterSide = 3;
const slope = 0.2; // of the leaky ReLU
/** Voxels a side that the encoder sees: fine detail is what the fixed random features are for. */
const seenSide = 32;
const temperature = 0.5; // as published for few negatives
const scansABatch = 12;
const changeStrength = 0.8; // probability of each kind of change of a view
const rate = 1e-3;
/** Steps of a training: bounded, since a report should not take longer than what it reports of. */
export const contrastiveSteps = 300;

const shapes: Readonly<Record<string, readonly number[]>> = {
  ...Object.fromEntries(
    maps.map((out, stage) => [`stage${String(stage + 1)}`, [filterSide, filterSide, filterSide, maps[stage - 1] ?? 1, out]]),
  ),
  head1: [maps[3], hidden],
  head2: [hidden, projected],
}; // prettier-ignore
const stages = maps.map((_, stage) => `stage${String(stage + 1)}`);
const sizeOf = (shape: readonly number[]): number => shape.reduce((product, length) => product * length, 1);

/** He et al. 2015: normal, variance 2 / fan-in. */
function drawWeights(random: Random): Record<string, tf.Variable> {
  return Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => {
      const deviation = Math.sqrt((2 * (shape.at(-1) ?? 1)) / sizeOf(shape));
      const values = random.fork(name).normals(sizeOf(shape)).map((value) => value * deviation); // prettier-ignore
      return [name, tf.tidy(() => tf.variable(tf.tensor(values, [...shape]), true))];
    }),
  );
}

/** Scans [b, s, s, s, 1] in [-1, 1] with as few voxels as the encoder sees. */
const reduced = (scans: tf.Tensor5D): tf.Tensor5D => {
  const factor = Math.max(1, Math.floor(scans.shape[1] / seenSide));
  return factor === 1 ? scans : tf.avgPool3d(scans, factor, factor, 'valid');
};

/** [b, s, s, s, 1] in [-1, 1] → [b, 128]. */
function encode(scans: tf.Tensor5D, weights: Readonly<Record<string, tf.Tensor>>): tf.Tensor2D {
  let seen = tf.mul<tf.Tensor5D>(tf.add(scans, 1), 0.5); // background 0, as beyond the faces
  for (const stage of stages) {
    seen = tf.leakyRelu(tf.conv3d(seen, weights[stage] as tf.Tensor5D, 2, 'same'), slope); // half the side
  }
  return tf.mean(seen, [1, 2, 3]);
}

/** NT-Xent (Chen et al. 2020, equation 1) of views [2n, d], of which i and i + n show one scan. */
function contrast(views: tf.Tensor2D): tf.Scalar {
  const count = views.shape[0];
  const unit = tf.div<tf.Tensor2D>(views, tf.maximum(tf.norm(views, 2, 1, true), 1e-8));
  const alike = tf.div<tf.Tensor2D>(tf.matMul(unit, unit, false, true), temperature); // [2n, 2n]
  const itself = tf.mul(tf.eye(count), 1e9);
  const partners = tf.oneHot(
    tf.tensor1d(Array.from({ length: count }, (_, at) => (at + count / 2) % count), 'int32'),
    count,
  ); // prettier-ignore
  const shares = tf.logSoftmax(tf.sub<tf.Tensor2D>(alike, itself));
  return tf.neg(tf.mean(tf.sum(tf.mul(shares, partners), 1)));
}

interface TrainOptions {
  readonly seed: number;
  readonly steps: number;
  /** Awaited after each step; may throw to stop. */
  readonly onStep: (step: number, loss: number) => Promise<void>;
}

/**
 * Trains the encoder on scans of side³ voxels in [-1, 1], two or more; returns its filters, one after the other. Same scans
 * and seed, same filters (but for the order of sums in the engine).
 */
export async function trainContrastive(
  scans: Sample,
  side: number,
  { seed, steps, onStep }: TrainOptions,
): Promise<Float32Array> {
  const random = createRandom(seed).fork(contrastiveName);
  const weights = drawWeights(random.fork('weights'));
  const optimizer = createAdam(weights, { rate, beta1: 0.9, beta2: 0.999 });
  const names = Object.keys(weights);
  const [order, changes] = [random.fork('order'), random.fork('changes')];
  const few = scans.map((scan) =>
    tf.tidy(() => reduced(tf.tensor5d(scan, [1, side, side, side, 1])).clone()),
  ); // prettier-ignore
  try {
    for (let step = 0; step < steps; step++) {
      const batch = order.shuffle(few).slice(0, scansABatch);
      const { value, gradients } = differentiate(
        () => {
          const both = tf.concat([...batch, ...batch]);
          const plan = { count: both.shape[0], strength: changeStrength, side: both.shape[1], isInPlane: false };
          const codes = encode(applyChanges(both, drawChanges(changes, plan)), weights);
          const bent = tf.leakyRelu(tf.matMul<tf.Tensor2D>(codes, weights['head1'] as tf.Tensor2D), slope);
          return contrast(tf.matMul<tf.Tensor2D>(bent, weights['head2'] as tf.Tensor2D));
        },
        names.map((name) => weights[name] as tf.Variable),
      );
      optimizer.apply(
        Object.fromEntries(
          names.flatMap((name, at) => {
            const gradient = gradients[at] ?? null;
            return gradient === null ? [] : [[name, gradient]];
          }),
        ),
      );
      const [loss = Number.NaN] = await value.data();
      value.dispose();
      await onStep(step + 1, loss);
    }
    const filters = await Promise.all(stages.map((stage) => weights[stage]?.data() as Promise<Float32Array>));
    const all = new Float32Array(filters.reduce((sum, { length }) => sum + length, 0));
    filters.reduce((at, values) => (all.set(values, at), at + values.length), 0);
    return all;
  } finally {
    tf.dispose([...few, ...Object.values(weights)]);
    optimizer.dispose();
  }
}

/** The encoder with filters that `trainContrastive` gave; the caller disposes it. Throws RangeError where there are too many or too few. */
export function createContrastiveFeatures(filters: Float32Array): FeatureNetwork {
  const expected = stages.reduce((sum, stage) => sum + sizeOf(shapes[stage] ?? []), 0);
  if (filters.length !== expected)
    throw new RangeError(`The encoder has ${String(expected)} weights, not ${String(filters.length)}.`);
  let at = 0;
  const tensors: Record<string, tf.Tensor> = {};
  for (const stage of stages) {
    const shape = shapes[stage] ?? [];
    tensors[stage] = tf.tensor(filters.slice(at, at + sizeOf(shape)), [...shape]);
    at += sizeOf(shape);
  }
  return {
    name: contrastiveName,
    length: maps[3],
    weights: filters,
    extract: (scans) => tf.tidy(() => encode(reduced(scans), tensors)),
    dispose: () => tf.dispose(tensors),
  };
}
