/** The fixed feature network against its definition, summed voxel by voxel in 64 bits. */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type * as TensorFlow from '@tensorflow/tfjs';
import { createRandomFeatures, type FeatureNetwork } from '#models/features/randomFeatures.ts';
import { createRandom } from '#shared/random.ts';
import { testEngine } from '../engine.ts';

const maps = [16, 32, 64] as const;
const side = 16;

let tf: typeof TensorFlow;
let network: FeatureNetwork;
beforeAll(async () => {
  tf = await testEngine();
  network = createRandomFeatures();
});
afterAll(() => {
  network.dispose();
});

/** A map of `channels` numbers a voxel, the voxels of a cube in the order z, y, x. */
interface Maps {
  readonly side: number;
  readonly channels: number;
  readonly values: Float64Array;
}

/** 'same' 3³ convolution with `filter` [3, 3, 3, in, out] and ReLU. */
function convolve({ side: n, channels, values }: Maps, filter: Float32Array, out: number): Maps {
  const result = new Float64Array(n ** 3 * out);
  const offsets = [-1, 0, 1];
  for (let voxel = 0; voxel < n ** 3; voxel++) {
    const [z, y, x] = [Math.floor(voxel / n ** 2), Math.floor(voxel / n) % n, voxel % n];
    for (const [dz, dy, dx] of offsets.flatMap((a) => offsets.flatMap((b) => offsets.map((c) => [a, b, c] as const)))) {
      const place = [z + dz, y + dy, x + dx] as const;
      if (place.some((at) => at < 0 || at >= n)) continue;
      const from = ((place[0] * n + place[1]) * n + place[2]) * channels;
      const tap = ((dz + 1) * 9 + (dy + 1) * 3 + dx + 1) * channels;
      for (let into = 0; into < channels; into++)
        for (let to = 0; to < out; to++)
          result[voxel * out + to] =
            (result[voxel * out + to] ?? 0) + (values[from + into] ?? 0) * (filter[(tap + into) * out + to] ?? 0);
    }
  }
  return { side: n, channels: out, values: result.map((value) => Math.max(0, value)) };
}

/** Mean of `power` over blocks of `block`³ voxels. */
function blockMeans({ side: n, channels, values }: Maps, block: number, power = 1): Maps {
  const coarse = n / block;
  const result = new Float64Array(coarse ** 3 * channels);
  for (let voxel = 0; voxel < n ** 3; voxel++) {
    const [z, y, x] = [Math.floor(voxel / n ** 2), Math.floor(voxel / n) % n, voxel % n].map((at) =>
      Math.floor(at / block),
    ) as [number, number, number];
    const to = ((z * coarse + y) * coarse + x) * channels;
    for (let channel = 0; channel < channels; channel++)
      result[to + channel] =
        (result[to + channel] ?? 0) + (values[voxel * channels + channel] ?? 0) ** power / block ** 3;
  }
  return { side: coarse, channels, values: result };
}

function expectedFeatures(scan: Float32Array, weights: Float32Array): number[] {
  let hidden: Maps = { side, channels: 1, values: Float64Array.from(scan, (value) => (value + 1) / 2) };
  let from = 0;
  return maps.flatMap((out) => {
    const length = 27 * hidden.channels * out;
    const activated = convolve(hidden, weights.slice(from, from + length), out);
    from += length;
    hidden = blockMeans(activated, 2);
    const mean = blockMeans(activated, activated.side / 2).values;
    const square = blockMeans(activated, activated.side / 2, 2).values;
    return [...mean, ...square.map((value, at) => Math.sqrt(Math.max(0, value - (mean[at] ?? 0) ** 2)))];
  });
}

describe('features of a fixed random network', () => {
  const random = createRandom(3);
  const scans = [0, 1].map(() => random.normals(side ** 3).map((value) => Math.tanh(value)));

  it('are what its definition says', async () => {
    const before = tf.memory().numTensors;
    const batch = tf.tensor5d(Float32Array.from(scans.flatMap((scan) => [...scan])), [2, side, side, side, 1]);
    const features = network.extract(batch);
    expect(features.shape).toEqual([2, network.length]);
    const found = await features.data();
    const expected = scans.flatMap((scan) => expectedFeatures(scan, network.weights));
    expect(expected.length).toBe(found.length);
    expect(Math.max(...expected.map((value, at) => Math.abs(value - (found[at] ?? Number.NaN))))).toBeLessThan(1e-5);
    tf.dispose([batch, features]);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('have one name for one set of filters: other filters need another name', () => {
    const { weights, name } = network;
    const hash = createHash('sha256').update(new Uint8Array(weights.buffer, weights.byteOffset, weights.byteLength));
    expect([name, hash.digest('hex')]).toEqual([
      'random-3d-1',
      '402c5e96ba80ad97a7a30238f74ecc97fe6aa4d8ad2177b210a35b398cf7e110',
    ]);
  });
});
