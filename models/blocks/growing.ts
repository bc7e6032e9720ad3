/**
 * Layers of a network that grows (Karras et al. 2018, arXiv 1710.10196): a weight's name says the resolution it is for,
 * `side32.conv`, and those of finer ones wait. The layers from and to voxels are `side32.voxels`.
 */
import * as tf from '@tensorflow/tfjs';
import type { NamedTensors } from '../model.ts';
import { upsampleNearest } from '../ops/fusedResampling.ts';
import { leakyRelu } from '../ops/leakyRelu.ts';
import type { GrowthStage } from '../training/growth.ts';
import { equalised, withBias, type WeightSpec } from './weights.ts';

/** Of every leaky ReLU. */
export const growingSlope = 0.2;
export const startSide = 4;

export const layerAt = (side: number, layer: string): string => `side${String(side)}.${layer}`;

/** The resolutions from 4³ to this one. */
export function sidesUpTo(side: number): readonly number[] {
  return Array.from({ length: Math.log2(side / startSide) + 1 }, (_, level) => startSide * 2 ** level);
}

/** Whether a stage uses the weight of this name; weights of no resolution are always used. */
export function isUsedAt(name: string, { side, fade }: GrowthStage): boolean {
  const [, digits, layer] = /^side(\d+)\.(\w+)/.exec(name) ?? [];
  if (digits === undefined) return true;
  const own = Number(digits);
  if (layer !== 'voxels') return own <= side;
  return own === side || (fade < 1 && own === side / 2);
}

/** A weight with equalised learning rate and its bias: filters [3, 3, 3, in, out] and matrices [in, out]. */
export function equalisedLayer(
  name: string,
  shape: readonly number[],
  options: Pick<WeightSpec, 'upsampling' | 'isPooling'> & { readonly gain?: number } = {},
): Record<string, WeightSpec> {
  const { gain, ...use } = options;
  const fanIn = shape.slice(0, -1).reduce((product, length) => product * length, 1);
  return {
    [name]: { shape, ...equalised(fanIn, gain), ...use },
    [`${name}.bias`]: { shape: shape.slice(-1), initial: { value: 0 } },
  };
}

/** Voxels x [b, d, h, w, 1] → features [b, d, h, w, c] by a 1³ convolution and a leaky ReLU. */
export function fromVoxels(x: tf.Tensor5D, leaves: NamedTensors, side: number): tf.Tensor5D {
  return tf.tidy(() => leakyRelu(convolveOne(x, leaves, layerAt(side, 'voxels')), growingSlope));
}

/** Features [b, d, h, w, c] → voxels [b, d, h, w, 1] by a 1³ convolution, linear. */
function toVoxels(features: tf.Tensor5D, leaves: NamedTensors, side: number): tf.Tensor5D {
  return convolveOne(features, leaves, layerAt(side, 'voxels'));
}

/** A 1³ convolution is a matrix product: x [b, d, h, w, in] → [b, d, h, w, out]. */
function convolveOne(x: tf.Tensor5D, leaves: NamedTensors, layer: string): tf.Tensor5D {
  const [batch, depth, height, width, into] = x.shape;
  const flat = tf.matMul<tf.Tensor2D>(tf.reshape(x, [-1, into]), leaves[layer] as tf.Tensor2D);
  return tf.reshape(withBias(flat, leaves, layer), [batch, depth, height, width, -1]);
}

/** fade · finer + (1 − fade) · coarser, both of one shape. */
export function blend(finer: tf.Tensor5D, coarser: tf.Tensor5D, fade: number): tf.Tensor5D {
  return tf.add(tf.mul(finer, fade), tf.mul(coarser, 1 - fade));
}

/**
 * The generator's voxels at a stage: of the newest features, and while these are faded in mixed with those of the
 * resolution before (`coarser` [b, d/2, h/2, w/2, c]), repeated.
 */
export function voxelsAt(
  stage: GrowthStage,
  leaves: NamedTensors,
  { features, coarser }: { readonly features: tf.Tensor5D; readonly coarser: tf.Tensor5D },
): tf.Tensor5D {
  const newest = toVoxels(features, leaves, stage.side);
  if (stage.fade === 1) return newest;
  return blend(newest, upsampleNearest(toVoxels(coarser, leaves, stage.side / 2)), stage.fade);
}
