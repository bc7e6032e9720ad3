/**
 * Changes of scans that a discriminator sees: real and synthetic ones alike, differentiable, so that a generator learns
 * through them and does not learn to make them (Zhao et al. 2020, arXiv 2006.10738; Karras et al. 2020, arXiv 2006.06676).
 *
 * A scan is turned, scaled, shifted, changed in brightness and contrast, and has a box cut out, each by chance. None of it
 * leaves [-1, 1], and background stays background. Left and right are never exchanged: pathology has sides.
 */
import * as tf from '@tensorflow/tfjs';
import type { Random } from '#shared/random.ts';
import type { Piece } from './pieces.ts';

const mostRadians = 0.15; // about each axis, 8.6°
const mostZoom = 1.1;
const mostShift = 1 / 8; // of the side, as in both papers
const mostCurve = 0.4; // of the two parts of the intensity curve, which then rises everywhere
const cutShare = 1 / 2; // of the side, as in both papers

/** Along x, y and z, which are the tensor's w, h and d. */
type Triple = readonly [number, number, number];

/** What happens to one scan, in parts of its side, so that pieces of it at any resolution are changed alike. */
export interface Change {
  /** Radians about x, y and z. */
  readonly angles: Triple;
  readonly zoom: Triple;
  readonly shift: Triple;
  /** Lifts the middle intensities (below 0: lowers them), and steepens them (below 0: flattens them). */
  readonly curve: { readonly lift: number; readonly contrast: number };
  /** The box cut out, from `low` to `high`. */
  readonly cut: { readonly low: Triple; readonly high: Triple } | null;
}

/** What happens to the scans of a batch; null: nothing. */
export type Changes = readonly Change[] | null;

/** Those of a piece of the batch. */
export const changesIn = (changes: Changes, { from, count }: Pick<Piece, 'from' | 'count'>): Changes =>
  changes?.slice(from, from + count) ?? null;

export interface ChangePlan {
  /** Scans. */
  readonly count: number;
  /** Probability of each kind of change. */
  readonly strength: number;
  /** Voxels a side at the coarsest resolution the scan is seen at: shifts and boxes are whole there. */
  readonly side: number;
  /** Whether the scan is seen in slabs of d: then nothing moves along z. */
  readonly isInPlane: boolean;
}

export function drawChanges(random: Random, { count, strength, side, isInPlane }: ChangePlan): readonly Change[] {
  const happens = (): boolean => random.uniform() < strength;
  const within = (most: number): number => most * (2 * random.uniform() - 1);
  const whole = (share: number): number => Math.round(share * side) / side;
  const triple = (draw: () => number): Triple => [draw(), draw(), draw()];
  const cutBox = (): Change['cut'] => {
    const low = triple(() => whole(random.uniform() - cutShare / 2)); // its middle is anywhere
    return { low, high: low.map((share) => share + whole(cutShare)) as [number, number, number] };
  };
  return Array.from({ length: count }, () => {
    const angles: Triple = happens() ? triple(() => within(mostRadians)) : [0, 0, 0];
    const zoom = happens() ? mostZoom ** within(1) : 1;
    const shift: Triple = happens() ? triple(() => whole(within(mostShift))) : [0, 0, 0];
    const curve = happens() ? { lift: within(mostCurve), contrast: within(mostCurve) } : { lift: 0, contrast: 0 };
    const cut = happens() ? cutBox() : null;
    return isInPlane
      ? { angles: [0, 0, angles[2]], zoom: [zoom, zoom, 1], shift: [shift[0], shift[1], 0], curve, cut }
      : { angles, zoom: [zoom, zoom, zoom], shift, curve, cut };
  });
}

/** Which part of the scans along d: `from` its first slice, both in voxels of this resolution. */
export interface Slab {
  readonly from: number;
  readonly of: number;
}

/**
 * Scans, or the same slab of each, x [b, d, s, s, 1] in [-1, 1], each with its change → the same shape, x itself where
 * nothing happens. Differentiable in x to any order; values outside of [-1, 1] are moved, but not bent.
 */
export function applyChanges(x: tf.Tensor5D, changes: Changes, slab: Slab = wholeOf(x)): tf.Tensor5D {
  if (changes === null) return x;
  return tf.tidy(() => {
    const voxels: tf.Tensor4D = tf.squeeze(tf.add(x, 1), [4]); // background is 0, as outside: [b, d, s, s]
    return tf.expandDims<tf.Tensor5D>(tf.sub(cutOut(bend(warp(voxels, changes), changes), changes, slab), 1), 4);
  });
}

const wholeOf = (x: tf.Tensor5D): Slab => ({ from: 0, of: x.shape[1] });

/** Of the tensor's dimensions [b, d, h, w]. */
const [zAxis, yAxis, xAxis] = [1, 2, 3] as const;

/** One scan's part of a pass: voxel i takes the place scale · i + shear · k + shift, counted from the middle. */
interface Line {
  readonly scale: number;
  readonly shear: number;
  readonly shift: number;
}
interface Pass {
  readonly axis: number;
  /** k is the place along this one. */
  readonly along: number;
  line(change: Change, side: number): Line;
}

/**
 * A turn in a plane is two passes, each along one axis (Catmull & Smith 1980, SIGGRAPH 14:279); the last one along an axis
 * scales and shifts as well. The passes are matrix products, a hundred times quicker than gathering eight corners.
 */
const passes: readonly Pass[] = [
  { axis: yAxis, along: zAxis, line: ({ angles: [a] }) => firstLine(a) },
  { axis: zAxis, along: yAxis, line: ({ angles: [a] }) => ({ scale: Math.cos(a), shear: Math.sin(a), shift: 0 }) },
  { axis: xAxis, along: zAxis, line: ({ angles: [, a] }) => firstLine(a) },
  {
    axis: zAxis,
    along: xAxis,
    line: ({ angles: [, a], zoom, shift }, side) => placed(Math.cos(a), Math.sin(a), zoom[2], shift[2] * side),
  },
  {
    axis: xAxis,
    along: yAxis,
    line: ({ angles: [, , a], zoom, shift }, side) => placed(1 / Math.cos(a), -Math.tan(a), zoom[0], shift[0] * side),
  },
  {
    axis: yAxis,
    along: xAxis, // which is scaled and shifted by now
    line({ angles: [, , a], zoom, shift }, side) {
      const [scale, shear] = [Math.cos(a) / zoom[1], Math.sin(a) / zoom[0]];
      return { scale, shear, shift: -(scale * shift[1] + shear * shift[0]) * side };
    },
  },
];

const firstLine = (angle: number): Line => ({ scale: 1 / Math.cos(angle), shear: -Math.tan(angle), shift: 0 });
const placed = (scale: number, shear: number, zoom: number, shift: number): Line => ({
  scale: scale / zoom,
  shear,
  shift: -(scale / zoom) * shift,
});

const isStill = ({ scale, shear, shift }: Line): boolean => scale === 1 && shear === 0 && shift === 0;

/** [b, d, s, s] turned, scaled and shifted about the middle; what comes from outside is 0. */
function warp(voxels: tf.Tensor4D, changes: readonly Change[]): tf.Tensor4D {
  const side = voxels.shape[3];
  let warped = voxels;
  for (const { axis, along, line } of passes) {
    const lines = changes.map((change) => line(change, side));
    if (!lines.every(isStill)) warped = resampleLines(warped, { axis, along, lines });
  }
  return warped;
}

/** Linear between the two voxels beside the place: a convex mean, so that the range is kept. */
function resampleLines(
  voxels: tf.Tensor4D,
  { axis, along, lines }: { readonly axis: number; readonly along: number; readonly lines: readonly Line[] },
): tf.Tensor4D {
  const length = voxels.shape[axis] as number;
  const across = voxels.shape[along] as number;
  const [middle, middleAcross] = [(length - 1) / 2, (across - 1) / 2];
  const places = new Float32Array(lines.length * across * length);
  let entry = 0;
  for (const { scale, shear, shift } of lines) {
    for (let k = 0; k < across; k++) {
      for (let i = 0; i < length; i++)
        places[entry++] = scale * (i - middle) + shear * (k - middleAcross) + shift + middle;
    }
  }
  const place = tf.tensor4d(places, [lines.length, across, 1, length]);
  const voxel = tf.reshape(tf.range(0, length), [1, 1, length, 1]);
  const shares = tf.relu(tf.sub(1, tf.abs(tf.sub(place, voxel)))); // [b, across, from, to]
  const passive = zAxis + yAxis + xAxis - axis - along;
  const order = [0, along, passive, axis];
  const resampled = tf.matMul<tf.Tensor4D>(tf.transpose(voxels, order), shares); // [b, across, passive, to]
  return tf.transpose(
    resampled,
    [0, 1, 2, 3].map((dimension) => order.indexOf(dimension)),
  );
}

/** Intensities u in [0, 2] by v + v(1 − v)(lift + contrast · (2v − 1)), v = u/2: it rises, and both ends stay. */
function bend(voxels: tf.Tensor4D, changes: readonly Change[]): tf.Tensor4D {
  if (changes.every(({ curve }) => curve.lift === 0 && curve.contrast === 0)) return voxels;
  const each = (values: number[]): tf.Tensor4D => tf.tensor4d(values, [values.length, 1, 1, 1]);
  const lift = each(changes.map(({ curve }) => curve.lift));
  const contrast = each(changes.map(({ curve }) => curve.contrast));
  const half = tf.mul(voxels, 0.5);
  const held = tf.sub(tf.relu(half), tf.relu(tf.sub(half, 1))); // in [0, 1]
  const bump = tf.mul(tf.mul(held, tf.sub(1, held)), tf.add(lift, tf.mul(contrast, tf.sub(tf.mul(held, 2), 1))));
  return tf.add(voxels, tf.mul(bump, 2));
}

/** What lies in a scan's box becomes background. */
function cutOut(voxels: tf.Tensor4D, changes: readonly Change[], { from, of }: Slab): tf.Tensor4D {
  if (changes.every(({ cut }) => cut === null)) return voxels;
  const [count, depth, height, width] = voxels.shape;
  /** Where a voxel's middle is in the box along an axis: [b · length] of 0 and 1. */
  const inside = (axis: 0 | 1 | 2, { length, first, side }: { length: number; first: number; side: number }) =>
    Float32Array.from({ length: count * length }, (_, index) => {
      const cut = changes[Math.floor(index / length)]?.cut ?? null;
      const share = (first + (index % length) + 0.5) / side;
      return cut !== null && share > cut.low[axis] && share < cut.high[axis] ? 1 : 0;
    });
  const alongX = tf.tensor4d(inside(0, { length: width, first: 0, side: width }), [count, 1, 1, width]);
  const alongY = tf.tensor4d(inside(1, { length: height, first: 0, side: height }), [count, 1, height, 1]);
  const alongZ = tf.tensor4d(inside(2, { length: depth, first: from, side: of }), [count, depth, 1, 1]);
  return tf.mul(voxels, tf.sub(1, tf.mul(alongZ, tf.mul(alongY, alongX))));
}
