/** A segmentation network under training and in use: one update on labelled scans, and the labels of a scan. */
import * as tf from '@tensorflow/tfjs';
import { createRandom } from '#shared/random.ts';
import { prepareWeights } from '../blocks/weights.ts';
import { diceLoss, voxelCrossEntropy } from '../losses/segmentation.ts';
import { registerVolumeGradients } from '../ops/gradients.ts';
import { createAdam } from '../training/adam.ts';
import { applyChanges, drawChanges, type Change } from '../training/augment.ts';
import { lossGradients, readScalars } from '../training/gradients.ts';
import { createUNet, sideStep } from './uNet.ts';

export interface SegmenterSettings {
  readonly width: number;
  /** Background among them. */
  readonly classes: number;
  /** Of Adam at the first update. */
  readonly rate: number;
  /** After which the rate has fallen to 0. */
  readonly updates: number;
  readonly seed: number;
}

/** Scans with their labels. */
export interface LabelledBatch {
  /** Voxels in [-1, 1], x fastest, of a cube. */
  readonly scans: readonly Float32Array[];
  /** Classes from 0, of the same voxels. */
  readonly labels: readonly Uint8Array[];
  /** Whether each is turned, scaled, shifted and changed in intensity, its labels with it. */
  readonly isAugmented: boolean;
}

export interface Segmenter {
  readonly parameters: number;
  /** One update; the two parts of its loss. */
  step(batch: LabelledBatch): Promise<{ readonly dice: number; readonly crossEntropy: number }>;
  /** The likeliest class of each voxel of a cube in [-1, 1]. */
  segment(scan: Float32Array): Promise<Uint8Array>;
  dispose(): void;
}

/** The rate falls as (1 − t / T)^0.9 (Isensee et al. 2021, Nat. Methods 18:203). */
const decayPower = 0.9;
/** Probability of each kind of change. */
const augmentStrength = 0.5;
const background = -1;

/** The caller disposes it. */
export function createSegmenter({ width, classes, rate, updates, seed }: SegmenterSettings): Segmenter {
  registerVolumeGradients();
  const origin = createRandom(seed);
  const random = origin.fork('augmentation');
  const { network, logits } = createUNet({ width, classes }, origin.fork('weights'));
  const optimizer = createAdam(network.weights, { rate, beta1: 0.9, beta2: 0.999 });

  return {
    parameters: Object.values(network.weights).reduce((sum, { size }) => sum + size, 0),

    async step({ scans, labels, isAugmented }) {
      const side = sideOf(scans);
      const changes = isAugmented
        ? drawChanges(random, { count: scans.length, strength: augmentStrength, side, isInPlane: false })
        : null;
      const [x, truth] = tf.tidy(() => {
        const given = paddedScans(scans, side);
        const shares = oneHot(labels, { side, classes });
        if (changes === null) return [given, shares];
        const whole = changes.map((change) => ({ ...change, cut: null }));
        return [applyChanges(given, whole), moveLabels(shares, whole)];
      });
      const weights = prepareWeights(network, 'discard');
      try {
        const { gradients, terms } = lossGradients(weights.leaves, () => {
          const logProbabilities = tf.logSoftmax(logits(weights.leaves, x));
          const dice = diceLoss(logProbabilities, truth);
          const crossEntropy = voxelCrossEntropy(logProbabilities, truth);
          return { total: tf.add(dice, crossEntropy), terms: { dice, crossEntropy } };
        });
        const factor = Math.max(0, 1 - optimizer.stepCount / updates) ** decayPower;
        optimizer.apply(weights.pullBack(gradients), factor);
        const { dice = Number.NaN, crossEntropy = Number.NaN } = await readScalars(terms);
        return { dice, crossEntropy };
      } finally {
        weights.dispose();
        tf.dispose([x, truth]);
      }
    },

    async segment(scan) {
      const side = sideOf([scan]);
      const found = tf.tidy(() => {
        const { leaves } = prepareWeights(network, 'discard');
        const best = tf.argMax<tf.Tensor4D>(logits(leaves, paddedScans([scan], side)), 4); // [1, d, h, w]
        return tf.slice(best, [0, 0, 0, 0], [1, side, side, side]);
      });
      const values = await found.data();
      found.dispose();
      return Uint8Array.from(values);
    },

    dispose() {
      tf.dispose([network.weights, network.buffers]);
      optimizer.dispose();
    },
  };
}

/** Voxels a side of equally large cubes. Throws RangeError for anything else. */
function sideOf(scans: readonly Float32Array[]): number {
  const side = Math.round(Math.cbrt(scans[0]?.length ?? 0));
  if (side === 0 || scans.some(({ length }) => length !== side ** 3))
    throw new RangeError('Scans of one batch must be cubes of one side.');
  return side;
}

/** What is missing to a side that can be halved. */
const missingTo = (side: number): number => (sideStep - (side % sideStep)) % sideStep;

/** [b, s, s, s, 1], background behind the faces where the side asks for more. */
function paddedScans(scans: readonly Float32Array[], side: number): tf.Tensor5D {
  const after: [number, number] = [0, missingTo(side)];
  const stacked = tf.stack(scans.map((scan) => tf.tensor4d(scan, [side, side, side, 1])));
  return after[1] === 0
    ? (stacked as tf.Tensor5D)
    : tf.pad(stacked as tf.Tensor5D, [[0, 0], after, after, after, [0, 0]], background);
}

/** [b, s, s, s, classes] of 0 and 1; what was added is background. */
function oneHot(labels: readonly Uint8Array[], { side, classes }: { side: number; classes: number }): tf.Tensor5D {
  const after: [number, number] = [0, missingTo(side)];
  const values = labels.map((map) => tf.tensor3d(Int32Array.from(map), [side, side, side], 'int32'));
  const stacked = tf.pad(tf.stack(values), [[0, 0], after, after, after]);
  return tf.oneHot(tf.cast(stacked, 'int32'), classes) as tf.Tensor5D;
}

/** Shares of the classes, moved as their scans are: linear between voxels, the rest of each voxel is background. */
function moveLabels(shares: tf.Tensor5D, changes: readonly Change[]): tf.Tensor5D {
  const still: Change['curve'] = { lift: 0, contrast: 0 };
  const moves = changes.map((change) => ({ ...change, curve: still }));
  const [, ...others] = tf.split(shares, shares.shape[4], 4); // [b, s, s, s, 1] each, background left out
  const moved = others.map((share) => tf.mul(tf.add(applyChanges(tf.sub(tf.mul(share, 2), 1), moves), 1), 0.5));
  const inside = tf.addN(moved);
  return tf.concat([tf.sub(1, inside), ...moved], 4) as tf.Tensor5D;
}
