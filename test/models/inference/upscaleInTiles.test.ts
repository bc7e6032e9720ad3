import { describe, expect, it } from 'vitest';
import { growTile, tilesOf, voxelsOf } from '#models/inference/tiles.ts';
import { upscaleInTiles, type Grid } from '#models/inference/upscaleInTiles.ts';
import type { SuperResolutionModel } from '#models/model.ts';
import { srGan } from '#models/srGan.ts';
import { createRandom } from '#shared/random.ts';
import { parseFactor } from '#shared/volume/factor.ts';
import { testEngine } from '../engine.ts';

const tf = await testEngine();

/** A network whose every layer matters: fresh ones begin as plain interpolation. */
function scrambledModel(settings: Readonly<Record<string, unknown>>): SuperResolutionModel {
  const config = srGan.configSchema.parse({ features: 8, blocks: 2, ...settings });
  const model = srGan.create({ config, seed: 3 });
  const random = createRandom(5);
  for (const { weights, buffers } of Object.values(model.networks)) {
    for (const variable of [...Object.values(weights), ...Object.values(buffers)]) {
      const voxels = variable.shape.reduce((all, side) => all * side, 1);
      const values = random.normals(voxels).map((value) => 0.08 * value + (variable.shape.length === 1 ? 0.3 : 0));
      tf.tidy(() => {
        variable.assign(tf.tensor(values, variable.shape));
      });
    }
  }
  return model;
}

function randomGrid(size: Grid['size']): Grid {
  return {
    size,
    data: createRandom(8)
      .normals(voxelsOf(size))
      .map((value) => Math.max(-1, Math.min(1, value / 2))),
  };
}

async function inOnePass(model: SuperResolutionModel, { size: [w, h, d], data }: Grid): Promise<Float32Array> {
  const high = tf.tidy(() => model.upscale(tf.tensor5d(data, [1, d, h, w, 1])));
  const values = (await high.data()) as Float32Array;
  high.dispose();
  return values;
}

const largestDifference = (a: Float32Array, b: Float32Array): number =>
  a.reduce((largest, value, at) => Math.max(largest, Math.abs(value - (b[at] ?? NaN))), 0);

describe('tiles', () => {
  it('cover a box once, none larger than asked', () => {
    const tiles = tilesOf({ first: [2, 0, 1], size: [21, 8, 17] }, 8);
    expect(tiles.reduce((sum, { size }) => sum + voxelsOf(size), 0)).toBe(21 * 8 * 17);
    expect(tiles.every(({ size }) => Math.max(...size) <= 8)).toBe(true);
    expect(new Set(tiles.map(({ first }) => first.join())).size).toBe(3 * 1 * 3);
  });

  it('grow as far as there are voxels', () => {
    const bounds = { first: [0, 0, 0], size: [20, 10, 10] } as const;
    expect(growTile({ first: [6, 0, 4], size: [5, 10, 4] }, 3, bounds)).toEqual({
      first: [3, 0, 1],
      size: [11, 10, 9],
    });
  });
});

describe('a volume in tiles', () => {
  it.each([
    { factor: 2 },
    { factor: 4, blocks: 1 },
    { factor: '1x1x2' },
    { factor: '1x1x4', normalisation: 'batch' },
    { factor: 2, skip: false },
    { factor: 4, blocks: 1, skip: false },
    { factor: '1x1x4', blocks: 1, skip: false },
    { factor: 4, blocks: 1, upsampler: 'subpixel-nearest', skip: false },
    { factor: 2, upsampler: 'subpixel', skip: false },
    { factor: '2x2x1', upsampler: 'subpixel-nearest' },
  ])('equals one pass: %o', async (settings) => {
    const model = scrambledModel(settings);
    const low = randomGrid(settings.factor === 4 ? [11, 9, 12] : [21, 13, 18]);
    const factor = parseFactor(settings.factor);
    const expected = await inOnePass(model, low);
    const before = tf.memory().numTensors;
    const calls: [number, number][] = [];
    const high = await upscaleInTiles({
      model,
      factor,
      low,
      tile: 8,
      onTile: (done, total) => {
        calls.push([done, total]);
        return Promise.resolve();
      },
    });
    expect(tf.memory().numTensors).toBe(before);
    expect(high.data).toHaveLength(expected.length);
    expect(Math.max(...expected) - Math.min(...expected)).toBeGreaterThan(0.5); // the network says something
    expect(largestDifference(high.data, expected)).toBeLessThan(1e-4);
    expect(calls.at(-1)).toEqual([calls.length, calls.length]);
    model.dispose();
  });

  it('stops between tiles when it is told to, and keeps no tensors', async () => {
    const model = scrambledModel({ factor: 2 });
    const before = tf.memory().numTensors;
    let calls = 0;
    const stopped = upscaleInTiles({
      model,
      factor: [2, 2, 2],
      low: randomGrid([16, 16, 16]),
      tile: 8,
      onTile: () => {
        calls++;
        return calls === 2 ? Promise.reject(new Error('stop')) : Promise.resolve();
      },
    });
    await expect(stopped).rejects.toThrow('stop');
    expect(calls).toBe(2);
    expect(tf.memory().numTensors).toBe(before);
    model.dispose();
  });
});
