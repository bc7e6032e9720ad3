import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type * as TensorFlow from '@tensorflow/tfjs';
import { hasKernel, optionalKernels } from '#models/ops/kernels.ts';
import { createAdam, moveToward } from '#models/training/adam.ts';
import { registerNativeKernels } from '#worker/nativeKernels.ts';
import { testEngine } from '../engine.ts';

/** Values of PyTorch 2.8: `test/fixtures/models/make_adam.py`. */
const golden = {
  adam: [0.4735674, -1.0264326, 1.9735676, 0.2764326],
  adamW: [0.4720972, -1.0234075, 1.967602, 0.275655],
};

describe('Adam', () => {
  let tf: typeof TensorFlow;
  beforeAll(async () => {
    tf = await testEngine();
  });
  afterEach(() => {
    registerNativeKernelsIfMissing(tf);
  });

  /** Three steps on gradients that change sign and size, as in the script. */
  async function threeSteps(weightDecay: number): Promise<number[]> {
    const weight = tf.variable(tf.tensor1d([0.5, -1, 2, 0.25]));
    const adam = createAdam({ weight }, { rate: 0.01, beta1: 0.9, beta2: 0.999, weightDecay });
    for (const step of [1, 2, 3]) {
      adam.apply({ weight: tf.mul(tf.tensor1d([0.3, 2, 0.001, -4]), step % 2 === 0 ? 0.5 / step : step) });
    }
    const values = [...(await weight.data())];
    adam.dispose();
    weight.dispose();
    return values;
  }

  it.each([
    ['Adam', 0, golden.adam],
    ['AdamW', 0.1, golden.adamW],
  ])('%s in place and composed give the values of PyTorch', async (_name, weightDecay, expected) => {
    const inPlace = await threeSteps(weightDecay);
    tf.unregisterKernel(optionalKernels.adam, 'tensorflow');
    const composed = await threeSteps(weightDecay);
    expected.forEach((value, index) => {
      expect(inPlace[index]).toBeCloseTo(value, 5);
      expect(composed[index]).toBeCloseTo(value, 5);
    });
  });

  it('updating in place leaves a copy of the weights as it was, and leaks nothing', async () => {
    const weight = tf.variable(tf.tensor1d([1, 2, 3]));
    const copy = tf.add(weight, 0);
    const adam = createAdam({ weight }, { rate: 0.1, beta1: 0.9, beta2: 0.999 });
    const before = tf.memory().numTensors;
    adam.apply({ weight: tf.tensor1d([1, 1, 1]) });
    expect(tf.memory().numTensors).toBe(before);
    expect([...(await copy.data())]).toEqual([1, 2, 3]);
    expect((await weight.data())[0]).toBeCloseTo(0.9, 5);
    tf.dispose([weight, copy]);
    adam.dispose();
  });

  it('notes the length of the gradient of all weights when asked, and goes as many times as far as it is told', async () => {
    const weights = { a: tf.variable(tf.tensor1d([1, 2])), b: tf.variable(tf.tensor2d([[3]])) };
    const adam = createAdam(weights, { rate: 0.1, beta1: 0.9, beta2: 0.999 });
    const gradients = (): Record<string, TensorFlow.Tensor> => ({ a: tf.tensor1d([2, -3]), b: tf.tensor2d([[6]]) });
    const before = tf.memory().numTensors;
    expect(await adam.takeNorm()).toBeNull();
    adam.watchNorm();
    adam.apply(gradients());
    expect(await adam.takeNorm()).toBeCloseTo(7, 5); // √(4 + 9 + 36)
    adam.rateScale = 0.5;
    adam.apply(gradients());
    expect(await adam.takeNorm()).toBeNull();
    expect(tf.memory().numTensors).toBe(before);
    expect((await weights.a.data())[0]).toBeCloseTo(0.85, 5);
    adam.watchNorm();
    adam.apply(gradients());
    adam.dispose();
    tf.dispose(Object.values(weights));
    expect(tf.memory().numTensors).toBe(before - 6); // four moments, two weights
  });

  it('a moving average goes the asked share of the way', async () => {
    const average = tf.variable(tf.tensor1d([0, 10]));
    const target = tf.variable(tf.tensor1d([1, 0]));
    moveToward({ w: average }, { w: target }, 0.25);
    expect([...(await average.data())]).toEqual([0.25, 7.5]);
    expect([...(await target.data())]).toEqual([1, 0]);
    tf.dispose([average, target]);
  });
});

function registerNativeKernelsIfMissing(tf: typeof TensorFlow): void {
  if (hasKernel(optionalKernels.adam)) return;
  for (const name of Object.values(optionalKernels)) {
    if (hasKernel(name)) tf.unregisterKernel(name, 'tensorflow');
  }
  registerNativeKernels(tf);
}
