/**
 * The style-based generator in three dimensions: a mapping network turns a code into styles, which scale and shift the
 * normalised feature maps of every layer; noise adds detail.
 *
 * Karras et al. 2019 (arXiv 1812.04948), in the three-dimensional form of A. Barahlush's brainMRIGenerativeModels.
 */
import * as tf from '@tensorflow/tfjs';
import type { Random } from '#shared/random.ts';
import { equalisedLayer, growingSlope, layerAt, sidesUpTo, startSide, voxelsAt } from './blocks/growing.ts';
import { createNetwork, withBias, type WeightedNetwork, type WeightSpec } from './blocks/weights.ts';
import type { NamedTensors } from './model.ts';
import { upsampleConvolve } from './ops/fusedResampling.ts';
import { instanceNormLeakyRelu } from './ops/instanceNorm.ts';
import { leakyRelu } from './ops/leakyRelu.ts';
import { addNoise, modulate, smooth } from './ops/style.ts';
import type { GrowthStage } from './training/growth.ts';
import { recomputable } from './training/recompute.ts';

const mappingLayers = 8;

interface GeneratorSize {
  /** Voxels a side at the end. */
  readonly grid: number;
  /** Numbers in a latent code and in a style. */
  readonly latent: number;
  /** Feature maps of every layer. */
  readonly maps: number;
}

export interface StyleRequest {
  readonly stage: GrowthStage;
  /** The style of layer 0, 1 …, two of each resolution: [b, latent]. */
  readonly styleOf: (layer: number) => tf.Tensor2D;
  /** The noise of a layer of this side: [b, side, side, side, 1]. */
  noise(layer: string, side: number): tf.Tensor5D;
}

export interface StyleGenerator {
  readonly network: WeightedNetwork;
  /** Codes [b, latent] → styles [b, latent]. */
  map(leaves: NamedTensors, z: tf.Tensor2D): tf.Tensor2D;
  /** → [b, side, side, side, 1]; no activation: what goes beyond [-1, 1] is cut off at the end. */
  synthesize(leaves: NamedTensors, request: StyleRequest): tf.Tensor5D;
}

/** Layers that have a style, at a stage. */
export function styledLayers({ side }: GrowthStage): number {
  return 2 * sidesUpTo(side).length;
}

/** Layers that noise is added to, in order. */
export function noiseLayers({ side: last }: GrowthStage): { name: string; side: number }[] {
  return sidesUpTo(last).flatMap((side) =>
    (side === startSide ? ['conv'] : ['up', 'conv']).map((layer) => ({ name: layerAt(side, layer), side })),
  );
}

/** The caller disposes the variables. */
export function createStyleGenerator({ grid, latent, maps }: GeneratorSize, random: Random): StyleGenerator {
  const names = Array.from({ length: mappingLayers }, (_, layer) => `mapping${String(layer + 1)}`);
  const constant = layerAt(startSide, 'constant');
  const specs: Record<string, WeightSpec> = {
    [constant]: { shape: [1, startSide, startSide, startSide, maps], initial: { mean: 0, deviation: 1 } },
  };
  for (const name of names) Object.assign(specs, equalisedLayer(name, [latent, latent]));
  const addConvolution = (name: string, use: Pick<WeightSpec, 'upsampling'> = {}): void => {
    Object.assign(specs, equalisedLayer(name, [3, 3, 3, maps, maps], use));
    specs[`${name}.noise`] = { shape: [maps], initial: { value: 0 } };
  };
  for (const side of sidesUpTo(grid)) {
    if (side > startSide) addConvolution(layerAt(side, 'up'), { upsampling: [2, 2, 2] });
    addConvolution(layerAt(side, 'conv'));
    for (const style of ['first', 'second']) {
      Object.assign(specs, equalisedLayer(layerAt(side, style), [latent, 2 * maps], { gain: 1 }));
    }
    Object.assign(specs, equalisedLayer(layerAt(side, 'voxels'), [maps, 1], { gain: 1 }));
  }

  /** Noise, bias and leaky ReLU. */
  const finish = (x: tf.Tensor5D, leaves: NamedTensors, name: string, noise: tf.Tensor5D): tf.Tensor5D => {
    const noisy = addNoise(x, noise, leaves[`${name}.noise`] as tf.Tensor1D);
    return leakyRelu(withBias(noisy, leaves, name), growingSlope);
  };
  /** Adaptive instance normalisation: mean and deviation of every map over its voxels give way to those of the style. */
  const stylise = (x: tf.Tensor5D, leaves: NamedTensors, name: string, style: tf.Tensor2D): tf.Tensor5D => {
    const values = withBias(tf.matMul(style, leaves[name] as tf.Tensor2D), leaves, name); // [b, 2 · maps]
    const [scale, shift] = tf.split(values, 2, 1) as [tf.Tensor2D, tf.Tensor2D];
    return modulate(instanceNormLeakyRelu(x, 1), tf.add(scale, 1), shift);
  };

  return {
    network: createNetwork(specs, random),
    map(leaves, z) {
      let hidden = tf.div<tf.Tensor2D>(z, tf.norm(z, 2, 1, true)); // on the unit sphere
      for (const name of names) {
        hidden = leakyRelu(withBias(tf.matMul(hidden, leaves[name] as tf.Tensor2D), leaves, name), growingSlope);
      }
      return hidden;
    },
    synthesize(leaves, { stage, styleOf, noise }) {
      const count = styleOf(0).shape[0];
      const start = leaves[constant] as tf.Tensor5D;
      let features: tf.Tensor5D = tf.concat(Array.from({ length: count }, () => start)); // [b, 4, 4, 4, maps]
      let coarser = features;
      sidesUpTo(stage.side).forEach((side, level) => {
        coarser = features;
        const names = { up: layerAt(side, 'up'), conv: layerAt(side, 'conv') };
        const first = layerAt(side, 'first');
        const second = layerAt(side, 'second');
        const style = styleOf(2 * level);
        const inner =
          side === startSide
            ? stylise(coarser, leaves, first, style)
            : recomputable(
                { inputs: [coarser, style, noise(names.up, side)], leaves, layers: [names.up, first] },
                ([given, drawn, grain], own) => {
                  const grown = smooth(upsampleConvolve(given, own[names.up] as tf.Tensor5D)); // twice the side
                  return stylise(finish(grown, own, names.up, grain), own, first, drawn);
                },
              );
        features = recomputable(
          {
            inputs: [inner, styleOf(2 * level + 1), noise(names.conv, side)],
            leaves,
            layers: [names.conv, second],
          },
          ([given, drawn, grain], own) => {
            const convolved = tf.conv3d(given, own[names.conv] as tf.Tensor5D, 1, 'same');
            return stylise(finish(convolved, own, names.conv, grain), own, second, drawn);
          },
        );
      });
      return voxelsAt(stage, leaves, { features, coarser });
    },
  };
}
