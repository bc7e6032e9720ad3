/**
 * The target that a scan is most like, over all poses it may lie in: first where it lies on what the targets have in
 * common, then the likeliest targets there, then their poses to a fraction of a voxel. Likeness is the correlation of
 * local contrast less what the targets have in common: 1 for a copy, about 0 for people who have nothing to do with each
 * other. Every scan, real or synthetic, goes the same way, so that searching longer cannot make copies of some.
 */
import type { Vector3 } from '#shared/volume/affine.ts';
import type { Contrast, ContrastLevels } from './localContrast.ts';
import { matrixOf, mirrorOf, turns, type Pose } from './pose.ts';
import { viewOf, type Places, type Targets, type View } from './targets.ts';

export interface Nearest {
  /** Number of the target. */
  readonly target: number;
  /** Correlation, −1 to 1. */
  readonly similarity: number;
  readonly pose: Pose;
}

/** Steps in voxels of the coarse level on which a scan is laid on the common brain, and around that on each target. */
const laidOn = [-4, -2, 0, 2, 4] as const;
const nextTo = [-1, 0, 1] as const;
const around = [-2, -1, 0, 1, 2] as const;
const margin = 12; // voxels of zeros around a padded volume: more than all steps together
/** Places that tell how a scan lies; telling people apart takes more. */
const layingEvery = 2;
/** So many targets are looked at closely. */
const candidates = 3;
/** Steps of the refinement: voxels of the fine level, and degrees. */
const refinements = [
  { voxels: 1, degrees: 2 },
  { voxels: 0.5, degrees: 1 },
  { voxels: 0.25, degrees: 0.5 },
] as const;
const mostRounds = 2; // through all six directions, a step

interface Padded {
  readonly side: number;
  readonly data: Float32Array;
}

function pad({ side, data }: Contrast): Padded {
  const wide = side + 2 * margin;
  const padded = new Float32Array(wide ** 3);
  for (let z = 0; z < side; z++) {
    for (let y = 0; y < side; y++) {
      const from = side * (y + side * z);
      padded.set(data.subarray(from, from + side), margin + wide * (y + margin + wide * (z + margin)));
    }
  }
  return { side: wide, data: padded };
}

/** Of each place, the voxel of the padded volume that a turn brings there. */
function voxelsOf({ x, y, z, side }: Places, turn: number): Int32Array {
  const { axes, signs } = turns[turn]!;
  const wide = side + 2 * margin;
  const strides = [1, wide, wide ** 2] as const;
  const [sx, sy, sz] = [0, 1, 2].map((common) => signs[common]! * strides[axes[common]!]) as [number, number, number];
  const middle = ((wide - 1) / 2) * (1 + wide + wide ** 2);
  return Int32Array.from(x, (_, at) => Math.round(middle + sx * x[at]! + sy * y[at]! + sz * z[at]!));
}

interface Laid {
  readonly turn: number;
  /** In voxels of the coarse level, along the scan's axes. */
  readonly shift: Vector3;
  readonly likeness: number;
}

function stepTo(side: number, [x, y, z]: Vector3): number {
  return x + side * (y + side * z);
}

/** Finds nearest targets, one query after the other. */
export interface Search {
  /** `without`: targets that are not looked at. Null where fewer than two are left. */
  nearest(query: ContrastLevels, without?: ReadonlySet<number>): Nearest | null;
}

export function createSearch(targets: Targets): Search {
  const { search, refine, judge } = targets;
  const count = search.rows.length;
  const all = Array.from({ length: count }, (_, target) => target);
  const viewsOf = (among: readonly number[]): Views => ({ search: viewOf(search, among), refine: viewOf(refine, among), judge: viewOf(judge, among) }); // prettier-ignore
  const whole = viewsOf(all);
  const voxels = turns.map((_, turn) => voxelsOf(search, turn));
  const zoom = judge.side / search.side; // fine voxels in a coarse one
  return {
    nearest: (query, without = new Set()) => {
      const views = without.size === 0 ? whole : viewsOf(all.filter((target) => !without.has(target)));
      if (views.search.among.length < 2) return null;
      const padded = pad(query.coarse);
      const laid = layOnCommon(padded, views.search, voxels);
      const found = candidatesFor(padded, views.search, voxels, laid);
      let best: Nearest | null = null;
      for (const { target, turn, shift } of found) {
        const start: Pose = { turn: turns[turn]!, shift: scale(shift, zoom), rotation: [0, 0, 0] };
        const pose = refinePose(query.fine, views.refine, target, start);
        const similarity = similarityAt(query.fine, views.judge, target, pose);
        if (best === null || similarity > best.similarity) best = { target, similarity, pose };
      }
      return best;
    },
  };
}

interface Views {
  readonly search: View;
  readonly refine: View;
  readonly judge: View;
}

const scale = ([x, y, z]: Vector3, by: number): Vector3 => [x * by, y * by, z * by];

/** Correlation of what `voxels` + `step` of the scan hold with the targets' mean, at every n-th place. */
function likenessToCommon({ data }: Padded, common: Float32Array, voxels: Int32Array, step: number): number {
  let product = 0;
  let own = 0;
  let theirs = 0;
  for (let at = 0; at < common.length; at += layingEvery) {
    const a = data[voxels[at]! + step]!;
    const b = common[at]!;
    product += a * b;
    own += a * a;
    theirs += b * b;
  }
  return own === 0 || theirs === 0 ? 0 : product / Math.sqrt(own * theirs);
}

/** How a scan lies on what the targets have in common; the second is its mirror image. */
function layOnCommon(padded: Padded, { common }: View, voxels: readonly Int32Array[]): readonly [Laid, Laid] {
  let best: Laid = { turn: 0, shift: [0, 0, 0], likeness: -Infinity };
  const look = (turn: number, shift: Vector3, than: Laid): Laid => {
    const likeness = likenessToCommon(padded, common, voxels[turn]!, stepTo(padded.side, shift));
    return likeness > than.likeness ? { turn, shift, likeness } : than;
  };
  for (let turn = 0; turn < turns.length; turn++) {
    for (const z of laidOn) for (const y of laidOn) for (const x of laidOn) best = look(turn, [x, y, z], best);
  }
  const closer = (turn: number, [x, y, z]: Vector3): Laid => {
    let found: Laid = { turn, shift: [x, y, z], likeness: -Infinity };
    for (const c of nextTo)
      for (const b of nextTo) for (const a of nextTo) found = look(turn, [x + a, y + b, z + c], found);
    return found;
  };
  let mirrored: Laid = { turn: mirrorOf(best.turn), shift: [0, 0, 0], likeness: -Infinity };
  for (const z of laidOn)
    for (const y of laidOn) for (const x of laidOn) mirrored = look(mirrored.turn, [x, y, z], mirrored);
  return [closer(best.turn, best.shift), closer(mirrored.turn, mirrored.shift)];
}

interface Candidate {
  readonly target: number;
  readonly turn: number;
  readonly shift: Vector3;
  readonly similarity: number;
}

/** The likeliest targets, each in its best pose near those that the scan was laid in. */
function candidatesFor(
  padded: Padded,
  { places, among, common, lengths }: View,
  voxels: readonly Int32Array[],
  laid: readonly [Laid, Laid],
): readonly Candidate[] {
  const best = new Map<number, Candidate>();
  const own = new Float32Array(common.length);
  for (const { turn, shift } of laid) {
    for (const c of around) {
      for (const b of around) {
        for (const a of around) {
          const moved: Vector3 = [shift[0] + a, shift[1] + b, shift[2] + c];
          const [length, along] = gather(own, padded, voxels[turn]!, stepTo(padded.side, moved), common);
          if (length === 0) continue;
          for (const target of among) {
            const similarity = (dot(own, places.rows[target]!) - along) / (length * lengths[target]!);
            const before = best.get(target);
            if (before === undefined || similarity > before.similarity) best.set(target, { target, turn, shift: moved, similarity }); // prettier-ignore
          }
        }
      }
    }
  }
  return [...best.values()].sort((first, second) => second.similarity - first.similarity).slice(0, candidates);
}

/** Writes what the scan holds less the common into `own`; returns its length, and its product with the common. */
function gather(
  own: Float32Array,
  { data }: Padded,
  voxels: Int32Array,
  step: number,
  common: Float32Array,
): readonly [number, number] {
  let square = 0;
  let along = 0;
  for (let at = 0; at < own.length; at++) {
    const value = data[voxels[at]! + step]! - common[at]!;
    own[at] = value;
    square += value * value;
    along += value * common[at]!;
  }
  return [Math.sqrt(square), along];
}

function dot(a: Float32Array, b: Float32Array): number {
  let even = 0;
  let odd = 0;
  const pairs = a.length - (a.length % 2);
  for (let at = 0; at < pairs; at += 2) {
    even += a[at]! * b[at]!;
    odd += a[at + 1]! * b[at + 1]!;
  }
  return pairs < a.length ? even + odd + a[pairs]! * b[pairs]! : even + odd;
}

/** Correlation with a target in a pose, by trilinear interpolation; what lies beyond the faces counts as 0. */
function similarityAt({ side, data }: Contrast, view: View, target: number, pose: Pose): number {
  const { places, common, lengths } = view;
  const { x, y, z } = places;
  const row = places.rows[target]!;
  const matrix = matrixOf(pose);
  const a = matrix[0]!;
  const b = matrix[1]!;
  const c = matrix[2]!;
  const d = matrix[3]!;
  const e = matrix[4]!;
  const f = matrix[5]!;
  const g = matrix[6]!;
  const h = matrix[7]!;
  const i = matrix[8]!;
  const middle = (side - 1) / 2;
  const tx = pose.shift[0] + middle;
  const ty = pose.shift[1] + middle;
  const tz = pose.shift[2] + middle;
  const plane = side * side;
  let product = 0;
  let square = 0;
  for (let at = 0; at < x.length; at++) {
    const px = x[at]!;
    const py = y[at]!;
    const pz = z[at]!;
    const qx = a * px + b * py + c * pz + tx;
    const qy = d * px + e * py + f * pz + ty;
    const qz = g * px + h * py + i * pz + tz;
    const ix = Math.floor(qx);
    const iy = Math.floor(qy);
    const iz = Math.floor(qz);
    let value = 0;
    if (ix >= 0 && iy >= 0 && iz >= 0 && ix + 1 < side && iy + 1 < side && iz + 1 < side) {
      const u = qx - ix;
      const v = qy - iy;
      const w = qz - iz;
      const from = ix + side * iy + plane * iz;
      const near = (data[from]! * (1 - u) + data[from + 1]! * u) * (1 - v) + (data[from + side]! * (1 - u) + data[from + side + 1]! * u) * v; // prettier-ignore
      const next = from + plane;
      const far = (data[next]! * (1 - u) + data[next + 1]! * u) * (1 - v) + (data[next + side]! * (1 - u) + data[next + side + 1]! * u) * v; // prettier-ignore
      value = near * (1 - w) + far * w;
    }
    const own = value - common[at]!;
    product += own * (row[at]! - common[at]!);
    square += own * own;
  }
  if (square === 0 || lengths[target] === 0) return 0;
  return Math.max(-1, Math.min(1, product / (Math.sqrt(square) * lengths[target]!))); // rounding takes a copy beyond 1
}

/** Climbs from `start` to the pose of highest correlation: a step along each direction at a time, then smaller steps. */
function refinePose(query: Contrast, view: View, target: number, start: Pose): Pose {
  let pose = start;
  let highest = similarityAt(query, view, target, pose);
  const attempt = (next: Pose): boolean => {
    const similarity = similarityAt(query, view, target, next);
    if (similarity <= highest) return false;
    [pose, highest] = [next, similarity];
    return true;
  };
  const moved = (of: Vector3, axis: number, by: number): Vector3 =>
    of.map((value, at) => (at === axis ? value + by : value)) as unknown as Vector3;
  for (const { voxels, degrees } of refinements) {
    const radians = (degrees * Math.PI) / 180;
    for (let round = 0, hasMoved = true; hasMoved && round < mostRounds; round++) {
      hasMoved = false;
      for (const axis of [0, 1, 2]) {
        for (const sign of [1, -1]) {
          if (attempt({ ...pose, shift: moved(pose.shift, axis, sign * voxels) })) hasMoved = true;
          if (attempt({ ...pose, rotation: moved(pose.rotation, axis, sign * radians) })) hasMoved = true;
        }
      }
    }
  }
  return pose;
}
