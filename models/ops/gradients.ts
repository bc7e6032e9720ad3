/**
 * The gradients TensorFlow.js lacks for volumes: of the two gradients of a convolution (so that transposed convolutions
 * train, and a gradient penalty can itself be differentiated), and of comparisons. Registered once, on import of
 * `registerVolumeGradients`. All are bilinear in their inputs, so each is again a convolution.
 */
import * as tf from '@tensorflow/tfjs';
import { sumOfRows } from './bias.ts';
import { convolutionFilterGradient, optionalKernels } from './kernels.ts';
import { transposedConvolution } from './transposedConvolution.ts';

interface ConvolutionAttributes {
  readonly pad: 'same' | 'valid' | number;
  readonly strides: number | readonly [number, number, number];
}

/** The strides of a kernel call; everything of ours is 'same', and says so if it is not. */
function stridesOf(attributes: object): [number, number, number] {
  const { pad, strides } = attributes as ConvolutionAttributes;
  if (pad !== 'same') throw new Error(`Only 'same' convolutions have gradients here; got pad ${pad}.`);
  return typeof strides === 'number' ? [strides, strides, strides] : [...strides];
}

function replaceGradient(config: tf.GradConfig): void {
  const known = tf.getGradient(config.kernelName) as tf.GradConfig | undefined;
  if (known !== undefined) tf.unregisterGradient(config.kernelName);
  tf.registerGradient(config);
}

let registered = false;

/** Makes convolutions, transposed convolutions and comparisons differentiable to any order. Safe to call again. */
export function registerVolumeGradients(): void {
  if (registered) return;
  registered = true;

  replaceGradient({
    kernelName: 'Conv3D',
    inputsToSave: ['x', 'filter'],
    gradFunc: (upstream, saved, attributes) => {
      const [x, filter] = saved as [tf.Tensor5D, tf.Tensor5D];
      const dy = upstream as tf.Tensor5D;
      const strides = stridesOf(attributes);
      return {
        x: () => transposedConvolution(x.shape, dy, filter, strides),
        filter: () => convolutionFilterGradient(x, dy, filter.shape, strides),
      };
    },
  });
  replaceGradient({
    kernelName: 'Conv3DBackpropInputV2',
    inputsToSave: ['dy', 'filter'],
    gradFunc: (upstream, saved, attributes) => {
      const [dy, filter] = saved as [tf.Tensor5D, tf.Tensor5D];
      const g = upstream as tf.Tensor5D;
      const strides = stridesOf(attributes);
      return {
        dy: () => tf.conv3d(g, filter, strides, 'same'),
        filter: () => convolutionFilterGradient(g, dy, filter.shape, strides),
      };
    },
  });
  replaceGradient({
    kernelName: 'Conv3DBackpropFilterV2',
    inputsToSave: ['x', 'dy'],
    gradFunc: (upstream, saved, attributes) => {
      const [x, dy] = saved as [tf.Tensor5D, tf.Tensor5D];
      const g = upstream as tf.Tensor<tf.Rank.R5>;
      const strides = stridesOf(attributes);
      return {
        x: () => transposedConvolution(x.shape, dy, g, strides),
        dy: () => tf.conv3d(x, g, strides, 'same'),
      };
    },
  });
  replaceGradient({
    kernelName: optionalKernels.biasedConvolution, // without its activation, which `biasedConvolution.ts` sees to
    inputsToSave: ['x', 'filter'],
    gradFunc: (upstream, saved, attributes) => {
      const [x, filter] = saved as [tf.Tensor5D, tf.Tensor5D];
      const dy = upstream as tf.Tensor5D;
      const { stride } = attributes as unknown as { readonly stride: number };
      const strides = [stride, stride, stride] as const;
      return {
        x: () => transposedConvolution(x.shape, dy, filter, strides),
        filter: () => convolutionFilterGradient(x, dy, filter.shape, strides),
        bias: () => sumOfRows(dy),
        added: () => tf.clone(dy),
      };
    },
  });
  replaceGradient({
    kernelName: 'Greater',
    inputsToSave: ['a', 'b'],
    gradFunc: (_upstream, saved) => {
      const [a, b] = saved as [tf.Tensor, tf.Tensor];
      return { a: () => tf.zerosLike(a), b: () => tf.zerosLike(b) };
    },
  });
}
