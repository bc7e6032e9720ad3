/**
 * Generator and discriminator of the 3-D SRGAN for brain scans (Sánchez & Vilaplana 2018, MIDL, arXiv 1812.11440).
 *
 * The generator has a trunk at low resolution, residual blocks between two long skips, and a tail that enlarges. Along
 * an axis of factor 2 or 4 the tail has one or two stages; along one of factor 1 none, so that thick slices alone can
 * be refined. The discriminator ends in a global average, and so takes patches of any size.
 */
import * as tf from '@tensorflow/tfjs';
import type { Random } from '#shared/random.ts';
import { convolutionLayer } from './blocks/convolution.ts';
import type { NormActivation } from './blocks/normalisation.ts';
import {
  addRunningStatistics,
  normSpecs,
  createNetwork,
  uniformBound,
  withBias,
  type WeightedNetwork,
  type WeightSpec,
} from './blocks/weights.ts';
import type { NamedTensors } from './model.ts';
import { upsampleConvolve } from './ops/fusedResampling.ts';
import { interpolateCubic, interpolationReach } from './ops/interpolation.ts';
import type { Shape5, Strides } from './ops/kernels.ts';
import { leakyRelu } from './ops/leakyRelu.ts';
import { convolveToOne } from './ops/singleChannel.ts';
import { transposedConvolution } from './ops/transposedConvolution.ts';
import { voxelShuffle } from './ops/voxelShuffle.ts';

export type Upsampler = 'resize' | 'subpixel' | 'subpixel-nearest';

export interface GeneratorSize {
  /** Along d, h, w: 1, 2 or 4 each. */
  readonly factors: Strides;
  readonly features: number;
  readonly blocks: number;
  readonly upsampler: Upsampler;
  readonly isBatchNormalised: boolean;
  /** Whether the interpolated input is added to the result. */
  readonly hasSkip: boolean;
}

/** How a call differs from plain training. */
type CallOptions = Partial<Pick<NormActivation, 'running' | 'onStatistics'>>;

export interface SrGanGenerator {
  readonly network: WeightedNetwork;
  /** low [b, d, h, w, 1] → what the tail takes, [b, d, h, w, c]. */
  trunk(leaves: NamedTensors, low: tf.Tensor5D, options?: CallOptions): tf.Tensor5D;
  /** [b, d, h, w, c] → [b, fd · d, fh · h, fw · w, 1]; what the network adds to `skip`, where there is one. */
  tail(leaves: NamedTensors, features: tf.Tensor5D): tf.Tensor5D;
  /** The interpolated input [b, fd · d, fh · h, fw · w, 1]; null without a skip. Nothing to differentiate. */
  skip(low: tf.Tensor5D): tf.Tensor5D | null;
  /** In low-resolution voxels a side. */
  readonly reach: { readonly trunk: number; readonly tail: number };
}

export interface SrGanDiscriminator {
  readonly network: WeightedNetwork;
  /** x [b, d, h, w, 1] → raw score [b, 1]. */
  discriminate(leaves: NamedTensors, x: tf.Tensor5D, options?: CallOptions): tf.Tensor2D;
}

const generatorSlope = 0.25;
const discriminatorSlope = 0.3;
const tailMaps = 64;
const discriminatorMaps = [32, 64, 128, 256];
const discriminatorUnits = 1024;
const publishedDeviation = 0.02;
/** TensorLayer's default initial gain of batch normalisation, N(1, 0.002). */
const publishedGain = { mean: 1, deviation: 0.002 };

/** Strides of each stage of the tail, the first next to the trunk. */
function stagesOf(factors: Strides): readonly Strides[] {
  const count = Math.log2(Math.max(...factors));
  return Array.from({ length: count }, (_, stage) => {
    const [d, h, w] = factors.map((factor) => (factor >= 2 ** (stage + 1) ? 2 : 1)) as [number, number, number];
    return [d, h, w];
  });
}

/**
 * How far the tail sees, in low-resolution voxels along the worst axis, from the last layer back: its 3³ filter sees one
 * fine voxel; one that follows an enlargement sees one more of those, one that comes before it one of the coarse.
 */
function tailReach(stages: readonly Strides[], upsampler: Upsampler): number {
  const alongAxis = (axis: number): number =>
    stages.reduceRight((seen, strides) => {
      const stride = strides[axis] ?? 1;
      return upsampler === 'resize' ? Math.ceil((seen + 1) / stride) : Math.ceil(seen / stride) + 1;
    }, 1);
  return Math.max(...[0, 1, 2].map(alongAxis));
}

const product = (values: readonly number[]): number => values.reduce((all, value) => all * value, 1);

/** Kaiming's for a leaky ReLU (He et al. 2015, arXiv 1502.01852): what keeps a network without normalisation in scale. */
const heDeviation = (fanIn: number): number => Math.sqrt(2 / ((1 + generatorSlope ** 2) * fanIn));

/** N(0, 0.02) as published beside batch normalisation, Kaiming's without. */
function filterSpec(shape: readonly number[], isBatchNormalised: boolean): WeightSpec {
  const deviation = isBatchNormalised ? publishedDeviation : heDeviation(product(shape.slice(0, -1)));
  return { shape, initial: { mean: 0, deviation } };
}

const biasSpec = (maps: number): WeightSpec => ({ shape: [maps], initial: { value: 0 } });

function generatorSpecs(size: GeneratorSize, stages: readonly Strides[]): Record<string, WeightSpec> {
  const { features, blocks, upsampler, isBatchNormalised, hasSkip } = size;
  const specs: Record<string, WeightSpec> = {};
  const addLayer = (layer: string, spec: WeightSpec, isNormalised: boolean): void => {
    specs[layer] = spec;
    const maps = spec.shape.at(-1) ?? 1;
    if (isNormalised) Object.assign(specs, normSpecs(layer, maps, publishedGain));
    else specs[`${layer}.bias`] = biasSpec(maps);
  };
  const convolution = (into: number, out: number): WeightSpec => filterSpec([3, 3, 3, into, out], isBatchNormalised);
  /** Without normalisation each block begins as the identity. */
  const closing = (): WeightSpec =>
    isBatchNormalised ? convolution(features, features) : { ...convolution(features, features), initial: { value: 0 } };

  addLayer('in', convolution(1, features), isBatchNormalised);
  for (let block = 1; block <= blocks; block++) {
    addLayer(`block${String(block)}.a`, convolution(features, features), isBatchNormalised);
    addLayer(`block${String(block)}.b`, closing(), isBatchNormalised);
  }
  addLayer('middle', convolution(features, features), isBatchNormalised);

  let maps = features;
  if (upsampler === 'resize') {
    addLayer('expand', convolution(maps, tailMaps), false);
    maps = tailMaps;
  }
  stages.forEach((strides, stage) => {
    const layer = `up${String(stage + 1)}`;
    if (upsampler === 'subpixel-nearest') {
      specs[layer] = nearestSpec(strides, maps, isBatchNormalised);
      specs[`${layer}.bias`] = biasSpec(tailMaps);
    } else {
      addLayer(
        layer,
        { ...convolution(maps, tailMaps), ...(upsampler === 'resize' ? { upsampling: strides } : {}) },
        false,
      );
    }
    maps = upsampler === 'subpixel' ? tailMaps / product(strides) : tailMaps;
  });
  const last = convolution(maps, 1);
  addLayer('out', hasSkip ? { ...last, initial: { value: 0 } } : last, false);
  return specs;
}

/** A transposed filter [kd, kh, kw, 64, into] of 6 taps along axes of stride 2, that begins as nearest upsampling and a 3³ filter. */
function nearestSpec(strides: Strides, into: number, isBatchNormalised: boolean): WeightSpec {
  const { initial } = filterSpec([3, 3, 3, into, tailMaps], isBatchNormalised);
  return { shape: [...strides.map((stride) => 3 * stride), tailMaps, into], initial, repeated: strides };
}

/** Builds the generator. The caller disposes the variables. */
export function createSrGanGenerator(size: GeneratorSize, random: Random): SrGanGenerator {
  const { factors, blocks, upsampler, isBatchNormalised, hasSkip } = size;
  const stages = stagesOf(factors);
  const network = createNetwork(generatorSpecs(size, stages), random);
  addRunningStatistics(network);

  const plainLayer = (leaves: NamedTensors, x: tf.Tensor5D, layer: string): tf.Tensor5D =>
    convolutionLayer(x, { kind: 'none', slope: generatorSlope, layer, leaves, stride: 1, isSecondOrder: false });
  const enlarge = (leaves: NamedTensors, x: tf.Tensor5D, stage: number): tf.Tensor5D => {
    const layer = `up${String(stage + 1)}`;
    const filter = leaves[layer] as tf.Tensor5D;
    const strides = stages[stage] as Strides;
    switch (upsampler) {
      case 'resize':
        return leakyRelu(withBias(upsampleConvolve(x, filter, strides), leaves, layer), generatorSlope);
      case 'subpixel':
        return voxelShuffle(plainLayer(leaves, x, layer), strides);
      case 'subpixel-nearest': {
        const [batch, ...sides] = x.shape;
        const shape = [batch, ...strides.map((stride, axis) => stride * (sides[axis] ?? 1)), tailMaps] as Shape5;
        return leakyRelu(withBias(transposedConvolution(shape, x, filter, strides), leaves, layer), generatorSlope);
      }
    }
  };

  return {
    network,
    // One voxel a 3³ convolution: the first, two a block, those in the middle.
    reach: { trunk: 2 * blocks + 3, tail: Math.max(tailReach(stages, upsampler), hasSkip ? interpolationReach : 0) },

    trunk(leaves, low, options = {}) {
      const kind = isBatchNormalised ? 'batch' : 'none';
      const layerOf = (x: tf.Tensor5D, layer: string, slope: number, added?: tf.Tensor5D): tf.Tensor5D =>
        convolutionLayer(x, {
          kind,
          slope,
          layer,
          leaves,
          stride: 1,
          isSecondOrder: false,
          ...options,
          ...(added && { added }),
        });
      return tf.tidy(() => {
        const first = layerOf(low, 'in', generatorSlope); // [b, d, h, w, features]
        let hidden = first;
        for (let block = 1; block <= blocks; block++) {
          const name = `block${String(block)}`;
          const before = hidden;
          // A tidy each: without a tape (a whole scan) no more than a few maps are in memory at a time.
          hidden = tf.tidy(() => {
            const inner = tf.tidy(() => layerOf(before, `${name}.a`, generatorSlope));
            return tf.tidy(() => layerOf(inner, `${name}.b`, 1, before));
          });
          if (before !== first) before.dispose();
        }
        const features = tf.tidy(() => layerOf(hidden, 'middle', 1, first));
        return upsampler === 'resize' ? plainLayer(leaves, features, 'expand') : features; // 64 maps
      });
    },

    tail(leaves, features) {
      return tf.tidy(() => {
        let hidden = features;
        for (let stage = 0; stage < stages.length; stage++) hidden = enlarge(leaves, hidden, stage);
        const image = withBias(convolveToOne(hidden, leaves['out'] as tf.Tensor5D), leaves, 'out'); // 1 map
        return upsampler === 'resize' && !hasSkip ? tf.tanh(image) : image;
      });
    },

    skip: (low) => (hasSkip ? interpolateCubic(low, factors) : null),
  };
}

/** Builds the discriminator, batch-normalised but for its first layer. The caller disposes the variables. */
export function createSrGanDiscriminator(random: Random): SrGanDiscriminator {
  const specs: Record<string, WeightSpec> = {};
  let into = 1;
  for (const maps of discriminatorMaps) {
    for (const stride of [1, 2]) {
      const layer = discriminatorLayer(maps, stride);
      specs[layer] = { shape: [3, 3, 3, into, maps], initial: { mean: 0, deviation: publishedDeviation } };
      if (into === 1) specs[`${layer}.bias`] = biasSpec(maps);
      else Object.assign(specs, normSpecs(layer, maps, publishedGain));
      into = maps;
    }
  }
  specs['dense'] = { shape: [into, discriminatorUnits], initial: uniformBound(into) };
  specs['dense.bias'] = biasSpec(discriminatorUnits);
  specs['out'] = { shape: [discriminatorUnits, 1], initial: uniformBound(discriminatorUnits) };
  specs['out.bias'] = biasSpec(1);

  return {
    network: createNetwork(specs, random),

    discriminate(leaves, x, options = {}) {
      let hidden = x;
      for (const maps of discriminatorMaps) {
        for (const stride of [1, 2]) {
          hidden = tf.tidy(() => {
            const layer = discriminatorLayer(maps, stride);
            const kind = hidden === x ? 'none' : 'batch';
            const settings = { kind, slope: discriminatorSlope, layer, leaves, stride, isSecondOrder: false } as const;
            return convolutionLayer(hidden, { ...settings, ...options });
          });
        }
      }
      return tf.tidy(() => {
        const pooled: tf.Tensor2D = tf.mean(hidden, [1, 2, 3]); // [b, 256]
        const dense = withBias(tf.matMul(pooled, leaves['dense'] as tf.Tensor2D), leaves, 'dense'); // [b, 1024]
        return withBias(tf.matMul(leakyRelu(dense, discriminatorSlope), leaves['out'] as tf.Tensor2D), leaves, 'out'); // [b, 1]
      });
    },
  };
}

const discriminatorLayer = (maps: number, stride: number): string => `conv${String(maps)}.${String(stride)}`;
