/**
 * The engine's kernels that TensorFlow.js has no function for, typed. Volumes are NDHWC, filters [d, h, w, in, out].
 *
 * The optional kernels are registered by the TensorFlow worker; on another backend the callers compose them.
 */
import * as tf from '@tensorflow/tfjs';

/** Kernels of ours that a backend may bring: fused or in place, hence faster and with no temporary. */
export const optionalKernels = {
  leakyReluGradient: 'DoppelLeakyReluGradient',
  adam: 'DoppelAdamInPlace',
  moveToward: 'DoppelMoveTowardInPlace',
  batchNorm: 'DoppelBatchNorm',
  batchNormGradient: 'DoppelBatchNormGradient',
  biasedConvolution: 'DoppelBiasedConvolution',
  sumOfRows: 'DoppelSumOfRows',
} as const;

/** Whether the active backend has the kernel. */
export function hasKernel(name: string): boolean {
  const kernel = tf.getKernel(name, tf.getBackend()) as tf.KernelConfig | undefined;
  return kernel !== undefined;
}

/** Runs a kernel by name and gives its first output; the tape records it if its gradient is registered. */
export function runKernel(name: string, inputs: Record<string, tf.Tensor>, attributes: object): tf.Tensor {
  return runKernels(name, inputs, attributes)[0] as tf.Tensor;
}

/** Runs a kernel by name and gives all its outputs. */
export function runKernels(name: string, inputs: Record<string, tf.Tensor>, attributes: object): tf.Tensor[] {
  const output: tf.Tensor | tf.Tensor[] = tf
    .engine()
    .runKernel(name, inputs, attributes as Parameters<tf.KernelFunc>[0]['attrs']);
  return Array.isArray(output) ? output : [output];
}

export type Shape5 = [number, number, number, number, number];

/** Along d, h, w. */
export type Strides = readonly [number, number, number];

/**
 * Gradient of a 'same' convolution with respect to its input, which is also the transposed convolution:
 * dy [b, d/s, h/s, w/s, out], filter [kd, kh, kw, in, out] → [b, d, h, w, in].
 */
export function convolutionInputGradient(
  inputShape: Shape5,
  dy: tf.Tensor5D,
  filter: tf.Tensor5D,
  strides: Strides,
): tf.Tensor5D {
  const attributes = { pad: 'same', strides: [...strides], inputShape };
  return runKernel('Conv3DBackpropInputV2', { dy, filter }, attributes) as tf.Tensor5D;
}

/**
 * Gradient of a 'same' convolution with respect to its filter:
 * x [b, d, h, w, in], dy [b, d/s, h/s, w/s, out] → [kd, kh, kw, in, out].
 */
export function convolutionFilterGradient(
  x: tf.Tensor5D,
  dy: tf.Tensor5D,
  filterShape: Shape5,
  strides: Strides,
): tf.Tensor5D {
  const attributes = { pad: 'same', strides: [...strides], filterShape };
  return runKernel('Conv3DBackpropFilterV2', { x, dy }, attributes) as tf.Tensor5D;
}
