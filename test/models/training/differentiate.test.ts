import { beforeAll, expect, it } from 'vitest';
import type * as TensorFlow from '@tensorflow/tfjs';
import { differentiate, unrecorded } from '#models/training/differentiate.ts';
import { testEngine } from '../engine.ts';

let tf: typeof TensorFlow;
beforeAll(async () => {
  tf = await testEngine();
});

it('what happens unrecorded counts as a constant, can be differentiated itself, and leaves nothing behind', async () => {
  const x = tf.scalar(3);
  const before = tf.memory().numTensors;
  let inner: number[] = [];
  const { value, gradients } = differentiate<TensorFlow.Scalar>(() => {
    const square = tf.square(x);
    const held = unrecorded(() => {
      const cube = differentiate<TensorFlow.Scalar>(() => tf.mul(square, x), [x, square]);
      inner = [cube.value, ...cube.gradients].map((tensor) => tensor?.dataSync()[0] ?? Number.NaN);
      return cube.value;
    });
    return tf.mul(square, held); // 9 · 27, of which 27 is held
  }, [x]);
  expect(inner).toEqual([27, 9, 3]); // x² towards x, x towards x²: the square was made outside
  expect(Array.from(await value.data())).toEqual([243]);
  expect(gradients[0]?.dataSync()[0]).toBe(2 * 3 * 27);
  tf.dispose([value, ...gradients.map((gradient) => gradient ?? [])]);
  expect(tf.memory().numTensors).toBe(before);
});
