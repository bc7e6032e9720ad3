/**
 * The discriminator of the growing GANs: the generator's resolutions in reverse, each a convolution and one that halves
 * the side, then two dense layers to a critic score.
 *
 * Karras et al. 2018 (arXiv 1710.10196), appendix A, in three dimensions; minibatch standard deviation: section 3.
 */
import * as tf from '@tensorflow/tfjs';
import type { Random } from '#shared/random.ts';
import type { NamedTensors } from '../model.ts';
import { biasedConvolution } from '../ops/biasedConvolution.ts';
import { averagePool, convolveDownsample } from '../ops/fusedResampling.ts';
import { leakyRelu } from '../ops/leakyRelu.ts';
import type { GrowthStage } from '../training/growth.ts';
import { recomputable } from '../training/recompute.ts';
import { blend, equalisedLayer, fromVoxels, growingSlope, layerAt, sidesUpTo, startSide } from './growing.ts';
import { createNetwork, withBias, type WeightedNetwork, type WeightSpec } from './weights.ts';

export interface DiscriminatorSize {
  /** Voxels a side at the end. */
  readonly grid: number;
  /** Feature maps at a side. */
  readonly mapsAt: (side: number) => number;
  /** Units of the dense layer. */
  readonly units: number;
  /** Whether the last features are joined by how much the scans of a batch differ in them. */
  readonly comparesBatch: boolean;
  /** Classes it tells apart; 0: not conditional. */
  readonly classes: number;
}

export interface Verdict {
  /** [b, 1]. */
  readonly scores: tf.Tensor2D;
  /** [b, classes]; null: not conditional. */
  readonly classes: tf.Tensor2D | null;
}

export interface GrowingDiscriminator {
  readonly network: WeightedNetwork;
  /** x [b, side, side, side, 1] → critic scores and class logits; the scores are differentiable to any order. */
  discriminate(leaves: NamedTensors, x: tf.Tensor5D, stage: GrowthStage): Verdict;
}

/** The caller disposes the variables. */
export function createGrowingDiscriminator(size: DiscriminatorSize, random: Random): GrowingDiscriminator {
  const { grid, mapsAt, comparesBatch, classes } = size;
  const specs: Record<string, WeightSpec> = {};
  for (const side of sidesUpTo(grid)) {
    const maps = mapsAt(side);
    Object.assign(specs, equalisedLayer(layerAt(side, 'voxels'), [1, maps]));
    const isLast = side === startSide;
    const into = isLast && comparesBatch ? maps + 1 : maps;
    Object.assign(specs, equalisedLayer(layerAt(side, 'conv'), [3, 3, 3, into, maps]));
    if (!isLast) {
      const shape = [3, 3, 3, maps, mapsAt(side / 2)];
      Object.assign(specs, equalisedLayer(layerAt(side, 'down'), shape, { isPooling: true }));
    }
  }
  Object.assign(specs, equalisedLayer('dense', [startSide ** 3 * mapsAt(startSide), size.units]));
  Object.assign(specs, equalisedLayer('score', [size.units, 1 + classes], { gain: 1 }));

  const convolve = (x: tf.Tensor5D, leaves: NamedTensors, layer: string): tf.Tensor5D =>
    biasedConvolution(x, leaves[layer] as tf.Tensor5D, {
      bias: leaves[`${layer}.bias`] as tf.Tensor,
      stride: 1,
      slope: growingSlope,
    });
  const shrink = (x: tf.Tensor5D, leaves: NamedTensors, layer: string): tf.Tensor5D =>
    convolveDownsample(x, leaves[layer] as tf.Tensor5D, {
      bias: leaves[`${layer}.bias`] as tf.Tensor,
      slope: growingSlope,
    });
  const dense = (x: tf.Tensor2D, leaves: NamedTensors, layer: string): tf.Tensor2D =>
    withBias(tf.matMul(x, leaves[layer] as tf.Tensor2D), leaves, layer);

  return {
    network: createNetwork(specs, random),
    discriminate(leaves, x, stage) {
      let hidden = stage.side === startSide ? fromVoxels(x, leaves, startSide) : x;
      for (let { side } = stage; side > startSide; side /= 2) {
        const isFirst = side === stage.side;
        const layers = [...(isFirst ? ['voxels'] : []), 'conv', 'down'].map((layer) => layerAt(side, layer));
        hidden = recomputable({ inputs: [hidden], leaves, layers }, ([given], own) => {
          const features = isFirst ? fromVoxels(given, own, side) : given;
          const inner = convolve(features, own, layerAt(side, 'conv'));
          return shrink(inner, own, layerAt(side, 'down')); // half the side
        });
        if (side === stage.side && stage.fade < 1) {
          hidden = blend(hidden, fromVoxels(averagePool(x), leaves, side / 2), stage.fade);
        }
      }
      if (comparesBatch) hidden = withBatchDeviation(hidden);
      hidden = convolve(hidden, leaves, layerAt(startSide, 'conv'));
      const flat: tf.Tensor2D = tf.reshape(hidden, [x.shape[0], -1]); // [b, 64 · maps]
      const units = leakyRelu(dense(flat, leaves, 'dense'), growingSlope); // [b, units]
      const judged = dense(units, leaves, 'score'); // [b, 1 + classes]
      if (classes === 0) return { scores: judged, classes: null };
      return { scores: tf.slice(judged, [0, 0], [-1, 1]), classes: tf.slice(judged, [0, 1], [-1, classes]) };
    },
  };
}

const groupSizes = [4, 3, 2];

/**
 * Joins a map to the features that says how much the scans of a group differ, on average over maps and voxels:
 * [b, d, h, w, c] → [b, d, h, w, c + 1]. Groups are of the largest divisor of b up to 4; scan i is in group i mod b/size.
 */
function withBatchDeviation(x: tf.Tensor5D): tf.Tensor5D {
  const [batch, depth, height, width, maps] = x.shape;
  const group = groupSizes.find((size) => batch % size === 0) ?? 1;
  const groups = batch / group;
  const grouped: tf.Tensor3D = tf.reshape(x, [group, groups, depth * height * width * maps]);
  const centred = tf.sub(grouped, tf.mean(grouped, 0, true));
  const deviation = tf.sqrt(tf.add(tf.mean(tf.square(centred), 0), 1e-8)); // [groups, n]
  const average = tf.reshape(tf.mean(deviation, 1), [1, groups, 1]);
  const map = tf.mul(average, tf.ones([group, groups, depth * height * width])); // [group, groups, voxels]
  return tf.concat([x, tf.reshape(map, [batch, depth, height, width, 1])], 4);
}
