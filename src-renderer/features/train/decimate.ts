/** Fewer points for the same picture: of all points in one pixel column, the lowest and the highest. */

export interface Columns {
  readonly x: readonly number[];
  readonly series: readonly (readonly (number | null)[])[];
}

export interface Window {
  readonly from: number;
  readonly to: number;
  /** Pixels across. */
  readonly width: number;
}

/** Index of the first element of the ascending `x` that is `value` or more. */
function firstAtLeast(x: readonly number[], value: number): number {
  let low = 0;
  let high = x.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((x[middle] ?? Infinity) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The lowest and the highest of `values[start … end)`, in the order in which they stand; nulls are passed over. */
function extremes(values: readonly (number | null)[], start: number, end: number): [number | null, number | null] {
  let lowAt = -1;
  let highAt = -1;
  for (let index = start; index < end; index++) {
    const value = values[index] ?? null;
    if (value === null) continue;
    if (lowAt < 0 || value < (values[lowAt] ?? 0)) lowAt = index;
    if (highAt < 0 || value > (values[highAt] ?? 0)) highAt = index;
  }
  const low = values[lowAt] ?? null;
  const high = values[highAt] ?? null;
  return lowAt <= highAt ? [low, high] : [high, low];
}

/** Points within the window, and one beyond each edge so that lines run out of it; at most two a pixel. */
export function decimate({ x, series }: Columns, { from, to, width }: Window): Columns {
  const begin = Math.max(0, firstAtLeast(x, from) - 1);
  const end = Math.min(x.length, firstAtLeast(x, to) + 1);
  const count = end - begin;
  if (count <= 2 * width) return { x: x.slice(begin, end), series: series.map((values) => values.slice(begin, end)) };
  const starts = Array.from({ length: width + 1 }, (_, pixel) => begin + Math.floor((pixel * count) / width));
  const buckets = starts.slice(0, -1).map((start, pixel) => [start, starts[pixel + 1] ?? end] as const);
  return {
    x: buckets.flatMap(([start, stop]) => [x[start] ?? 0, x[stop - 1] ?? 0]),
    series: series.map((values) => buckets.flatMap(([start, stop]) => extremes(values, start, stop))),
  };
}
