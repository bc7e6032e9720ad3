import { describe, expect, it } from 'vitest';
import { degrade } from '#imaging/degrade.ts';
import { cutPair, cutPatch, type PatchRequest } from '#imaging/patches.ts';
import { createRandom } from '#shared/random.ts';
import type { Volume } from '#shared/volume/volume.ts';

const side = 16;
/** A ball of texture in background. */
const volume: Volume = {
  size: [40, 36, 32],
  affine: [
    [1, 0, 0, 0],
    [0, 1, 0, 0],
    [0, 0, 1, 0],
    [0, 0, 0, 1],
  ],
  data: Float32Array.from({ length: 40 * 36 * 32 }, (_, index) => {
    const [x, y, z] = [index % 40, Math.floor(index / 40) % 36, Math.floor(index / (40 * 36))] as const;
    return Math.hypot(x - 20, y - 18, z - 16) < 15 ? 0.8 * Math.sin(0.7 * x + 0.3 * y - 0.5 * z) : -1;
  }),
};
const plain: PatchRequest = {
  factor: [2, 2, 2],
  profile: 'gaussian',
  centre: [20, 18, 16],
  side,
  noise: 0,
  random: null,
  isAugmented: false,
};

describe('patches', () => {
  it.each([
    [[20, 18, 16]],
    [[0, 0, 0]], // moved into the volume
  ] as const)('are made low as the whole scan is: around %j', (centre) => {
    const { low, high } = cutPatch(volume, { ...plain, centre });
    const whole = degrade(volume, { factor: [2, 2, 2], profile: 'gaussian', noise: 0, seed: 0 });
    const first = centre.map((at) => Math.max(0, at - side / 2)) as [number, number, number];
    const half = side / 2;
    for (let index = 0; index < low.length; index++) {
      const [x, y, z] = [index % half, Math.floor(index / half) % half, Math.floor(index / half ** 2)] as const;
      const at = x + first[0] / 2 + 20 * (y + first[1] / 2 + 18 * (z + first[2] / 2));
      expect(low[index]).toBe(whole.data[at]);
    }
    expect(high[0]).toBe(volume.data[first[0] + 40 * (first[1] + 36 * first[2])]);
  });

  it('turned and mirrored, fine and coarse still belong together', () => {
    for (let seed = 0; seed < 20; seed++) {
      const { low, high } = cutPatch(volume, {
        ...plain,
        profile: 'box',
        random: createRandom(seed),
        isAugmented: true,
      });
      const means = new Float64Array(low.length);
      const half = side / 2;
      high.forEach((value, index) => {
        const [x, y, z] = [index % side, Math.floor(index / side) % side, Math.floor(index / side ** 2)] as const;
        const block = Math.floor(x / 2) + half * (Math.floor(y / 2) + half * Math.floor(z / 2));
        means[block] = (means[block] ?? 0) + value / 8;
      });
      low.forEach((value, index) => {
        expect(value).toBeCloseTo(means[index] ?? Number.NaN, 5);
      });
      expect(high.every((value) => value >= -1 && value <= 1)).toBe(true);
    }
  });

  it('axes change places with those of the same factor only', () => {
    const z = {
      ...volume,
      data: volume.data.map((_, index) => (Math.floor(index / (40 * 36)) % 2 === 0 ? 0.5 : -0.5)),
    };
    for (let seed = 0; seed < 20; seed++) {
      const { low } = cutPatch(z, {
        ...plain,
        factor: [1, 1, 2],
        profile: 'box',
        random: createRandom(seed),
        isAugmented: true,
      });
      expect(new Set(low.map((value) => Math.round(1e4 * value))).size).toBe(1); // slices alternate along z, and average out
    }
  });

  it('noise stays below what was asked for, leaves background alone, and comes from the seed', () => {
    const request = (seed: number): PatchRequest => ({
      ...plain,
      centre: [6, 6, 6],
      noise: 0.1,
      random: createRandom(seed),
    });
    const clean = cutPatch(volume, { ...plain, centre: [6, 6, 6] }).low;
    const noisy = cutPatch(volume, request(3)).low;
    expect(cutPatch(volume, request(3)).low).toEqual(noisy);
    expect(cutPatch(volume, request(4)).low).not.toEqual(noisy);
    const inside = [...clean.keys()].filter((index) => clean[index] !== -1);
    clean.forEach((value, index) => {
      if (value === -1) expect(noisy[index]).toBe(-1);
    });
    const squares = inside.map((index) => ((noisy[index] ?? 0) - (clean[index] ?? 0)) ** 2);
    const deviation = Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / squares.length);
    expect(deviation).toBeGreaterThan(0);
    expect(deviation).toBeLessThan(0.1 * 2 * 1.2);
  });

  it('of a real pair lie on whole blocks and are turned, mirrored and brightened alike', () => {
    const factor = [1, 2, 4] as const;
    const low = degrade(volume, { factor, profile: 'box', noise: 0, seed: 0 });
    const [lowX, lowY, lowZ] = [side, side / 2, side / 4];
    for (let seed = 0; seed < 20; seed++) {
      const request = { factor, centre: [21, 17, 15] as const, side, noise: 0 };
      const pair = cutPair({ high: volume, low }, { ...request, random: createRandom(seed), isAugmented: true });
      const means = new Float64Array(pair.low.length);
      pair.high.forEach((value, index) => {
        const [x, y, z] = [index % side, Math.floor(index / side) % side, Math.floor(index / side ** 2)] as const;
        const at = x + lowX * (Math.floor(y / 2) + lowY * Math.floor(z / 4));
        means[at] = (means[at] ?? 0) + value / 8;
      });
      expect(pair.low).toHaveLength(lowX * lowY * lowZ);
      pair.low.forEach((value, index) => {
        expect(value).toBeCloseTo(means[index] ?? NaN, 5);
      });
    }
    const moved = cutPair({ high: volume, low }, { factor, centre: [0, 40, 0], side, noise: 0, random: null, isAugmented: false }); // prettier-ignore
    expect(moved.high[0]).toBe(volume.data[40 * (36 - side)]);
    expect(moved.low[0]).toBe(low.data[40 * ((36 - side) / 2)]);
  });
});
