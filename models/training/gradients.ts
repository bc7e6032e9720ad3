/** Gradients of a loss made of named terms, with respect to named leaves. */
import * as tf from '@tensorflow/tfjs';
import type { NamedTensors } from '../model.ts';
import { differentiate } from './differentiate.ts';

export interface Loss {
  readonly total: tf.Scalar;
  /** Scalars to report; any of them may be the total. */
  readonly terms: Readonly<Record<string, tf.Tensor>>;
}

export interface LossGradients {
  /** By name, of the leaves the loss depends on; the caller's. */
  readonly gradients: NamedTensors;
  /** Scalars; the caller's. */
  readonly terms: NamedTensors;
}

/** Evaluates `loss` once and differentiates its total. Everything else it made is disposed. */
export function lossGradients(leaves: NamedTensors, loss: () => Loss): LossGradients {
  const names = Object.keys(leaves);
  const terms: Record<string, tf.Tensor> = {};
  const evaluate = (): tf.Scalar => {
    const { total, terms: reported } = loss();
    for (const [name, term] of Object.entries(reported)) terms[name] = tf.keep(tf.clone(term));
    return total;
  };
  // A gradient penalty does not depend on the biases of a piecewise linear critic: leaves without gradient are allowed.
  try {
    const { value, gradients } = differentiate(evaluate, Object.values(leaves));
    value.dispose();
    const known = names.flatMap((name, index) => {
      const gradient = gradients[index] ?? null;
      return gradient === null ? [] : [[name, gradient] as const];
    });
    return { gradients: Object.fromEntries(known), terms };
  } catch (thrown) {
    tf.dispose(terms);
    throw thrown;
  }
}

/** Sum of two sets of gradients, both of which it takes over; a name in one of them only is kept as it is. */
export function addGradients(a: NamedTensors, b: NamedTensors): NamedTensors {
  const sums: Record<string, tf.Tensor> = { ...a };
  for (const [name, gradient] of Object.entries(b)) {
    const other = sums[name];
    if (other === undefined) {
      sums[name] = gradient;
    } else {
      sums[name] = tf.add(other, gradient);
      tf.dispose([other, gradient]);
    }
  }
  return sums;
}

/** The root of the sum of squares over all of them; the caller's. */
export function globalNorm(gradients: NamedTensors): tf.Scalar {
  const squares = Object.values(gradients).map((gradient) => tf.tidy(() => tf.sum<tf.Scalar>(tf.square(gradient))));
  const norm = tf.tidy(() => (squares.length === 0 ? tf.scalar(0) : tf.sqrt(tf.addN(squares))));
  tf.dispose(squares);
  return tf.keep(norm);
}

/** The same tensors under `<prefix>/<name>`, so that several networks are differentiated together. */
export function withPrefix(prefix: string, tensors: NamedTensors): NamedTensors {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [`${prefix}/${name}`, tensor]));
}

/** The tensors of one prefix, under their own names. */
export function withoutPrefix(prefix: string, tensors: NamedTensors): NamedTensors {
  const start = `${prefix}/`;
  return Object.fromEntries(
    Object.entries(tensors).flatMap(([name, tensor]) =>
      name.startsWith(start) ? [[name.slice(start.length), tensor]] : [],
    ),
  );
}

/** Reads scalars as numbers and disposes them. */
export async function readScalars(terms: NamedTensors): Promise<Record<string, number>> {
  const names = Object.keys(terms);
  const tensors = Object.values(terms);
  const all = tf.tidy(() => tf.stack(tensors.map((term) => tf.reshape(term, []))));
  const values = await all.data();
  tf.dispose([all, ...tensors]);
  return Object.fromEntries(names.map((name, index) => [name, values[index] as number]));
}
