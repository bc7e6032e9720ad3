/** A convolution with what follows it in the published networks, in as few passes over the map as the engine allows. */
import * as tf from '@tensorflow/tfjs';
import { biasedConvolution } from '../ops/biasedConvolution.ts';
import { activation, foldBatchNorm, normActivation, type NormActivation } from './normalisation.ts';

export interface ConvolutionLayer extends NormActivation {
  /** Along every axis. */
  readonly stride: number;
  /** Of the result's shape; added before the activation. */
  readonly added?: tf.Tensor5D;
}

/**
 * x [b, d, h, w, in] → [b, d/s, h/s, w/s, out]: 'same' convolution with `<layer>`, plus `<layer>.bias` where there is one,
 * normalised, plus `added`, activated. Batch normalisation with running statistics goes into the filter.
 */
export function convolutionLayer(x: tf.Tensor5D, options: ConvolutionLayer): tf.Tensor5D {
  const { kind, slope, layer, leaves, stride, added, running } = options;
  const filter = leaves[layer] as tf.Tensor5D;
  const bias = leaves[`${layer}.bias`];
  if (kind === 'batch' && running !== undefined && bias === undefined) {
    const folded = foldBatchNorm(filter, { layer, leaves, running });
    return activatedConvolution(x, folded.filter, { ...options, bias: folded.bias });
  }
  if (kind === 'none' && bias !== undefined) return activatedConvolution(x, filter, { ...options, bias });
  const convolved =
    bias === undefined
      ? tf.conv3d(x, filter, stride, 'same')
      : biasedConvolution(x, filter, { bias, stride, slope: 1 });
  if (added === undefined) return normActivation(convolved, options);
  return activation(tf.add<tf.Tensor5D>(normActivation(convolved, { ...options, slope: 1 }), added), slope);
}

type Activated = Pick<ConvolutionLayer, 'slope' | 'stride' | 'added'> & { readonly bias: tf.Tensor };

function activatedConvolution(x: tf.Tensor5D, filter: tf.Tensor5D, { slope, ...options }: Activated): tf.Tensor5D {
  if (slope > 0) return biasedConvolution(x, filter, { ...options, slope });
  return activation(biasedConvolution(x, filter, { ...options, slope: 1 }), slope);
}
