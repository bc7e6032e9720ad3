/**
 * Sliding windows in three dimensions, separable and symmetric, where they fit entirely; and the Gaussian one of the
 * structural similarity.
 */

export type Size3 = readonly [number, number, number];

/** Standard deviation of the window in voxels (Wang et al. 2004, IEEE TIP 13:600). */
const windowSigma = 1.5;

/** Half of a symmetric window of odd `width`, from its middle outwards; the whole sums to 1. */
export function halfWindow(width: number): Float64Array {
  const half = Float64Array.from({ length: (width + 1) / 2 }, (_, tap) => Math.exp(-0.5 * (tap / windowSigma) ** 2));
  const total = half.reduce((sum, weight, tap) => sum + (tap === 0 ? weight : 2 * weight), 0);
  return half.map((weight) => weight / total);
}

/** Side lengths left where a window of `width` fits. */
function validSize(size: Size3, width: number): Size3 {
  return [size[0] - width + 1, size[1] - width + 1, size[2] - width + 1];
}

/** One axis: `inner` is the distance of neighbours along it, `outer` the number of runs; the axis shrinks from `from` to `to`. */
function filterAxis(
  source: Float64Array,
  half: Float64Array,
  axis: { inner: number; from: number; to: number; outer: number },
): Float64Array {
  const { inner, from, to, outer } = axis;
  const reach = half.length - 1;
  const target = new Float64Array(inner * to * outer);
  for (let run = 0; run < outer; run++) {
    for (let step = 0; step < to; step++) {
      const middle = (run * from + step + reach) * inner;
      const at = (run * to + step) * inner;
      for (let offset = 0; offset < inner; offset++) {
        let sum = half[0]! * source[middle + offset]!;
        for (let tap = 1; tap <= reach; tap++) {
          sum += half[tap]! * (source[middle + offset - tap * inner]! + source[middle + offset + tap * inner]!);
        }
        target[at + offset] = sum;
      }
    }
  }
  return target;
}

/** Weighted mean under the window at each place where it fits: `validSize(size, width)` values, x fastest. */
export function filterValid(source: Float64Array, size: Size3, half: Float64Array): Float64Array {
  return filterValidWith(source, size, [half, half, half]);
}

/** The same with a window of its own along each axis, all of one width. */
export function filterValidWith(
  source: Float64Array,
  size: Size3,
  [x, y, z]: readonly [Float64Array, Float64Array, Float64Array],
): Float64Array {
  const [nx, ny, nz] = size;
  const [mx, my, mz] = validSize(size, 2 * x.length - 1);
  const alongX = filterAxis(source, x, { inner: 1, from: nx, to: mx, outer: ny * nz });
  const alongY = filterAxis(alongX, y, { inner: mx, from: ny, to: my, outer: nz });
  return filterAxis(alongY, z, { inner: mx * my, from: nz, to: mz, outer: 1 });
}

/** Means of blocks of 2 × 2 × 2 voxels; an odd last plane is left out. */
export function halve(source: Float64Array, size: Size3): { readonly data: Float64Array; readonly size: Size3 } {
  const [nx, ny] = size;
  const half: Size3 = [Math.floor(size[0] / 2), Math.floor(size[1] / 2), Math.floor(size[2] / 2)];
  const data = new Float64Array(half[0] * half[1] * half[2]);
  for (let k = 0, at = 0; k < half[2]; k++) {
    for (let j = 0; j < half[1]; j++) {
      for (let i = 0; i < half[0]; i++, at++) {
        const low = 2 * i + nx * (2 * j + ny * 2 * k);
        const high = low + nx * ny;
        data[at] =
          (source[low]! + source[low + 1]! + source[low + nx]! + source[low + nx + 1]! +
            source[high]! + source[high + 1]! + source[high + nx]! + source[high + nx + 1]!) / 8; // prettier-ignore
      }
    }
  }
  return { data, size: half };
}
