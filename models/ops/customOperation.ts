/** An operation with a gradient of its own, typed: the one place that deals with the engine's argument list. */
import * as tf from '@tensorflow/tfjs';

export interface CustomOperation<Output extends tf.Tensor> {
  /** The tensors the gradient is taken with respect to. */
  readonly inputs: readonly tf.Tensor[];
  /** The value; `save` names what the gradient needs. Temporaries are disposed. */
  forward(save: (tensors: tf.Tensor[]) => void): Output;
  /** One gradient an input, in order, from the upstream gradient and what was saved. */
  gradient(dy: Output, saved: readonly tf.Tensor[]): tf.Tensor[];
}

/** Runs the operation and records it on the tape. What `gradient` does is recorded in turn where it is differentiated. */
export function customOperation<Output extends tf.Tensor>(operation: CustomOperation<Output>): Output {
  const run = tf.customGrad<Output>((...args) => {
    const save = args.at(-1) as (tensors: tf.Tensor[]) => void;
    return {
      value: operation.forward(save),
      gradFunc: (dy: Output, saved: tf.Tensor[]) => operation.gradient(dy, saved),
    };
  });
  return run(...operation.inputs);
}
