/** What the parity tests of the generators share: losses, gradients and weights compared with PyTorch's. */
import { expect } from 'vitest';
import type * as TensorFlow from '@tensorflow/tfjs';
import type { NamedTensors, Scalars, Trainable } from '#models/model.ts';

/** The same losses, each to 1e-3 of its value; below 0.01 absolutely. */
export function expectLosses(actual: Scalars, expected: Scalars, where: string): void {
  expect(Object.keys(actual).toSorted(), where).toEqual(Object.keys(expected).toSorted());
  for (const [name, value] of Object.entries(expected)) {
    const error = Math.abs((actual[name] as number) - value) / Math.max(0.01, Math.abs(value));
    expect(error, `${where}: ${name} is ${String(actual[name])} for ${String(value)}`).toBeLessThan(1e-3);
  }
}

/** √Σ of squares over tensors. */
async function normOf(tf: typeof TensorFlow, tensors: readonly TensorFlow.Tensor[]): Promise<number> {
  const norm = tf.tidy(() => tf.sqrt(tf.addN(tensors.map((tensor) => tf.sum(tf.square(tensor))))));
  const [value] = await norm.data();
  norm.dispose();
  return value ?? Number.NaN;
}

/** Norms of the gradients of the last step, by network, read off first moments that forget at once or started at 0. */
export async function gradientNorms(
  tf: typeof TensorFlow,
  model: Trainable,
  beta1: number,
): Promise<Record<string, number>> {
  const norms: Record<string, number> = {};
  for (const [name, optimizer] of Object.entries(model.optimizers)) {
    const first = Object.entries(optimizer.moments()).flatMap(([key, moment]) =>
      key.endsWith('.first') ? [moment] : [],
    );
    norms[name] = (await normOf(tf, first)) / (1 - beta1);
  }
  return norms;
}

/** Norms equal to 1e-3. */
export function expectNorms(actual: Scalars, expected: Scalars, where: string): void {
  for (const [name, value] of Object.entries(expected))
    expect(Math.abs((actual[name] as number) / value - 1), `${where}: ${name}`).toBeLessThan(1e-3);
}

/** Copies of every network's weights; the caller disposes. */
export function copyWeights(tf: typeof TensorFlow, model: Trainable): Record<string, NamedTensors> {
  return Object.fromEntries(
    Object.entries(model.networks)
      .filter(([, { weights }]) => Object.keys(weights).length > 0)
      .map(([network, { weights }]) => [
        network,
        Object.fromEntries(Object.entries(weights).map(([key, weight]) => [key, tf.tidy(() => tf.add(weight, 0))])),
      ]),
  );
}

/** √Σ(w − w₀)² over the weights of each network. */
export async function changes(
  tf: typeof TensorFlow,
  model: Trainable,
  starts: Readonly<Record<string, NamedTensors>>,
): Promise<Record<string, number>> {
  const moved: Record<string, number> = {};
  for (const [network, start] of Object.entries(starts)) {
    const weights = model.networks[network]?.weights ?? {};
    const differences = Object.entries(start).map(([key, before]) => tf.sub(weights[key] as TensorFlow.Tensor, before));
    moved[network] = await normOf(tf, differences);
    tf.dispose(differences);
  }
  return moved;
}
