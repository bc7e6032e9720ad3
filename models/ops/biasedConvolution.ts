/**
 * A convolution with its bias, an addend and a leaky ReLU in one pass over the map, where the engine has a kernel for it:
 * composed, each of them reads and writes the whole map once more.
 */
import * as tf from '@tensorflow/tfjs';
import { addBias } from './bias.ts';
import { customOperation } from './customOperation.ts';
import { hasKernel, optionalKernels, runKernel } from './kernels.ts';
import { leakyRelu, leakyReluGradient } from './leakyRelu.ts';

export interface BiasedConvolution {
  /** [c]. */
  readonly bias: tf.Tensor;
  /** Along every axis. */
  readonly stride: number;
  /** Of the leaky ReLU, in (0, 1]; 1: none. */
  readonly slope: number;
  /** Of the result's shape; added before the activation. */
  readonly added?: tf.Tensor5D;
}

/**
 * x [b, d, h, w, in], filter [k, k, k, in, out] → leaky ReLU of ('same' convolution + bias + added) [b, d/s, h/s, w/s, out];
 * differentiable to any order.
 */
export function biasedConvolution(x: tf.Tensor5D, filter: tf.Tensor5D, options: BiasedConvolution): tf.Tensor5D {
  const { bias, stride, slope, added } = options;
  if (!hasKernel(optionalKernels.biasedConvolution)) {
    const biased = addBias(tf.conv3d(x, filter, stride, 'same'), bias);
    const sum = added === undefined ? biased : tf.add<tf.Tensor5D>(biased, added);
    return slope === 1 ? sum : leakyRelu(sum, slope);
  }
  const inputs = { x, filter, bias, ...(added === undefined ? {} : { added }) };
  const value = runKernel(optionalKernels.biasedConvolution, inputs, { stride, slope }) as tf.Tensor5D;
  return slope === 1 ? value : activated(value, slope);
}

/**
 * The kernel has activated the value already, and its gradient (`gradients.ts`) is that of its linear part: what is left
 * is the slope, for which the sign of the value is enough.
 */
function activated(value: tf.Tensor5D, slope: number): tf.Tensor5D {
  return customOperation<tf.Tensor5D>({
    inputs: [value],
    forward: (save) => {
      const output = tf.clone(value);
      save([output]);
      return output;
    },
    gradient: (dy, [output]) => [leakyReluGradient(dy, output as tf.Tensor5D, slope)],
  });
}
