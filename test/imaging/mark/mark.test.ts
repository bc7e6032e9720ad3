/** What the mark of a project withstands and what it does not, and that it is not found where it is not. */
import { describe, expect, it } from 'vitest';
import { addMark, markPsnr } from '#imaging/mark/addMark.ts';
import { detectMark, markThreshold } from '#imaging/mark/detectMark.ts';
import { smoothVolume } from '#imaging/smooth.ts';
import { cuesOf } from '#imaging/studyCues.ts';
import { createRandom } from '#shared/random.ts';
import { testFairness } from '#shared/study/fairness.ts';
import { turnFromRas, turnToRas } from '#shared/volume/orientation.ts';
import type { Volume } from '#shared/volume/volume.ts';
import { drawnScan, high, low } from './drawnScan.ts';

const keyOf = (name: number): string => name.toString(16).padStart(64, '0');
const key = keyOf(7);
const original = drawnScan(1);
const marked = addMark({ volume: original, low, high, background: 0, key });

const changed = (change: (value: number, index: number) => number): Volume => ({
  ...marked.volume,
  data: marked.volume.data.map(change),
});

/** A box of voxels from `first` on; what lies beyond the volume is 0. */
function boxOf({ data, size: [nx, ny, nz], affine }: Volume, first: readonly number[], size: readonly [number, number, number]): Volume {
  const [x0 = 0, y0 = 0, z0 = 0] = first;
  const box = new Float32Array(size[0] * size[1] * size[2]);
  for (let z = 0, index = 0; z < size[2]; z++)
    for (let y = 0; y < size[1]; y++)
      for (let x = 0; x < size[0]; x++, index++) {
        const [i, j, k] = [x + x0, y + y0, z + z0];
        if (i >= 0 && j >= 0 && k >= 0 && i < nx && j < ny && k < nz) box[index] = data[i + nx * (j + ny * k)] ?? 0;
      }
  return { size, affine, data: box };
} // prettier-ignore

describe('the mark of a project', () => {
  it('changes a scan by the stated signal-to-noise ratio in the brain, and nothing around it', () => {
    expect(marked.psnr).toBeGreaterThan(markPsnr - 1e-3);
    expect(marked.psnr).toBeLessThan(markPsnr + 0.5); // what would leave the range is cut off
    const { data } = marked.volume;
    expect(data.every((value, index) => (original.data[index] === 0 ? value === 0 : value >= low && value <= high))).toBe(true);
    expect(addMark({ volume: original, low, high, background: 0, key }).volume.data).toEqual(data);
  }); // prettier-ignore

  const random = createRandom(5);
  const noise = marked.volume.data.map(() => random.normal());
  it.each<readonly [string, Volume]>([
    ['as it is', marked.volume],
    ['16-bit rounding', changed((value) => Math.round(value * 32) / 32)],
    ['8-bit rounding', changed((value) => (Math.round((value / high) * 255) * high) / 255)],
    ['another scale of intensity', changed((value) => 3.7 * value - 120)],
    ['noise of 1 % of the range, in the air too', changed((value, index) => value + 0.01 * high * (noise[index] ?? 0))],
    ['cropping', boxOf(marked.volume, [3, 2, 4], [34, 36, 33])],
    ['padding', boxOf(marked.volume, [-5, -11, -2], [52, 60, 48])],
    ['half of the brain', boxOf(marked.volume, [0, 0, 0], [20, 40, 40])],
    [
      'another axis order',
      turnToRas(turnFromRas(marked.volume, [[0, -2, 0, 0], [0, 0, 2, 0], [-2, 0, 0, 0], [0, 0, 0, 1]])),
    ],
  ])('is found after: %s', (_, volume) => {
    expect(detectMark(volume, [key]).p).toBeLessThan(markThreshold);
  }); // prettier-ignore

  it('is found by the right one of several keys, which cost a bound so many times as large', () => {
    const alone = detectMark(marked.volume, [key]);
    const among = detectMark(marked.volume, [keyOf(1), key, keyOf(2)]);
    expect(among.score).toBe(alone.score);
    expect(among.p).toBeCloseTo(3 * alone.p, 12);
  });

  it('is lost to smoothing and mirroring', () => {
    const smooth = marked.volume.data.slice();
    smoothVolume(smooth, marked.volume.size, [1.5, 1.5, 1.5]);
    const [nx] = marked.volume.size;
    const mirrored = changed((_, index) => marked.volume.data[index - (index % nx) + nx - 1 - (index % nx)] ?? 0);
    for (const volume of [{ ...marked.volume, data: smooth }, mirrored])
      expect(detectMark(volume, [key]).p).toBeGreaterThan(markThreshold);
  });

  it('is found in no scan without it and with no other key', () => {
    let least = 1;
    for (let scan = 0; scan < 8; scan++) {
      const unmarked = drawnScan(100 + scan, 24);
      const other = addMark({ volume: unmarked, low, high, background: 0, key: keyOf(1000 + scan) }).volume;
      for (const volume of [unmarked, other])
        for (const name of [1, 2]) least = Math.min(least, detectMark(volume, [keyOf(name)]).p);
    }
    expect(least).toBeGreaterThan(1e-3); // the bound is generous: 32 trials stay far above it
  });

  it('does not give synthetic scans away to the fairness guard of reader studies', () => {
    const cases = Array.from({ length: 40 }, (_, index) => {
      const isSynthetic = index % 2 === 1;
      const drawn = drawnScan(200 + index, 24);
      const { data, ...place } = isSynthetic ? addMark({ volume: drawn, low, high, background: 0, key }).volume : drawn;
      const volume = { ...place, data: data.map((value) => value / 500 - 1) };
      return { isSynthetic, features: cuesOf(volume, new Uint8Array(352)) };
    });
    expect(testFairness({ cases, remedies: [], seed: 1 }).fair).toBe(true);
  });

  it('says nothing of what has no brain', () => {
    const empty = { ...original, data: new Float32Array(original.data.length) };
    expect(detectMark(empty, [key])).toEqual({ score: 0, p: 1 });
    expect(addMark({ volume: empty, low, high, background: 0, key })).toEqual({ volume: empty, psnr: Infinity });
  });
});
