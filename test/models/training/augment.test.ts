import type * as TensorFlow from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { applyChanges, drawChanges, type Change } from '#models/training/augment.ts';
import { createRandom } from '#shared/random.ts';
import { finiteDifference, largestDifference, testEngine } from '../engine.ts';

let tf: typeof TensorFlow;
const side = 16;
const still: Change = {
  angles: [0, 0, 0],
  zoom: [1, 1, 1],
  shift: [0, 0, 0],
  curve: { lift: 0, contrast: 0 },
  cut: null,
};
const everything: Change = {
  angles: [0.1, -0.12, 0.07],
  zoom: [1.05, 1.05, 1.05],
  shift: [1 / side, -2 / side, 1 / side],
  curve: { lift: 0.3, contrast: -0.2 },
  cut: { low: [0.5, 0.25, 0], high: [0.75, 0.5, 0.5] },
};

/** [count, s, s, s, 1], uniform in [low, high]. */
const scan = (seed: number, { count = 1, of = side, low = -1, high = 1 } = {}): TensorFlow.Tensor5D =>
  tf.randomUniform<TensorFlow.Rank.R5>([count, of, of, of, 1], low, high, 'float32', seed);
/** A smooth blob off the middle, background around: interpolation hardly changes it. */
const blob = (at: (x: number, y: number, z: number) => readonly [number, number, number]): TensorFlow.Tensor5D => {
  const values = new Float32Array(side ** 3);
  const middle = (side - 1) / 2;
  for (let voxel = 0; voxel < values.length; voxel++) {
    const place = [voxel % side, Math.floor(voxel / side) % side, Math.floor(voxel / side ** 2)];
    const [x, y, z] = at(...(place.map((i) => i - middle) as [number, number, number]));
    values[voxel] = -1 + 1.8 * Math.exp(-((x - 3) ** 2 / 18 + (y + 1) ** 2 / 8 + (z - 1) ** 2 / 12));
  }
  return tf.tensor5d(values, [1, side, side, side, 1]);
};

describe('changes of scans', () => {
  beforeAll(async () => {
    tf = await testEngine();
  });

  it('leave a scan alone where nothing happens', async () => {
    const x = scan(1);
    expect(await largestDifference(tf, applyChanges(x, [still]), x)).toBeLessThan(1e-6);
  });

  it('shift by whole voxels exactly, with background coming in', async () => {
    const x = scan(3);
    const shifted = applyChanges(x, [{ ...still, shift: [2 / side, -3 / side, 1 / side] }]); // +2 along x, −3 y, +1 z
    const kept = tf.slice(x, [0, 0, 3, 0, 0], [1, side - 1, side - 3, side - 2, 1]);
    expect(await largestDifference(tf, tf.slice(shifted, [0, 1, 0, 2, 0], kept.shape), kept)).toBeLessThan(1e-6);
    for (const border of [
      tf.slice(shifted, [0, 0, 0, 0, 0], [1, side, side, 2, 1]),
      tf.slice(shifted, [0, 0, 0, 0, 0], [1, 1, side, side, 1]),
    ])
      expect(await largestDifference(tf, border, tf.scalar(-1))).toBeLessThan(1e-6);
  });

  it.each([
    ['x', [0.15, 0, 0]],
    ['y', [0, 0.15, 0]],
    ['z', [0, 0, 0.15]],
  ] as const)('turn about %s, scale and shift as the closed form does', async (axis, angles) => {
    const [zoom, shift] = [1.08, [1, -1, 2]];
    const [cos, sin] = [Math.cos(0.15), Math.sin(0.15)];
    const moved = blob((x, y, z) => {
      const [a, b, c] = [x, y, z].map((place, index) => (place - (shift[index] ?? 0)) / zoom) as [
        number,
        number,
        number,
      ];
      switch (axis) {
        case 'x':
          return [a, cos * b - sin * c, sin * b + cos * c];
        case 'y':
          return [cos * a - sin * c, b, sin * a + cos * c];
        case 'z':
          return [cos * a - sin * b, sin * a + cos * b, c];
      }
    });
    const change: Change = {
      ...still,
      angles,
      zoom: [zoom, zoom, zoom],
      shift: shift.map((voxels) => voxels / side) as [number, number, number],
    };
    const inside = (x: TensorFlow.Tensor5D): TensorFlow.Tensor => tf.slice(x, [0, 3, 3, 3, 0], [1, 10, 10, 10, 1]);
    const turned = applyChanges(
      blob((...place) => place),
      [change],
    );
    expect(await largestDifference(tf, inside(turned), inside(moved))).toBeLessThan(0.12); // interpolation flattens the top
    expect(await largestDifference(tf, inside(turned), inside(blob((...place) => place)))).toBeGreaterThan(0.5);
  });

  it('bend intensities by a curve that rises and keeps its ends, and leave what is outside of [-1, 1]', async () => {
    const steps = 201;
    const line = Float32Array.from({ length: steps }, (_, index) => -1.5 + (3 * index) / (steps - 1));
    const x = tf.tensor5d(line, [1, 1, 1, steps, 1]);
    for (const curve of [
      { lift: 0.4, contrast: 0.4 },
      { lift: -0.4, contrast: 0.4 },
      { lift: 0.4, contrast: -0.4 },
    ]) {
      const bent = await applyChanges(x, [{ ...still, curve }]).data();
      bent.forEach((value, index) => {
        if (index > 0) expect(value).toBeGreaterThan(bent[index - 1] ?? NaN);
        if (Math.abs(line[index] ?? NaN) >= 1) expect(value).toBeCloseTo(line[index] ?? NaN, 5);
      });
    }
  });

  it('cut out a box, to background', async () => {
    const cut = { low: [0.5, 0.25, 0], high: [0.75, 0.5, 0.5] } as const;
    const x = tf.fill<TensorFlow.Rank.R5>([1, side, side, side, 1], 0.5);
    const changed = applyChanges(x, [{ ...still, cut }]);
    const box = tf.slice(changed, [0, 0, 4, 8, 0], [1, 8, 4, 4, 1]);
    expect(await largestDifference(tf, box, tf.scalar(-1))).toBeLessThan(1e-6);
    const sum = (await tf.sum(tf.sub(x, changed)).data())[0];
    expect(sum).toBeCloseTo(1.5 * 8 * 4 * 4, 2);
  });

  it('keep shape and range, whatever is drawn, are the same for the same draws, and leak no tensor', async () => {
    const x = scan(5, { count: 3, of: 8 });
    const before = tf.memory().numTensors;
    for (let seed = 0; seed < 20; seed++) {
      const draw = (): readonly Change[] =>
        drawChanges(createRandom(seed), { count: 3, strength: 0.8, side: 8, isInPlane: false });
      const [changed, again] = [applyChanges(x, draw()), applyChanges(x, draw())];
      expect(changed.shape).toEqual(x.shape);
      const values = await changed.data();
      expect(values.every((value) => value >= -1 - 1e-6 && value <= 1 + 1e-6)).toBe(true);
      expect(await again.data()).toEqual(values);
      tf.dispose([changed, again]);
    }
    expect(tf.memory().numTensors).toBe(before);
  });

  it('treat every scan of a batch by itself', async () => {
    const x = scan(6, { count: 2 });
    const both = applyChanges(x, [still, everything]);
    const alone = applyChanges(tf.slice(x, 1, 1), [everything]);
    expect(await largestDifference(tf, tf.slice(both, 0, 1), tf.slice(x, 0, 1))).toBeLessThan(1e-6);
    expect(await largestDifference(tf, tf.slice(both, 1, 1), alone)).toBeLessThan(1e-6);
  });

  it('happen as often as their strength says, and never at 0', () => {
    const plan = { count: 4000, side, isInPlane: false };
    const drawn = drawChanges(createRandom(1), { ...plan, strength: 0.3 });
    const kinds: readonly ((change: Change) => boolean)[] = [
      ({ angles }) => angles[0] !== 0,
      ({ zoom }) => zoom[0] !== 1,
      ({ curve }) => curve.lift !== 0,
      ({ cut }) => cut !== null,
    ];
    for (const kind of kinds) expect(drawn.filter(kind).length / plan.count).toBeCloseTo(0.3, 1);
    expect(drawChanges(createRandom(1), { ...plan, strength: 0 })).toEqual(Array.from({ length: 4000 }, () => still));
  });

  it('of slabs are those of the whole volume, cut', async () => {
    const x = scan(8);
    const changes = drawChanges(createRandom(11), { count: 1, strength: 1, side: side / 4, isInPlane: true });
    const cut = (volume: TensorFlow.Tensor5D): TensorFlow.Tensor5D =>
      tf.slice(volume, [0, 4, 0, 0, 0], [1, 4, side, side, 1]);
    const slab = applyChanges(cut(x), changes, { from: 4, of: side });
    expect(await largestDifference(tf, slab, cut(applyChanges(x, changes)))).toBeLessThan(1e-6);
  });

  it('of a coarse volume are those of the fine one, where nothing is interpolated', async () => {
    const x = scan(9);
    const change = {
      ...still,
      shift: [4 / side, -4 / side, 0],
      cut: { low: [0.25, 0.5, 0], high: [0.75, 1, 0.5] },
    } as const;
    const coarse = (volume: TensorFlow.Tensor5D): TensorFlow.Tensor5D => tf.avgPool3d(volume, 4, 4, 'valid');
    expect(
      await largestDifference(tf, applyChanges(coarse(x), [change]), coarse(applyChanges(x, [change]))),
    ).toBeLessThan(1e-5);
  });

  it('pass the gradient through, and the gradient of the gradient', async () => {
    const of = 6;
    const x = scan(12, { of, low: -0.9, high: 0.9 });
    const weight = scan(13, { of });
    const score = (y: TensorFlow.Tensor): TensorFlow.Scalar =>
      tf.sum(tf.mul(tf.square(applyChanges(y as TensorFlow.Tensor5D, [everything])), weight));
    const slope = tf.grad(score);
    const penalty = (y: TensorFlow.Tensor): TensorFlow.Scalar => tf.sum(tf.square(slope(y)));
    for (const f of [score, penalty]) {
      const gradient = await tf.grad(f)(x).data();
      for (const index of [70, 93, 121]) {
        const expected = await finiteDifference(tf, f, { at: x, index, step: 1e-2 });
        expect(Math.abs((gradient[index] ?? NaN) - expected)).toBeLessThan(0.02 * Math.max(1, Math.abs(expected)));
      }
    }
  });
});
