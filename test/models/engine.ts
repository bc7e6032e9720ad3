/** The engine for tests of tensor code: loaded once a process, with the kernels the workers use. */
import type * as TensorFlow from '@tensorflow/tfjs';
import { registerNativeKernels } from '#worker/nativeKernels.ts';
import { loadTensorFlow } from '#worker/tensorflow.ts';

let engine: Promise<typeof TensorFlow> | undefined;

/** TensorFlow.js on TensorFlow, native kernels included. */
export function testEngine(): Promise<typeof TensorFlow> {
  engine ??= loadTensorFlow().then(({ tf }) => {
    registerNativeKernels(tf);
    return tf;
  });
  return engine;
}

/** A tensor of seeded standard normal values. */
export function normalTensor<R extends TensorFlow.Rank>(
  tf: typeof TensorFlow,
  shape: TensorFlow.ShapeMap[R],
  seed: number,
): TensorFlow.Tensor<R> {
  return tf.randomNormal<R>(shape, 0, 1, 'float32', seed);
}

/** Central difference of `f` along element `index` of the tensor. */
export async function finiteDifference(
  tf: typeof TensorFlow,
  f: (x: TensorFlow.Tensor) => TensorFlow.Tensor,
  { at, index, step }: { at: TensorFlow.Tensor; index: number; step: number },
): Promise<number> {
  const values = await at.data();
  const evaluate = async (offset: number): Promise<number> => {
    const moved = Float32Array.from(values);
    moved[index] = (moved[index] ?? 0) + offset;
    const x = tf.tensor(moved, at.shape);
    const result = tf.tidy(() => f(x));
    const [value] = await result.data();
    tf.dispose([x, result]);
    return value ?? Number.NaN;
  };
  return ((await evaluate(step)) - (await evaluate(-step))) / (2 * step);
}

/** Largest absolute difference of two tensors of one shape. */
export async function largestDifference(
  tf: typeof TensorFlow,
  a: TensorFlow.Tensor,
  b: TensorFlow.Tensor,
): Promise<number> {
  const difference = tf.tidy(() => tf.max(tf.abs(tf.sub(a, b))));
  const [value] = await difference.data();
  difference.dispose();
  return value ?? Number.NaN;
}
