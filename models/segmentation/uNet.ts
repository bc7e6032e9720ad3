/**
 * A small three-dimensional U-Net: three resolutions, two 3³ convolutions at each, the finer maps carried over to the way
 * back up (Çiçek et al. 2016, arXiv 1606.06650). Group normalisation and a ReLU follow every convolution but the last.
 *
 * Maps are pooled by means and enlarged by their nearest voxel, each as one strided operation with the convolution beside
 * it (`ops/fusedResampling.ts`). A convolution over two sets of maps is the sum of one over each.
 */
import * as tf from '@tensorflow/tfjs';
import type { Random } from '#shared/random.ts';
import { createNetwork, normSpecs, withBias, type WeightedNetwork, type WeightSpec } from '../blocks/weights.ts';
import type { NamedTensors } from '../model.ts';
import { convolveDownsample, upsampleConvolve } from '../ops/fusedResampling.ts';
import { groupNormRelu } from '../ops/groupNorm.ts';
import { recomputable } from '../training/recompute.ts';

export interface UNetSize {
  /** Feature maps at full resolution, a multiple of 4; twice and four times as many below. */
  readonly width: number;
  /** Background among them. */
  readonly classes: number;
}

export interface UNet {
  /** The caller disposes its variables. */
  readonly network: WeightedNetwork;
  /** x [b, d, h, w, 1], sides multiples of `sideStep` → logits [b, d, h, w, classes]. */
  logits(leaves: NamedTensors, x: tf.Tensor5D): tf.Tensor5D;
}

/** Every side is halved twice. */
export const sideStep = 4;
const groups = 4;

/** He et al. 2015 (arXiv 1502.01852), for what a ReLU follows. */
function filter(into: number, out: number, more: Partial<WeightSpec> = {}): WeightSpec {
  return {
    shape: [3, 3, 3, into, out],
    initial: { mean: 0, deviation: Math.sqrt(2 / (27 * into)) },
    ...more,
  };
}

export function createUNet({ width, classes }: UNetSize, random: Random): UNet {
  const [full, half, quarter] = [width, 2 * width, 4 * width];
  const upsampling = [2, 2, 2] as const;
  const network = createNetwork(
    {
      down0a: filter(1, full),
      ...normSpecs('down0a', full),
      down0b: filter(full, full),
      ...normSpecs('down0b', full),
      down1a: filter(full, half, { isPooling: true }),
      ...normSpecs('down1a', half),
      down1b: filter(half, half),
      ...normSpecs('down1b', half),
      down2a: filter(half, quarter, { isPooling: true }),
      ...normSpecs('down2a', quarter),
      down2b: filter(quarter, quarter),
      ...normSpecs('down2b', quarter),
      'up1a.below': filter(quarter, half, { upsampling }),
      'up1a.beside': filter(half, half),
      ...normSpecs('up1a', half),
      up1b: filter(half, half),
      ...normSpecs('up1b', half),
      'up0a.below': filter(half, full, { upsampling }),
      'up0a.beside': filter(full, full),
      ...normSpecs('up0a', full),
      up0b: filter(full, full),
      ...normSpecs('up0b', full),
      out: { shape: [1, 1, 1, full, classes], initial: { mean: 0, deviation: Math.sqrt(1 / full) } },
      'out.bias': { shape: [classes], initial: { value: 0 } },
    },
    random,
  );

  return {
    network,
    logits(leaves, x) {
      const finest = pair({ x, leaves, level: 'down0' }, convolve); // [b, d, h, w, full]
      const middle = pair({ x: finest, leaves, level: 'down1' }, convolveDownsample); // [b, d/2, h/2, w/2, half]
      const coarsest = pair({ x: middle, leaves, level: 'down2' }, convolveDownsample); // [b, d/4, h/4, w/4, quarter]
      const backAtHalf = join({ below: coarsest, beside: middle, leaves, level: 'up1' }); // [b, d/2, h/2, w/2, half]
      const back = join({ below: backAtHalf, beside: finest, leaves, level: 'up0' }); // [b, d, h, w, full]
      return withBias(convolve(back, leaves['out'] as tf.Tensor5D), leaves, 'out'); // [b, d, h, w, classes]
    },
  };
}

const convolve = (x: tf.Tensor5D, weights: tf.Tensor5D): tf.Tensor5D => tf.conv3d(x, weights, 1, 'same');

function normalised(x: tf.Tensor5D, leaves: NamedTensors, layer: string): tf.Tensor5D {
  return groupNormRelu({
    x,
    groups,
    gamma: leaves[`${layer}.gamma`] as tf.Tensor,
    beta: leaves[`${layer}.beta`] as tf.Tensor,
  });
}

interface Level {
  readonly x: tf.Tensor5D;
  readonly leaves: NamedTensors;
  readonly level: string;
}

/** Two convolutions, the first of which may change the resolution. */
function pair({ x, leaves, level }: Level, first: (x: tf.Tensor5D, weights: tf.Tensor5D) => tf.Tensor5D): tf.Tensor5D {
  const [a, b] = [`${level}a`, `${level}b`];
  return recomputable({ inputs: [x], leaves, layers: [a, b] }, ([given], own) => {
    const hidden = normalised(first(given, own[a] as tf.Tensor5D), own, a);
    return normalised(convolve(hidden, own[b] as tf.Tensor5D), own, b);
  });
}

/** The maps from below, enlarged, and those of the way down beside them → two convolutions. */
function join({
  below,
  beside,
  leaves,
  level,
}: Omit<Level, 'x'> & { readonly below: tf.Tensor5D; readonly beside: tf.Tensor5D }): tf.Tensor5D {
  const [a, b] = [`${level}a`, `${level}b`];
  return recomputable({ inputs: [below, beside], leaves, layers: [a, b] }, ([low, fine], own) => {
    const enlarged = upsampleConvolve(low, own[`${a}.below`] as tf.Tensor5D);
    const hidden = normalised(tf.add(enlarged, convolve(fine, own[`${a}.beside`] as tf.Tensor5D)), own, a);
    return normalised(convolve(hidden, own[b] as tf.Tensor5D), own, b);
  });
}
