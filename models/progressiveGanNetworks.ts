/**
 * The generator of the progressive-growing GAN in three dimensions: convolutions with an equalised learning rate at every
 * resolution from 4³ on, each followed by pixelwise normalisation, and at each a 1³ convolution to voxels.
 *
 * Karras et al. 2018 (arXiv 1710.10196), appendix A, in the three-dimensional form of Eklund 2019 (arXiv 1912.05357).
 */
import * as tf from '@tensorflow/tfjs';
import type { Random } from '#shared/random.ts';
import { equalisedLayer, growingSlope, layerAt, sidesUpTo, startSide, voxelsAt } from './blocks/growing.ts';
import { createNetwork, withBias, type WeightedNetwork, type WeightSpec } from './blocks/weights.ts';
import type { NamedTensors } from './model.ts';
import { upsampleConvolve } from './ops/fusedResampling.ts';
import { leakyReluPixelNorm, pixelNorm } from './ops/pixelNorm.ts';
import type { GrowthStage } from './training/growth.ts';
import { recomputable } from './training/recompute.ts';

/** Feature maps at a side: 8192 / 2^(log₂ side − 1), at most `most`; 64 at 256³. */
export function mapsAtSide(side: number, most: number): number {
  return Math.min(Math.floor(8192 / (side / 2)), most);
}

export interface ProgressiveGenerator {
  readonly network: WeightedNetwork;
  /** Codes with their classes, z [b, latent + classes] → [b, side, side, side, 1]; no activation: what goes beyond [-1, 1] is cut off at the end. */
  generate(leaves: NamedTensors, z: tf.Tensor2D, stage: GrowthStage): tf.Tensor5D;
}

interface GeneratorSize {
  /** Voxels a side at the end. */
  readonly grid: number;
  /** Most feature maps of a layer, which is also the length of a latent code. */
  readonly maps: number;
  /** Classes told with a code; 0: not conditional. */
  readonly classes: number;
}

/** The caller disposes the variables. */
export function createProgressiveGenerator(size: GeneratorSize, random: Random): ProgressiveGenerator {
  const { grid, maps: most, classes } = size;
  const seedVoxels = startSide ** 3;
  const seedMaps = mapsAtSide(startSide, most);
  const seed = layerAt(startSide, 'dense');
  const specs: Record<string, WeightSpec> = {
    ...equalisedLayer(seed, [most + classes, seedVoxels * seedMaps], { gain: Math.SQRT2 / 4 }), // as if 4² pixels shared it
    [`${seed}.bias`]: { shape: [seedMaps], initial: { value: 0 } }, // one a map
  };
  for (const side of sidesUpTo(grid)) {
    const maps = mapsAtSide(side, most);
    if (side > startSide) {
      const shape = [3, 3, 3, mapsAtSide(side / 2, most), maps];
      Object.assign(specs, equalisedLayer(layerAt(side, 'up'), shape, { upsampling: [2, 2, 2] }));
    }
    Object.assign(specs, equalisedLayer(layerAt(side, 'conv'), [3, 3, 3, maps, maps]));
    Object.assign(specs, equalisedLayer(layerAt(side, 'voxels'), [maps, 1], { gain: 1 }));
  }
  const finish = (leaves: NamedTensors, layer: string, convolve: (filter: tf.Tensor5D) => tf.Tensor5D): tf.Tensor5D =>
    tf.tidy(() => leakyReluPixelNorm(withBias(convolve(leaves[layer] as tf.Tensor5D), leaves, layer), growingSlope));

  return {
    network: createNetwork(specs, random),
    generate(leaves, z, stage) {
      let features = finish(leaves, seed, (matrix) => {
        const dense = tf.matMul(pixelNorm(z), matrix); // [b, 64 · maps]
        return tf.reshape(dense, [-1, startSide, startSide, startSide, seedMaps]);
      });
      let coarser = features;
      for (const side of sidesUpTo(stage.side)) {
        coarser = features;
        const layers = ['up', 'conv'].map((layer) => layerAt(side, layer));
        features = recomputable({ inputs: [coarser], leaves, layers }, ([given], own) => {
          const inner =
            side === startSide ? given : finish(own, layerAt(side, 'up'), (filter) => upsampleConvolve(given, filter)); // twice the side
          return finish(own, layerAt(side, 'conv'), (filter) => tf.conv3d(inner, filter, 1, 'same'));
        });
      }
      return voxelsAt(stage, leaves, { features, coarser });
    },
  };
}
