import { beforeAll, describe, expect, it } from 'vitest';
import type * as TensorFlow from '@tensorflow/tfjs';
import { createContrastiveFeatures, trainContrastive } from '#models/features/contrastiveFeatures.ts';
import { createRandom } from '#shared/random.ts';
import { testEngine } from '../engine.ts';

let tf: typeof TensorFlow;
beforeAll(async () => {
  tf = await testEngine();
});

const side = 16;
/** A ball somewhere, with a second one inside. */
function ball(seed: number): Float32Array {
  const random = createRandom(seed);
  const [cx, cy, cz, radius, inner] = [6, 6, 6, 4, 1].map((least) => least + 3 * random.uniform()) as [number, number, number, number, number]; // prettier-ignore
  return Float32Array.from({ length: side ** 3 }, (_, at) => {
    const [z, y, x] = [Math.floor(at / side ** 2), Math.floor(at / side) % side, at % side] as const;
    const r = Math.hypot(x - cx, y - cy, z - cz);
    return r > radius ? -1 : r > inner ? 0.5 : -0.2;
  });
}
const scans = Array.from({ length: 6 }, (_, at) => ball(at));

describe('contrastive features', () => {
  it('learn to tell scans apart, the same for the same seed, and leave no tensors', async () => {
    const before = tf.memory().numTensors;
    const losses: number[] = [];
    const options = { seed: 3, steps: 16, onStep: (_step: number, loss: number) => Promise.resolve(void losses.push(loss)) }; // prettier-ignore
    const filters = await trainContrastive(scans, side, options);
    const first = [...losses];
    const again = await trainContrastive(scans, side, options);
    expect(first.slice(-5).reduce((sum, loss) => sum + loss, 0)).toBeLessThan(
      first.slice(0, 5).reduce((sum, loss) => sum + loss, 0),
    );
    filters.forEach((value, at) => {
      expect(Math.abs(value - (again[at] ?? Number.NaN))).toBeLessThan(1e-3);
    });
    const network = createContrastiveFeatures(filters);
    const input = tf.tensor5d(scans[0] ?? new Float32Array(), [1, side, side, side, 1]);
    const features = network.extract(input);
    expect(features.shape).toEqual([1, network.length]);
    expect((await features.data()).every(Number.isFinite)).toBe(true);
    tf.dispose([input, features]);
    network.dispose();
    expect(tf.memory().numTensors).toBe(before);
    expect(() => createContrastiveFeatures(filters.slice(1))).toThrow(RangeError);
  });
});
