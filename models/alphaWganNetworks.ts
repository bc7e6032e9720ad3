/**
 * The four networks of α-WGAN for brain volumes: generator, encoder, discriminator, code discriminator.
 *
 * Kwon, Han & Kim 2019 (MICCAI, arXiv 1908.02498) and its SigmaRat variants, Ferreira et al. 2022 (Applied Sciences
 * 12:4844, arXiv 2112.13626). 64³ as published; another side adds or drops the stage next to the voxels. Biases that a
 * normalisation would remove again are left out.
 */
import * as tf from '@tensorflow/tfjs';
import type { Random } from '#shared/random.ts';
import { convolutionLayer } from './blocks/convolution.ts';
import {
  addRunningStatistics,
  normSpecs,
  createNetwork,
  uniformBound,
  withBias,
  type WeightedNetwork,
  type WeightSpec,
} from './blocks/weights.ts';
import { normActivation, type NormActivation, type NormKind } from './blocks/normalisation.ts';
import type { NamedTensors } from './model.ts';
import { upsampleConvolve } from './ops/fusedResampling.ts';
import { recomputable } from './training/recompute.ts';

export type Variant = 'sigmarat2' | 'sigmarat1' | 'kwon';

export interface NetworkStyle {
  readonly norm: NormKind;
  readonly isSpectral: boolean;
  readonly slope: number;
}

/** Section A5 of the specification: which network is normalised how. */
export const alphaWganStyles: Readonly<
  Record<Variant, Readonly<Record<'generator' | 'encoder' | 'discriminator' | 'code', NetworkStyle>>>
> = {
  sigmarat2: {
    generator: { norm: 'instance', isSpectral: false, slope: 0.01 },
    encoder: { norm: 'instance', isSpectral: false, slope: 0.2 },
    discriminator: { norm: 'none', isSpectral: true, slope: 0.2 },
    code: { norm: 'none', isSpectral: true, slope: 0.2 },
  },
  sigmarat1: {
    generator: { norm: 'instance', isSpectral: true, slope: 0.01 },
    encoder: { norm: 'instance', isSpectral: true, slope: 0.2 },
    discriminator: { norm: 'instance', isSpectral: true, slope: 0.2 },
    code: { norm: 'batch', isSpectral: true, slope: 0.2 },
  },
  kwon: {
    generator: { norm: 'batch', isSpectral: false, slope: 0 },
    encoder: { norm: 'batch', isSpectral: false, slope: 0.2 },
    discriminator: { norm: 'batch', isSpectral: false, slope: 0.2 },
    code: { norm: 'batch', isSpectral: false, slope: 0.2 },
  },
};

export interface NetworkSize {
  readonly variant: Variant;
  /** Voxels a side: 4 · 2^stages. */
  readonly grid: number;
  readonly latent: number;
  /** Feature maps at 4³. */
  readonly width: number;
  /** Units of the code discriminator's hidden layers. */
  readonly codeUnits: number;
}

/** How a call differs from plain training. */
export type CallOptions = Partial<Pick<NormActivation, 'isSecondOrder' | 'running' | 'onStatistics'>>;

export interface AlphaWganNetworks {
  readonly generator: WeightedNetwork;
  readonly encoder: WeightedNetwork;
  readonly discriminator: WeightedNetwork;
  readonly code: WeightedNetwork;
  /** z [b, latent] → [b, grid, grid, grid, 1] in [-1, 1]. */
  generate(leaves: NamedTensors, z: tf.Tensor2D, options?: CallOptions): tf.Tensor5D;
  /** x [b, grid, grid, grid, 1] → [b, latent]. */
  encode(leaves: NamedTensors, x: tf.Tensor5D, options?: CallOptions): tf.Tensor2D;
  /** x [b, grid, grid, grid, 1] → critic score [b, 1]. */
  discriminate(leaves: NamedTensors, x: tf.Tensor5D, options?: CallOptions): tf.Tensor2D;
  /** z [b, latent] → critic score [b, 1]. */
  judgeCode(leaves: NamedTensors, z: tf.Tensor2D, options?: CallOptions): tf.Tensor2D;
}

/** Of the smallest volume, from which the generator starts. */
export const seedSide = 4;

/** Builds the four networks with PyTorch's default initial values. The caller disposes the variables. */
export function createAlphaWganNetworks(size: NetworkSize, random: Random): AlphaWganNetworks {
  const { variant, grid, latent, width, codeUnits } = size;
  const stages = Math.log2(grid / seedSide);
  const style = alphaWganStyles[variant];
  // Feature maps from 4³ outward: width, width/2 … one for each stage.
  const maps = Array.from({ length: stages }, (_, stage) => width / 2 ** stage);
  const seedVoxels = seedSide ** 3;

  const generatorSpecs: Record<string, WeightSpec> = {
    // A transposed convolution from 1³ to 4³ as published, so that its spectral norm has the maps as columns.
    seed: {
      ...matrix(latent, seedVoxels * width, uniformBound(seedVoxels * width), style.generator.isSpectral),
      columns: width,
    },
    ...(style.generator.norm === 'batch' ? normSpecs('seed', width) : {}),
  };
  for (let stage = 1; stage <= stages; stage++) {
    const out = stage === stages ? 1 : (maps[stage] as number);
    const into = maps[stage - 1] as number;
    const shape = [3, 3, 3, into, out];
    generatorSpecs[`up${String(stage)}`] = {
      shape,
      initial: uniformBound(27 * into),
      isSpectral: style.generator.isSpectral,
      upsampling: [2, 2, 2],
    };
    if (stage < stages && style.generator.norm === 'batch')
      Object.assign(generatorSpecs, normSpecs(`up${String(stage)}`, out));
  }

  const downSpecs = (outputs: number, { norm, isSpectral }: NetworkStyle): Record<string, WeightSpec> => {
    const specs: Record<string, WeightSpec> = {};
    for (let stage = 1; stage <= stages; stage++) {
      const into = stage === 1 ? 1 : (maps[stages - stage + 1] as number);
      const out = maps[stages - stage] as number;
      const name = `down${String(stage)}`;
      const fanIn = 64 * into;
      specs[name] = { shape: [4, 4, 4, into, out], initial: uniformBound(fanIn), isSpectral };
      if (stage === 1 || norm === 'none') specs[`${name}.bias`] = { shape: [out], initial: uniformBound(fanIn) };
      else if (norm === 'batch') Object.assign(specs, normSpecs(name, out));
    }
    const fanIn = seedVoxels * width;
    specs['out'] = matrix(fanIn, outputs, uniformBound(fanIn), isSpectral);
    specs['out.bias'] = { shape: [outputs], initial: uniformBound(fanIn) };
    return specs;
  };

  const codeSpecs: Record<string, WeightSpec> = {};
  const codeSizes = [latent, codeUnits, codeUnits, 1];
  for (let layer = 1; layer < codeSizes.length; layer++) {
    const into = codeSizes[layer - 1] as number;
    const out = codeSizes[layer] as number;
    const name = `dense${String(layer)}`;
    codeSpecs[name] = matrix(into, out, uniformBound(into), style.code.isSpectral);
    if (layer === codeSizes.length - 1 || style.code.norm === 'none')
      codeSpecs[`${name}.bias`] = { shape: [out], initial: uniformBound(into) };
    else Object.assign(codeSpecs, normSpecs(name, out));
  }

  const convolveDown = (
    leaves: NamedTensors,
    x: tf.Tensor5D,
    { norm, slope }: NetworkStyle,
    options: CallOptions,
  ): tf.Tensor2D => {
    let hidden = x;
    for (let stage = 1; stage <= stages; stage++) {
      const layer = `down${String(stage)}`;
      hidden = recomputable({ inputs: [hidden], leaves, layers: [layer] }, ([given], own) => {
        const kind = stage === 1 ? 'none' : norm;
        const settings = { kind, slope, layer, leaves: own, stride: 2, isSecondOrder: false } as const;
        return convolutionLayer(given, { ...settings, ...options }); // half the side
      });
    }
    const flat: tf.Tensor2D = tf.reshape(hidden, [x.shape[0], -1]); // [b, 64 · width]
    return withBias(tf.matMul(flat, leaves['out'] as tf.Tensor2D), leaves, 'out'); // [b, outputs]
  };

  const generator = createNetwork(generatorSpecs, random.fork('generator'));
  const encoder = createNetwork(downSpecs(latent, style.encoder), random.fork('encoder'));
  addRunningStatistics(generator);
  addRunningStatistics(encoder);
  return {
    generator,
    encoder,
    discriminator: createNetwork(downSpecs(1, style.discriminator), random.fork('discriminator')),
    code: createNetwork(codeSpecs, random.fork('code')),
    generate(leaves, z, options = {}) {
      const { norm, slope } = style.generator;
      const rest = { kind: norm, slope, leaves, isSecondOrder: false, ...options };
      let hidden = tf.tidy(() => {
        const seed: tf.Tensor5D = tf.reshape(tf.matMul(z, leaves['seed'] as tf.Tensor2D), [
          -1,
          seedSide,
          seedSide,
          seedSide,
          width,
        ]);
        return normActivation(seed, { layer: 'seed', ...rest });
      });
      for (let stage = 1; stage <= stages; stage++) {
        const layer = `up${String(stage)}`;
        hidden = recomputable({ inputs: [hidden], leaves, layers: [layer] }, ([given], own) => {
          const grown = upsampleConvolve(given, own[layer] as tf.Tensor5D); // twice the side
          return stage === stages ? tf.tanh(grown) : normActivation(grown, { ...rest, layer, leaves: own });
        });
      }
      return hidden; // [b, grid, grid, grid, 1]
    },
    encode: (leaves, x, options = {}) => convolveDown(leaves, x, style.encoder, options),
    discriminate: (leaves, x, options = {}) => convolveDown(leaves, x, style.discriminator, options),
    judgeCode(leaves, z, options = {}) {
      const { norm, slope } = style.code;
      let hidden = z;
      for (let layer = 1; layer < codeSizes.length - 1; layer++) {
        const name = `dense${String(layer)}`;
        const dense: tf.Tensor2D = withBias(tf.matMul(hidden, leaves[name] as tf.Tensor2D), leaves, name); // [b, units]
        hidden = normActivation(dense, { kind: norm, slope, layer: name, leaves, isSecondOrder: false, ...options });
      }
      const last = `dense${String(codeSizes.length - 1)}`;
      return withBias(tf.matMul(hidden, leaves[last] as tf.Tensor2D), leaves, last); // [b, 1]
    },
  };
}

function matrix(into: number, out: number, initial: WeightSpec['initial'], isSpectral: boolean): WeightSpec {
  return { shape: [into, out], initial, isSpectral };
}
