import { describe, expect, it } from 'vitest';
import { maskBrain, otsuThreshold } from '#imaging/brainMask.ts';
import { closeGaps } from '#imaging/closeGaps.ts';
import { cropMask } from '#imaging/crop.ts';
import { percentilesOf } from '#imaging/percentiles.ts';
import { clearEnclosed, keepLargestRegion } from '#imaging/regions.ts';
import { createRandom } from '#shared/random.ts';
import { brainValues, twoMillimetres } from './scanFixture.ts';

/** Regions by flooding, the slow and plain way. */
function floodLabels(mask: Uint8Array, [nx, ny, nz]: readonly [number, number, number], value: number): Int32Array {
  const labels = new Int32Array(mask.length).fill(-1);
  for (let start = 0; start < mask.length; start++) {
    if (mask[start] !== value || labels[start] !== -1) continue;
    const stack = [start];
    labels[start] = start;
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      const [x, y, z] = [at % nx, Math.floor(at / nx) % ny, Math.floor(at / nx / ny)];
      const neighbours = [
        [x > 0, at - 1],
        [x < nx - 1, at + 1],
        [y > 0, at - nx],
        [y < ny - 1, at + nx],
        [z > 0, at - nx * ny],
        [z < nz - 1, at + nx * ny],
      ] as const;
      for (const [exists, next] of neighbours) {
        if (exists && mask[next] === value && labels[next] === -1) {
          labels[next] = start;
          stack.push(next);
        }
      }
    }
  }
  return labels;
}

const size = [13, 11, 9] as const;
const speckles = (seed: number, share: number): Uint8Array => {
  const random = createRandom(seed);
  return Uint8Array.from({ length: size[0] * size[1] * size[2] }, () => (random.uniform() < share ? 1 : 0));
};

describe('regions', () => {
  it.each([1, 2, 3, 4, 5])('the largest is the one that flooding finds (%i)', (seed) => {
    const mask = speckles(seed, 0.3);
    const labels = floodLabels(mask, size, 1);
    const counts = new Map<number, number>();
    for (const label of labels) if (label >= 0) counts.set(label, (counts.get(label) ?? 0) + 1);
    const most = Math.max(...counts.values());
    expect(keepLargestRegion(mask, size)).toBe(most);
    expect(mask.reduce((sum, value) => sum + value, 0)).toBe(most);
    expect(new Set(labels.filter((_, at) => mask[at] === 1)).size).toBe(1);
  });

  it.each([1, 2, 3, 4, 5])('holes are those that flooding does not reach from a face (%i)', (seed) => {
    const mask = speckles(seed, 0.6);
    const labels = floodLabels(mask, size, 0);
    const open = new Set<number>();
    labels.forEach((label, at) => {
      const [x, y, z] = [at % size[0], Math.floor(at / size[0]) % size[1], Math.floor(at / size[0] / size[1])];
      if (x === 0 || y === 0 || z === 0 || x === size[0] - 1 || y === size[1] - 1 || z === size[2] - 1) open.add(label);
    });
    const expected = mask.map((value, at) => (value === 0 && !open.has(labels[at] ?? -1) ? 1 : value));
    clearEnclosed(mask, size, 0);
    expect(mask).toEqual(expected);
  });

  it('closing bridges a narrow gap and keeps the outline', () => {
    const bars = new Uint8Array(size[0] * size[1] * size[2]);
    for (let z = 3; z < 6; z++)
      for (let y = 3; y < 8; y++) for (const x of [3, 4, 7, 8]) bars[x + 13 * (y + 11 * z)] = 1;
    closeGaps(bars, size, [1, 1, 1]);
    expect(bars.reduce((sum, value) => sum + value, 0)).toBe(6 * 5 * 3);
    expect(bars[5 + 13 * (3 + 11 * 3)]).toBe(1);
  });
});

describe('percentiles', () => {
  it('are those of sorted data, with and without a mask, for any sign and size', () => {
    const random = createRandom(5);
    const data = Float32Array.from({ length: 999 }, () => random.normal() * 10 ** (6 * random.uniform() - 3));
    const mask = Uint8Array.from(data, () => (random.uniform() < 0.4 ? 1 : 0));
    for (const [chosen, values] of [
      [null, data],
      [mask, data.filter((_, at) => mask[at] === 1)],
    ] as const) {
      const sorted = values.toSorted();
      const fractions = [0, 0.005, 0.25, 0.5, 0.995, 1];
      percentilesOf(data, chosen, fractions).forEach((found, at) => {
        const rank = (fractions[at] ?? 0) * (sorted.length - 1);
        const [low = 0, high = 0] = [sorted[Math.floor(rank)], sorted[Math.ceil(rank)]];
        expect(found).toBeCloseTo(low + (high - low) * (rank % 1), 3);
      });
    }
  });

  it('Otsu’s threshold parts two heaps of values', () => {
    const random = createRandom(6);
    const data = Float32Array.from({ length: 4000 }, (_, at) => (at % 4 === 0 ? 90 : 12) + 4 * random.normal());
    const threshold = otsuThreshold(data, 0, 110);
    expect(threshold).toBeGreaterThan(25);
    expect(threshold).toBeLessThan(78);
  });
});

describe('the brain', () => {
  const whole = [30, 34, 28] as const;
  const brain = brainValues(whole);
  const truth = brain.reduce((sum, value) => sum + (value > 0 ? 1 : 0), 0);
  const found = (data: Float32Array): number => {
    const { mask } = maskBrain({ size: whole, affine: twoMillimetres, data });
    return mask.reduce((sum, value) => sum + value, 0);
  };

  it('of a stripped scan is every voxel that is not background, holes filled', () => {
    const holed = brain.map((value, at) => (at === 15 + 30 * (17 + 34 * 14) ? 0 : value));
    expect(found(holed)).toBe(truth);
  });

  it('is found on any background value, below or above its own', () => {
    for (const background of [-1000, 1000])
      expect(found(brain.map((value) => (value === 0 ? background : value)))).toBe(truth);
  });

  it('is found where intensities were standardised and the background is 0 among them', () => {
    expect(Math.abs(found(brain.map((value) => (value === 0 ? 0 : (value - 100) / 20))) / truth - 1)).toBeLessThan(
      0.02,
    );
  });

  it('is found in noisy air, and specks outside are left out', () => {
    const random = createRandom(9);
    const noisy = brain.map((value) => Math.hypot(value + 6 * random.normal(), 6 * random.normal()));
    noisy[0] = 150;
    expect(Math.abs(found(noisy) / truth - 1)).toBeLessThan(0.05);
  });

  it('lies in the box that the mask covers', () => {
    const { box, mask } = maskBrain({ size: whole, affine: twoMillimetres, data: brain });
    const expected = cropMask(
      Uint8Array.from(brain, (value) => (value > 0 ? 1 : 0)),
      whole,
      box,
    );
    expect(mask).toEqual(expected);
    expect(box.size[0] * box.size[1] * box.size[2]).toBe(mask.length);
  });

  it('is not found in a scan that has none', () => {
    const dots = new Float32Array(brain.length);
    dots[5000] = 10;
    expect(() => found(dots)).toThrow('stands out');
  });

  it('is not found in noise, whatever its level, but is in a scan that is half noise', () => {
    const random = createRandom(4);
    expect(() => found(brain.map(() => Math.hypot(5 * random.normal(), 5 * random.normal())))).toThrow('noise alone');
    expect(() => found(brain.map(() => 100 + 5 * random.normal()))).toThrow('noise alone');
    const noisy = brain.map((value) => Math.hypot(value + 35 * random.normal(), 35 * random.normal()));
    expect(Math.abs(found(noisy) / truth - 1)).toBeLessThan(0.25);
  });
});
