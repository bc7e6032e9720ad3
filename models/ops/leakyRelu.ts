/**
 * Leaky ReLU that keeps only its output, whose sign tells the slope, and is differentiable to any order. The slope does
 * not depend on the input almost everywhere, so no zero gradient is sent through the network a second time: what
 * remains of a gradient penalty's gradient is the least there is to compute.
 */
import * as tf from '@tensorflow/tfjs';
import { customOperation } from './customOperation.ts';
import { hasKernel, optionalKernels, runKernel } from './kernels.ts';

/** y = x where x > 0, slope · x elsewhere; any shape; slope in (0, 1]. */
export function leakyRelu<T extends tf.Tensor>(x: T, slope: number): T {
  return customOperation<T>({
    inputs: [x],
    forward: (save) => {
      const value = tf.leakyRelu(x, slope);
      save([value]);
      return value;
    },
    gradient: (dy, [output]) => [leakyReluGradient(dy, output as T, slope)],
  });
}

/** dy where `output` > 0, slope · dy elsewhere; linear in dy, and differentiable in it. */
export function leakyReluGradient<T extends tf.Tensor>(dy: T, output: tf.Tensor, slope: number): T {
  return customOperation<T>({
    inputs: [dy],
    forward: (save) => {
      save([output]); // the forward pass may be gone by the time that this is differentiated
      return multiplyBySlope(dy, output, slope) as T;
    },
    gradient: (upstream, [kept]) => [leakyReluGradient(upstream, kept as tf.Tensor, slope)],
  });
}

function multiplyBySlope(dy: tf.Tensor, output: tf.Tensor, slope: number): tf.Tensor {
  if (hasKernel(optionalKernels.leakyReluGradient)) {
    return runKernel(optionalKernels.leakyReluGradient, { dy, x: output }, { slope });
  }
  return tf.where(tf.greater(output, 0), dy, tf.mul(dy, slope));
}
