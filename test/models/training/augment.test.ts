import type * as TensorFlow from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { augment } from '#models/training/augment.ts';
import { createRandom, type Random } from '#shared/random.ts';
import { testEngine } from '../engine.ts';

let tf: typeof TensorFlow;
const side = 16;
const shape: [number, number, number, number, number] = [1, side, side, side, 1];
const never = 0.5; // above every probability

/** Draws in the order of `augment`: three angles, flip, zoom, shift, brightness; each by chance, then by how much. */
const scripted = (uniforms: readonly number[], integers: readonly number[] = []): Random => {
  const [left, whole] = [[...uniforms], [...integers]];
  return { ...createRandom(0), uniform: () => left.shift() ?? never, integer: () => whole.shift() ?? 0 };
};
const scan = (seed: number): TensorFlow.Tensor5D => tf.randomUniform(shape, -0.9, 0.9, 'float32', seed);
const difference = (a: TensorFlow.Tensor, b: TensorFlow.Tensor): number =>
  tf.tidy(() => tf.max(tf.abs(tf.sub(a, b))).dataSync()[0] ?? NaN);

describe('augmentation', () => {
  beforeAll(async () => {
    tf = await testEngine();
  });

  it('leaves a scan alone when nothing happens', () => {
    const x = scan(1);
    expect(difference(augment(x, scripted([])), x)).toBe(0);
  });

  it('flips left and right, and nothing else', () => {
    const x = scan(2);
    const flipped = augment(x, scripted([never, never, never, 0]));
    expect(difference(flipped, tf.reverse(x, 3))).toBe(0);
  });

  it('shifts along x and y by whole voxels, with background coming in', () => {
    const x = scan(3);
    const shifted = augment(x, scripted([never, never, never, never, never, 0], [6, 1])); // +2 along x, −3 along y
    const kept = tf.slice(x, [0, 0, 3, 0, 0], [1, side, side - 3, side - 2, 1]);
    expect(difference(tf.slice(shifted, [0, 0, 0, 2, 0], kept.shape), kept)).toBe(0);
    expect(difference(tf.slice(shifted, [0, 0, 0, 0, 0], [1, side, side, 2, 1]), tf.scalar(-1))).toBe(0);
    expect(difference(tf.slice(shifted, [0, 0, side - 3, 0, 0], [1, side, 3, side, 1]), tf.scalar(-1))).toBe(0);
  });

  it('turns and scales by interpolation: what is even stays even away from the border', () => {
    const even = tf.fill<TensorFlow.Rank.R5>(shape, 0.25);
    const turned = augment(even, scripted([0, 1, 0, 0, 0, 1, never, 0, 0.5]));
    const inside = tf.slice(turned, [0, 3, 3, 3, 0], [1, side - 6, side - 6, side - 6, 1]);
    expect(difference(inside, tf.scalar(0.25))).toBeLessThan(1e-6);
  });

  it('agrees with moving by whole voxels where a turn by next to nothing is asked for', () => {
    const x = scan(4);
    const half = 0.5 + 1e-9; // of the range of angles: next to 0
    const resampled = augment(x, scripted([0, half, never, never, 0, never, 0], [7, 2]));
    const moved = augment(x, scripted([never, never, never, 0, never, 0], [7, 2]));
    expect(difference(resampled, moved)).toBeLessThan(1e-5);
  });

  it('keeps shape and range, whatever happens, and is the same for the same draws', () => {
    const x = tf.randomUniform<TensorFlow.Rank.R5>([2, side, side, side, 1], -1, 1, 'float32', 5);
    for (let seed = 0; seed < 30; seed++) {
      const changed = augment(x, createRandom(seed));
      expect(changed.shape).toEqual(x.shape);
      const [low, high] = [tf.min(changed).dataSync()[0], tf.max(changed).dataSync()[0]];
      expect(low).toBeGreaterThanOrEqual(-1 - 1e-6);
      expect(high).toBeLessThanOrEqual(1 + 1e-6);
      expect(difference(augment(x, createRandom(seed)), changed)).toBe(0);
    }
  });

  it.each([
    ['shift and flip', [never, never, never, 0, never, 0], [6, 1]],
    ['turn, flip, zoom and shift', [0, 0.2, 0, 0.7, 0, 0.9, 0, 0, 0.6, 0], [3, 8]],
  ])('passes the gradient through: %s', (_name, uniforms, integers) => {
    const [x, step, weight] = [scan(6), scan(7), scan(8)];
    const score = (y: TensorFlow.Tensor): TensorFlow.Scalar =>
      tf.sum(tf.mul(augment(y as TensorFlow.Tensor5D, scripted(uniforms, integers)), weight));
    const alongStep = tf.sum(tf.mul(tf.grad(score)(x), step)).dataSync()[0] ?? NaN;
    const measured = tf.sub(score(tf.add(x, step)), score(x)).dataSync()[0] ?? NaN; // linear in the scan
    expect(alongStep).toBeCloseTo(measured, 2);
  });
});
