/** Reference values: test/fixtures/statistics/make_likeness.py (numpy's transform). */
import { beforeAll, describe, expect, it } from 'vitest';
import type * as TensorFlow from '@tensorflow/tfjs';
import golden from '#test/fixtures/statistics/likeness.json' with { type: 'json' };
import { radialPower, spectrumDistance } from '#models/features/powerSpectrum.ts';
import { testEngine } from '../engine.ts';

let tf: typeof TensorFlow;
beforeAll(async () => {
  tf = await testEngine();
});

/** The formula of make_likeness.py. */
const wave = (side: number): Float32Array =>
  Float32Array.from({ length: side ** 3 }, (_, voxel) => {
    const [z, y, x] = [Math.floor(voxel / side ** 2), Math.floor(voxel / side) % side, voxel % side] as const;
    return Math.sin(0.7 * x + 0.1 * y) * Math.cos(0.4 * z) + 0.3 * Math.sin(2.1 * z + 1.3 * y);
  });

describe('radial power spectrum', () => {
  it.each(Object.entries(golden.spectra))('is that of numpy at %s³', async (text, expected) => {
    const side = Number(text);
    const before = tf.memory().numTensors;
    const scans = tf.tensor5d([...wave(side), ...wave(side).map((value) => 2 * value)], [2, side, side, side, 1]);
    const power = radialPower(scans);
    expect(power.shape).toEqual([2, expected.length]);
    const found = await power.data();
    expected.forEach((value, shell) => {
      expect(Math.abs((found[shell] ?? Number.NaN) - value)).toBeLessThan(1e-5 * Math.max(1, value));
      expect(Math.abs((found[expected.length + shell] ?? Number.NaN) - 4 * value)).toBeLessThan(
        4e-5 * Math.max(1, value),
      );
    });
    tf.dispose([scans, power]);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('has the distance that a factor makes in dB', () => {
    const power = Float32Array.of(1, 4, 2);
    expect(spectrumDistance(power, power)).toBe(0);
    expect(spectrumDistance(power.map((value) => 10 * value), power)).toBeCloseTo(10, 6); // prettier-ignore
  });
});
