/**
 * The networks of HA-GAN: a generator that makes features of a quarter of the resolution and from them a coarse volume
 * and slabs of the fine one, two encoders that go the same way back, and a discriminator that looks at both.
 *
 * Sun, Chen, Xu, Gong, Yu & Batmanghelich 2022 (IEEE JBHI 26:3966, arXiv 2008.01910). 128³ and 256³ as published; smaller
 * grids drop the stages with the most maps from the generator, and those next to the voxels from discriminator and
 * encoder.
 */
import * as tf from '@tensorflow/tfjs';
import type { Random } from '#shared/random.ts';
import {
  createNetwork,
  normSpecs,
  uniformBound,
  withBias,
  type WeightedNetwork,
  type WeightSpec,
} from './blocks/weights.ts';
import type { NamedTensors } from './model.ts';
import { biasedConvolution } from './ops/biasedConvolution.ts';
import { upsampleConvolve } from './ops/fusedResampling.ts';
import { groupNormRelu, type GroupNorm } from './ops/groupNorm.ts';
import type { Strides } from './ops/kernels.ts';
import { leakyRelu } from './ops/leakyRelu.ts';
import { convolveToOne } from './ops/singleChannel.ts';
import { recomputable } from './training/recompute.ts';

export interface HaGanSize {
  /** Voxels a side: 32, 64, 128 or 256. */
  readonly grid: number;
  readonly latent: number;
  /** Feature maps of the last stage before the voxels; a multiple of 16. */
  readonly width: number;
  /** 0: not conditional. */
  readonly classes: number;
}

/** What the discriminator sees of a volume. */
export interface View {
  /** [b, `slabLengthAt(S)`, S, S, 1]. */
  readonly slab: tf.Tensor5D;
  /** [b, S/4, S/4, S/4, 1]. */
  readonly low: tf.Tensor5D;
}

export interface Verdict {
  /** [b, 1]. */
  readonly score: tf.Tensor2D;
  /** Logits [b, classes]; null: not conditional. */
  readonly classes: tf.Tensor2D | null;
}

export interface HaGanNetworks {
  readonly generator: WeightedNetwork;
  readonly discriminator: WeightedNetwork;
  readonly slabEncoder: WeightedNetwork;
  readonly codeEncoder: WeightedNetwork;
  /** Code and one-hot class [b, latent + classes] → A [b, S/4, S/4, S/4, 2 · width]. */
  makeFeatures(leaves: NamedTensors, code: tf.Tensor2D): tf.Tensor5D;
  /** A → the coarse volume [b, S/4, S/4, S/4, 1] in [-1, 1]. */
  renderLow(leaves: NamedTensors, features: tf.Tensor5D): tf.Tensor5D;
  /** A slab of A, n voxels deep → a slab of the fine volume [b, 4n, S, S, 1] in [-1, 1]. */
  renderSlab(leaves: NamedTensors, features: tf.Tensor5D): tf.Tensor5D;
  /** A slab of a volume [b, 4n, S, S, 1] → its features [b, n, S/4, S/4, 2 · width]. */
  encodeSlab(leaves: NamedTensors, slab: tf.Tensor5D): tf.Tensor5D;
  /** A → code [b, latent]. */
  encodeFeatures(leaves: NamedTensors, features: tf.Tensor5D): tf.Tensor2D;
  /** `position`: where the slab begins, from 0 to 1. */
  discriminate(leaves: NamedTensors, view: View, position: number): Verdict;
}

/** Everything is normalised in so many groups. */
export const groups = 8;
export const seedSide = 4; // of the smallest volume
const slope = 0.2; // of the discriminator
const fullGrid = 256;
const smallestLikeIt = 128; // smaller grids make do with fewer of its stages

/** The norm of a layer and its ReLU. */
export function layerNorm(x: tf.Tensor5D, leaves: NamedTensors, layer: string): GroupNorm {
  return { x, groups, gamma: leaves[`${layer}.gamma`] as tf.Tensor, beta: leaves[`${layer}.beta`] as tf.Tensor };
}

/** A slab is at least so many voxels thick: of features, four. */
const leastSlabLength = 16;

/**
 * Voxels along the depth of a slab: an eighth of the volume, as published, at 128³ and 256³. Below, an eighth would be one
 * or two features thick: most of what the last layers see there in training lies beyond the slab's faces, and little of
 * it when they render the whole volume; nor has a slab next to a face the mean and variance of the volume.
 */
export function slabLengthAt(grid: number): number {
  return Math.max(leastSlabLength, grid / 8);
}

/** What the discriminator's stages leave of a slab's depth: 1 at 128³ and 256³. */
export function judgedDepthAt(grid: number): number {
  const strides = slabStagesOf(1).slice(Math.log2(fullGrid / grid)).map(({ strides: [depth] }) => depth); // prettier-ignore
  return strides.reduce((depth, stride) => depth / stride, slabLengthAt(grid));
}

/** Feature maps of the layers that lead to A. */
export function trunkOf(grid: number, width: number): readonly number[] {
  return [16, 16, 8, 4, 2].slice(Math.max(0, Math.log2(smallestLikeIt / grid))).map((times) => times * width);
}

/** Builds the networks with PyTorch's default initial values. The caller disposes the variables. */
export function createHaGanNetworks(size: HaGanSize, random: Random): HaGanNetworks {
  const { grid, latent, width, classes } = size;
  const dropped = Math.log2(fullGrid / grid);
  const trunk = trunkOf(grid, width);
  const seedMaps = trunk[0] as number;
  /** All trunk layers but the first grow the grid; below 256³ the last does not. */
  const grows = (layer: number): boolean => layer > 0 && (grid === fullGrid || layer < trunk.length - 1);
  const outward = [1, 2, 4, 8].slice(dropped).map((times) => times * width); // feature maps down to 4³
  const slabStages: readonly SlabStage[] = slabStagesOf(width).slice(dropped);
  const seedVoxels = seedSide ** 3;

  const generatorSpecs: Record<string, WeightSpec> = {
    ...matrix('seed', latent + classes, seedVoxels * seedMaps),
  };
  trunk.forEach((out, layer) => {
    const into = layer === 0 ? seedMaps : (trunk[layer - 1] as number);
    Object.assign(generatorSpecs, convolution(`trunk${String(layer + 1)}`, [3, 3, 3, into, out], grows(layer)));
    Object.assign(generatorSpecs, normSpecs(`trunk${String(layer + 1)}`, out));
  });
  Object.assign(generatorSpecs, {
    ...convolution('low1', [3, 3, 3, 2 * width, width]),
    ...normSpecs('low1', width),
    ...convolution('low2', [3, 3, 3, width, width / 2]),
    ...normSpecs('low2', width / 2),
    ...convolution('low3', [3, 3, 3, width / 2, 1]),
    ...convolution('high1', [3, 3, 3, 2 * width, width], true),
    ...normSpecs('high1', width),
    ...convolution('high2', [3, 3, 3, width, 1], true),
  });

  const slabEncoderSpecs: Record<string, WeightSpec> = {
    ...convolution('down1', [4, 4, 4, 1, width]),
    ...normSpecs('down1', width),
    ...convolution('same', [3, 3, 3, width, width]),
    ...normSpecs('same', width),
    ...convolution('down2', [4, 4, 4, width, 2 * width]),
    ...normSpecs('down2', 2 * width),
  };

  const codeEncoderSpecs: Record<string, WeightSpec> = {};
  outward.forEach((out, stage) => {
    const into = stage === 0 ? 2 * width : (outward[stage - 1] as number);
    Object.assign(codeEncoderSpecs, convolution(`down${String(stage + 1)}`, [4, 4, 4, into, out]));
    Object.assign(codeEncoderSpecs, normSpecs(`down${String(stage + 1)}`, out));
  });
  Object.assign(codeEncoderSpecs, matrix('out', seedVoxels * 8 * width, latent));

  const discriminatorSpecs: Record<string, WeightSpec> = {};
  slabStages.forEach(({ kernel, maps }, stage) => {
    const into = stage === 0 ? 1 : (slabStages[stage - 1] as SlabStage).maps;
    Object.assign(discriminatorSpecs, convolution(`high${String(stage + 1)}`, [...kernel, into, maps]));
  });
  outward.forEach((maps, stage) => {
    const into = stage === 0 ? 1 : (outward[stage - 1] as number);
    Object.assign(discriminatorSpecs, convolution(`low${String(stage + 1)}`, [4, 4, 4, into, maps]));
  });
  Object.assign(discriminatorSpecs, {
    ...matrix('highCode', judgedDepthAt(grid) * seedSide ** 2 * 16 * width, 4 * width),
    ...matrix('highHidden', 4 * width + 1, 2 * width),
    ...matrix('highScore', 2 * width, 1),
    ...(classes > 0 ? matrix('highClass', 2 * width, classes) : {}),
    ...matrix('lowOut', seedVoxels * 8 * width, 1 + classes),
  });

  const normalised = (x: tf.Tensor5D, leaves: NamedTensors, layer: string): tf.Tensor5D =>
    groupNormRelu(layerNorm(x, leaves, layer));
  const convolve = (x: tf.Tensor5D, leaves: NamedTensors, layer: string, stride = 1): tf.Tensor5D => {
    const bias = leaves[`${layer}.bias`] as tf.Tensor;
    return biasedConvolution(x, leaves[layer] as tf.Tensor5D, { bias, stride, slope: 1 });
  };
  /** Half the side, activated. */
  const judgeDown = (x: tf.Tensor5D, leaves: NamedTensors, layer: string, strides: Strides): tf.Tensor5D => {
    const filter = leaves[layer] as tf.Tensor5D;
    if (new Set(strides).size > 1)
      return leakyRelu(withBias(tf.conv3d(x, filter, [...strides], 'same'), leaves, layer), slope);
    return biasedConvolution(x, filter, { bias: leaves[`${layer}.bias`] as tf.Tensor, stride: strides[0], slope });
  };
  const dense = (x: tf.Tensor, leaves: NamedTensors, layer: string): tf.Tensor2D => {
    const rows: tf.Tensor2D = tf.reshape(x, [x.shape[0], -1]);
    return withBias(tf.matMul(rows, leaves[layer] as tf.Tensor2D), leaves, layer);
  };

  return {
    generator: createNetwork(generatorSpecs, random.fork('generator')),
    discriminator: createNetwork(spectral(discriminatorSpecs), random.fork('discriminator')),
    slabEncoder: createNetwork(slabEncoderSpecs, random.fork('slab encoder')),
    codeEncoder: createNetwork(codeEncoderSpecs, random.fork('code encoder')),

    makeFeatures(leaves, code) {
      let hidden: tf.Tensor5D = tf.reshape(dense(code, leaves, 'seed'), [-1, seedSide, seedSide, seedSide, seedMaps]);
      trunk.forEach((_, layer) => {
        const name = `trunk${String(layer + 1)}`;
        hidden = recomputable({ inputs: [hidden], leaves, layers: [name] }, ([given], own) =>
          normalised(grows(layer) ? upsample(given, own, name) : convolve(given, own, name), own, name),
        );
      });
      return hidden; // [b, S/4, S/4, S/4, 2 · width]
    },
    renderLow: (leaves, features) =>
      recomputable({ inputs: [features], leaves, layers: ['low1', 'low2', 'low3'] }, ([given], own) => {
        const first = normalised(convolve(given, own, 'low1'), own, 'low1');
        const second = normalised(convolve(first, own, 'low2'), own, 'low2');
        return tf.tanh(withBias(convolveToOne(second, own['low3'] as tf.Tensor5D), own, 'low3'));
      }),
    renderSlab: (leaves, features) =>
      recomputable({ inputs: [features], leaves, layers: ['high1', 'high2'] }, ([given], own) => {
        const hidden = normalised(upsample(given, own, 'high1'), own, 'high1'); // [b, 2n, S/2, S/2, width]
        return tf.tanh(upsample(hidden, own, 'high2')); // [b, 4n, S, S, 1]
      }),
    encodeSlab: (leaves, slab) =>
      recomputable({ inputs: [slab], leaves, layers: ['down1', 'same', 'down2'] }, ([given], own) => {
        const half = normalised(convolve(given, own, 'down1', 2), own, 'down1'); // [b, 2n, S/2, S/2, width]
        const same = normalised(convolve(half, own, 'same'), own, 'same');
        return normalised(convolve(same, own, 'down2', 2), own, 'down2'); // [b, n, S/4, S/4, 2 · width]
      }),
    encodeFeatures(leaves, features) {
      let hidden = features;
      outward.forEach((_, stage) => {
        const layer = `down${String(stage + 1)}`;
        hidden = normalised(convolve(hidden, leaves, layer, 2), leaves, layer); // half the side
      });
      return dense(hidden, leaves, 'out');
    },
    discriminate(leaves, { slab, low }, position) {
      let high = slab;
      slabStages.forEach(({ strides }, stage) => {
        high = judgeDown(high, leaves, `high${String(stage + 1)}`, strides);
      });
      const code = leakyRelu(dense(high, leaves, 'highCode'), slope); // [b, 4 · width]
      const placed = tf.concat([code, tf.fill([code.shape[0], 1], position)], 1);
      const hidden = leakyRelu(dense(placed, leaves, 'highHidden'), slope);
      let coarse = low;
      outward.forEach((_, stage) => {
        coarse = judgeDown(coarse, leaves, `low${String(stage + 1)}`, [2, 2, 2]);
      });
      const judged = dense(coarse, leaves, 'lowOut'); // [b, 1 + classes]
      const mean = (a: tf.Tensor2D, b: tf.Tensor2D): tf.Tensor2D => tf.mul(tf.add(a, b), 0.5);
      return {
        score: mean(dense(hidden, leaves, 'highScore'), tf.slice(judged, [0, 0], [-1, 1])),
        classes:
          classes === 0 ? null : mean(dense(hidden, leaves, 'highClass'), tf.slice(judged, [0, 1], [-1, classes])),
      };
    },
  };
}

/** Nearest upsampling by 2, convolution and bias. */
export function upsample(x: tf.Tensor5D, leaves: NamedTensors, layer: string): tf.Tensor5D {
  return withBias(upsampleConvolve(x, leaves[layer] as tf.Tensor5D), leaves, layer);
}

interface SlabStage {
  readonly kernel: Strides;
  readonly strides: Strides;
  readonly maps: number;
}

/** From a slab of 32 × 256 × 256 voxels to 1 × 4 × 4; without the first stages, of smaller grids to `judgedDepthAt`. */
export function slabStagesOf(width: number): readonly SlabStage[] {
  return [
    { kernel: [4, 4, 4], strides: [2, 2, 2], maps: width / 2 },
    { kernel: [4, 4, 4], strides: [2, 2, 2], maps: width },
    { kernel: [4, 4, 4], strides: [2, 2, 2], maps: 2 * width },
    { kernel: [2, 4, 4], strides: [2, 2, 2], maps: 4 * width },
    { kernel: [2, 4, 4], strides: [2, 2, 2], maps: 8 * width },
    { kernel: [1, 4, 4], strides: [1, 2, 2], maps: 16 * width },
  ];
}

function matrix(name: string, into: number, out: number): Record<string, WeightSpec> {
  const initial = uniformBound(into);
  return { [name]: { shape: [into, out], initial }, [`${name}.bias`]: { shape: [out], initial } };
}

function convolution(name: string, shape: readonly number[], isUpsampling = false): Record<string, WeightSpec> {
  const initial = uniformBound(shape.slice(0, -1).reduce((product, length) => product * length, 1));
  return {
    [name]: { shape, initial, ...(isUpsampling ? { upsampling: [2, 2, 2] as const } : {}) },
    [`${name}.bias`]: { shape: shape.slice(-1), initial },
  };
}

/** Spectral normalisation of everything but the biases. */
function spectral(specs: Readonly<Record<string, WeightSpec>>): Record<string, WeightSpec> {
  return Object.fromEntries(
    Object.entries(specs).map(([name, spec]) => [name, name.endsWith('.bias') ? spec : { ...spec, isSpectral: true }]),
  );
}
