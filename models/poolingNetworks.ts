/**
 * The two shapes that autoencoder, VAE and 3-D GAN are built of: convolutions with pooling from a volume down to a code or
 * a score, and convolutions with trilinear upsampling from a code to a volume.
 *
 * Section A4 of the specification; each block is a 3³ convolution, an activation and batch normalisation, in this order.
 * Sides are halved rounding down, so that any side of at least 2^stages will do.
 */
import * as tf from '@tensorflow/tfjs';
import type { Random } from '#shared/random.ts';
import { convolutionLayer } from './blocks/convolution.ts';
import { normActivation, type NormActivation } from './blocks/normalisation.ts';
import {
  addRunningStatistics,
  createNetwork,
  normSpecs,
  uniformBound,
  withBias,
  type WeightedNetwork,
  type WeightSpec,
} from './blocks/weights.ts';
import type { NamedTensors } from './model.ts';
import { maxPool } from './ops/maxPool.ts';
import { resizeLinear } from './ops/resizeLinear.ts';
import { convolveToOne } from './ops/singleChannel.ts';
import { recomputable } from './training/recompute.ts';

/** How a call differs from plain training. */
export type CallOptions = Partial<Pick<NormActivation, 'isSecondOrder' | 'running' | 'onStatistics'>>;

/** Initial values by fan-in and fan-out: PyTorch's default, or Glorot & Bengio 2010 with biases of 0. */
export type Initialisation = 'default' | 'xavier';

interface Common {
  /** Feature maps of every block. */
  readonly width: number;
  /** Of the leaky ReLU; 0 is a ReLU. */
  readonly slope: number;
  readonly initialisation: Initialisation;
}

export interface PoolingShape extends Common {
  /** One entry a block: whether 2³ max pooling follows it. */
  readonly pooled: readonly boolean[];
  /** The convolution after the blocks, which is averaged over the volume. */
  readonly last: { readonly maps: number; readonly isActivated: boolean };
  /** Dense layers on that average, by name; none: the average is the result. */
  readonly heads: Readonly<Record<string, number>>;
}

export interface UpsamplingShape extends Common {
  /** Voxels a side of the volume. */
  readonly grid: number;
  readonly latent: number;
  /** Blocks with an upsampling after them. */
  readonly stages: number;
  /** Blocks at full resolution. */
  readonly finalBlocks: number;
}

export interface PoolingNetwork {
  readonly network: WeightedNetwork;
  /** x [b, d, h, w, 1] → the average of the last convolution's maps [b, maps]. */
  pool(leaves: NamedTensors, x: tf.Tensor5D, options?: CallOptions): tf.Tensor2D;
  /** A head on that average: [b, units]. */
  head(leaves: NamedTensors, pooled: tf.Tensor2D, name: string): tf.Tensor2D;
}

export interface UpsamplingNetwork {
  readonly network: WeightedNetwork;
  /** code [b, latent] → [b, grid, grid, grid, 1], linear: not held in [-1, 1]. */
  render(leaves: NamedTensors, code: tf.Tensor2D, options?: CallOptions): tf.Tensor5D;
}

/** The caller disposes the network's variables. */
export function createPoolingNetwork(shape: PoolingShape, random: Random): PoolingNetwork {
  const { width, pooled, last, heads, slope, initialisation } = shape;
  const specs: Record<string, WeightSpec> = {};
  pooled.forEach((_, block) => {
    Object.assign(specs, blockSpecs(`block${String(block + 1)}`, block === 0 ? 1 : width, width, initialisation));
  });
  Object.assign(specs, layerSpecs('last', [3, 3, 3, width, last.maps], initialisation));
  for (const [name, units] of Object.entries(heads))
    Object.assign(specs, layerSpecs(name, [last.maps, units], initialisation));
  const network = createNetwork(specs, random);
  addRunningStatistics(network);

  return {
    network,
    pool(leaves, x, options = {}) {
      let hidden = x;
      pooled.forEach((isPooled, index) => {
        const layer = `block${String(index + 1)}`;
        hidden = recomputable({ inputs: [hidden], leaves, layers: [layer] }, ([given], own) => {
          const normalised = block(given, { layer, leaves: own, slope, options });
          return isPooled ? maxPool(normalised) : normalised; // half the side, rounded down
        });
      });
      const mapped = convolve(hidden, { layer: 'last', leaves, slope: last.isActivated ? slope : 1 });
      return tf.mean(mapped, [1, 2, 3]); // [b, maps]
    },
    head: (leaves, average, name) => withBias(tf.matMul(average, leaves[name] as tf.Tensor2D), leaves, name),
  };
}

/** The caller disposes the network's variables. */
export function createUpsamplingNetwork(shape: UpsamplingShape, random: Random): UpsamplingNetwork {
  const { grid, latent, stages, finalBlocks, width, slope, initialisation } = shape;
  // From the coarsest side to the grid's, each half of the next, rounded down.
  const sides = Array.from({ length: stages + 1 }, (_, stage) => Math.floor(grid / 2 ** (stages - stage)));
  const blocks = stages + finalBlocks;
  const specs: Record<string, WeightSpec> = {};
  for (let index = 1; index <= blocks; index++) {
    Object.assign(specs, blockSpecs(`block${String(index)}`, index === 1 ? latent : width, width, initialisation));
  }
  Object.assign(specs, layerSpecs('out', [3, 3, 3, width, 1], initialisation));
  const network = createNetwork(specs, random);
  addRunningStatistics(network);

  return {
    network,
    render(leaves, code, options = {}) {
      let hidden = resizeLinear(tf.reshape(code, [-1, 1, 1, 1, latent]), sides[0] as number);
      for (let index = 1; index <= blocks; index++) {
        const layer = `block${String(index)}`;
        hidden = recomputable({ inputs: [hidden], leaves, layers: [layer] }, ([given], own) => {
          const normalised = block(given, { layer, leaves: own, slope, options });
          return resizeLinear(normalised, sides[index] ?? grid); // [b, side, side, side, width]
        });
      }
      return withBias(convolveToOne(hidden, leaves['out'] as tf.Tensor5D), leaves, 'out');
    },
  };
}

interface Block {
  readonly layer: string;
  readonly leaves: NamedTensors;
  readonly slope: number;
  readonly options: CallOptions;
}

/** Convolution, activation, batch normalisation. */
function block(x: tf.Tensor5D, { layer, leaves, slope, options }: Block): tf.Tensor5D {
  const activated = convolve(x, { layer, leaves, slope });
  return normActivation(activated, { kind: 'batch', slope: 1, layer, leaves, isSecondOrder: false, ...options });
}

function convolve(x: tf.Tensor5D, of: Pick<Block, 'layer' | 'leaves' | 'slope'>): tf.Tensor5D {
  return convolutionLayer(x, { ...of, kind: 'none', stride: 1, isSecondOrder: false });
}

function blockSpecs(layer: string, into: number, out: number, by: Initialisation): Record<string, WeightSpec> {
  return { ...layerSpecs(layer, [3, 3, 3, into, out], by), ...normSpecs(layer, out) };
}

function layerSpecs(layer: string, shape: readonly number[], by: Initialisation): Record<string, WeightSpec> {
  const [into = 1, out = 1] = shape.slice(-2);
  const taps = shape.slice(0, -2).reduce((product, length) => product * length, 1);
  const byFanIn = uniformBound(taps * into);
  const initial = by === 'xavier' ? { bound: Math.sqrt(6 / (taps * (into + out))) } : byFanIn;
  return {
    [layer]: { shape, initial },
    [`${layer}.bias`]: { shape: [out], initial: by === 'xavier' ? { value: 0 } : byFanIn },
  };
}
