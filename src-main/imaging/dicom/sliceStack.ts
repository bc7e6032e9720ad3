/** How the slices of a series lie: at equal distances or not, which are missing, whether they are sheared. LPS mm. */
import type { Slice } from './dicomFile.ts';

type Vector = readonly [number, number, number];

export interface SliceStack {
  /** Slices at different places. */
  readonly count: number;
  /** Images at each place; more than one makes a series of volumes. 0 where places have different numbers. */
  readonly frames: number;
  /** Places with more images than others, where places have different numbers. */
  readonly repeated: number;
  /** From one slice to the next along the normal, the usual one. */
  readonly distanceMm: number;
  /** Places of the slices along the normal, counted in distances from the first: whole numbers where none is uneven. */
  readonly places: readonly number[];
  /** Slices that are missing between others, counted from 1 in the order of `places`. */
  readonly missing: readonly number[];
  readonly isUneven: boolean;
  /** The stack's direction departs from the normal (gantry tilt). */
  readonly isTilted: boolean;
  readonly first: Slice;
  readonly last: Slice;
  readonly normal: Vector;
}

/** Slices closer than this lie at one place; distances that differ by a larger share are uneven. */
const samePlaceMm = 0.01;
const unevenShare = 0.05;
/** Half a degree. */
const tiltedSine = 0.0087;

const dot = (a: Vector, b: Vector): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const cross = (a: Vector, b: Vector): Vector => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];

/** Looks at slices of one orientation; null where there are none. */
export function examineStack(slices: readonly Slice[]): SliceStack | null {
  const [one] = slices;
  if (one === undefined) return null;
  const normal = cross(one.row, one.column);
  const sorted = slices
    .map((slice) => ({ slice, along: dot(slice.position, normal) }))
    .toSorted((a, b) => a.along - b.along);
  const places: { slice: Slice; along: number; images: number }[] = [];
  for (const { slice, along } of sorted) {
    const before = places.at(-1);
    if (before !== undefined && along - before.along < samePlaceMm) before.images++;
    else places.push({ slice, along, images: 1 });
  }
  const gaps = places.slice(1).map(({ along }, index) => along - (places[index]?.along ?? 0));
  const distanceMm = gaps.toSorted((a, b) => a - b)[Math.floor((gaps.length - 1) / 2)] ?? 0;
  const begin = places[0]?.along ?? 0;
  const counted = places.map(({ along }) => (distanceMm === 0 ? 0 : (along - begin) / distanceMm));
  // Gap by gap, so that a small error of each does not add up.
  const steps = gaps.map((gap) => gap / distanceMm);
  const isUneven = steps.some((step) => Math.abs(step - Math.round(step)) > unevenShare * Math.max(1, step / 4));
  const missing: number[] = [];
  let number = 1;
  for (const step of isUneven ? [] : steps) {
    for (let skipped = 1; skipped < Math.round(step); skipped++) missing.push(number + skipped);
    number += Math.round(step);
  }
  const [first, last] = [places[0]?.slice ?? one, places.at(-1)?.slice ?? one];
  const across: Vector = [0, 1, 2].map((axis) => (last.position[axis] ?? 0) - (first.position[axis] ?? 0)) as never;
  const length = Math.hypot(...across);
  const sideways = Math.sqrt(Math.max(0, length ** 2 - dot(across, normal) ** 2));
  const images = places.map((place) => place.images);
  const usual = Math.min(...images);
  return {
    count: places.length,
    frames: images.every((count) => count === usual) ? usual : 0,
    repeated: images.filter((count) => count > usual).length,
    distanceMm,
    places: isUneven ? counted : counted.map(Math.round),
    missing,
    isUneven,
    isTilted: length > 0 && sideways / length > tiltedSine,
    first,
    last,
    normal,
  };
}
