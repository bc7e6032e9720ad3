/**
 * Puts minimal filtering (`models/ops/minimalFiltering.ts`) in the place of TensorFlow's convolutions where it is faster:
 * under the same kernel names, so that networks and gradients of any order need not know of it.
 */
import type * as TensorFlow from '@tensorflow/tfjs';
import { optionalKernels, type Shape5 } from '#models/ops/kernels.ts';
import { isWorthMinimalFiltering, minimalConvolution, minimalFilterGradient } from '#models/ops/minimalFiltering.ts';

type Volume = TensorFlow.Tensor5D;
type Inputs = Readonly<Record<string, TensorFlow.Tensor>>;
type Run = (inputs: Inputs, attributes: object) => TensorFlow.TensorInfo | undefined;

/** For processors; a GPU's library chooses for itself. Call once, after the kernels of `nativeKernels.ts`. */
export function registerMinimalConvolutions(tf: typeof TensorFlow): void {
  instead(tf, 'Conv3D', (inputs, attributes) => {
    const { x, filter } = inputs as { x: Volume; filter: Volume };
    const stride = strideOf(attributes);
    return isWorthMinimalFiltering(x.shape, filter.shape, stride)
      ? minimalConvolution({ x, filter, stride })
      : undefined;
  });
  instead(tf, optionalKernels.biasedConvolution, (inputs, attributes) => {
    const { x, filter, bias, added } = inputs as { x: Volume; filter: Volume; bias: TensorFlow.Tensor; added?: Volume };
    const { stride, slope } = attributes as { readonly stride: number; readonly slope: number };
    if (added !== undefined || !isWorthMinimalFiltering(x.shape, filter.shape, stride)) return undefined;
    return minimalConvolution({ x, filter, stride, after: { bias, slope } });
  });
  instead(tf, 'Conv3DBackpropInputV2', (inputs, attributes) => {
    const { dy, filter } = inputs as { dy: Volume; filter: Volume };
    const [depth, height, width, into, out] = filter.shape;
    const stride = strideOf(attributes);
    if (stride !== 1 || !isWorthMinimalFiltering(dy.shape, [depth, height, width, out, into], stride)) return undefined;
    return tf.tidy(() => minimalConvolution({ x: dy, filter: adjoint(tf, filter), stride }));
  });
  instead(tf, 'Conv3DBackpropFilterV2', (inputs, attributes) => {
    const { x, dy } = inputs as { x: Volume; dy: Volume };
    const { filterShape } = attributes as { readonly filterShape: Shape5 };
    const stride = strideOf(attributes);
    return isWorthMinimalFiltering(x.shape, filterShape, stride)
      ? minimalFilterGradient(x, dy, filterShape, stride)
      : undefined;
  });
}

/** Has a kernel ask `run` first, and do its own work where that gives nothing. */
function instead(tf: typeof TensorFlow, kernelName: string, run: Run): void {
  const kernel = tf.getKernel(kernelName, 'tensorflow') as TensorFlow.KernelConfig | undefined;
  if (kernel === undefined) return;
  tf.unregisterKernel(kernelName, 'tensorflow');
  tf.registerKernel({
    ...kernel,
    kernelFunc: (call) => run(call.inputs as Inputs, call.attrs as object) ?? kernel.kernelFunc(call),
  });
}

/** The stride of a 'same' convolution that has one for all axes; 0: another. */
function strideOf(attributes: object): number {
  const { pad, strides } = attributes as { readonly pad: string; readonly strides: number | readonly number[] };
  const [first = 0, ...others] = typeof strides === 'number' ? [strides] : strides;
  return pad === 'same' && others.every((stride) => stride === first) ? first : 0;
}

/** The filter whose 'same' convolution is the gradient towards the input: mirrored, [k, k, k, in, out] → [k, k, k, out, in]. */
function adjoint(tf: typeof TensorFlow, filter: Volume): Volume {
  return tf.transpose(tf.reverse(filter, [0, 1, 2]), [0, 1, 2, 4, 3]);
}
