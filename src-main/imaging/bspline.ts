/**
 * Coefficients of the cubic B-spline that passes through all samples: a recursive filter along each axis (Unser, Aldroubi
 * & Eden 1993, IEEE Trans. Signal Process. 41:821 and 834), samples mirrored at the outermost ones.
 */
import type { Vector3 } from '#shared/volume/affine.ts';

const pole = Math.sqrt(3) - 2;
const gain = (1 - pole) * (1 - 1 / pole);
/** The pole to this power is below double precision: longer sums need no more terms. */
const longestSum = 28;

/** In place, for one line of at least two samples. */
function filterLine(line: Float64Array): void {
  const length = line.length;
  for (let at = 0; at < length; at++) line[at]! *= gain;
  line[0] = causalStart(line);
  for (let at = 1; at < length; at++) line[at]! += pole * line[at - 1]!;
  line[length - 1] = (pole / (pole * pole - 1)) * (line[length - 1]! + pole * line[length - 2]!);
  for (let at = length - 2; at >= 0; at--) line[at] = pole * (line[at + 1]! - line[at]!);
}

/** Σ zⁿ s(n) over the mirrored samples: closed over one period where that is short, else cut off. */
function causalStart(line: Float64Array): number {
  const length = line.length;
  if (length > longestSum) {
    let sum = 0;
    for (let at = longestSum; at >= 0; at--) sum = sum * pole + line[at]!;
    return sum;
  }
  const last = pole ** (length - 1);
  let sum = line[0]! + last * line[length - 1]!;
  for (let at = 1; at < length - 1; at++) sum += (pole ** at + (last * last) / pole ** at) * line[at]!;
  return sum / (1 - last * last);
}

/** Coefficients along one axis of `size` voxels, x fastest; a single voxel is its own coefficient. */
export function filterSpline(
  { data, size }: { readonly data: Float32Array; readonly size: Vector3 },
  axis: 0 | 1 | 2,
): Float32Array {
  const length = size[axis];
  if (length === 1) return data;
  const stride = axis === 0 ? 1 : axis === 1 ? size[0] : size[0] * size[1];
  const result = new Float32Array(data.length);
  const line = new Float64Array(length);
  for (let index = 0; index < data.length / length; index++) {
    const start = Math.floor(index / stride) * stride * length + (index % stride);
    for (let at = 0; at < length; at++) line[at] = data[start + at * stride]!;
    filterLine(line);
    for (let at = 0; at < length; at++) result[start + at * stride] = line[at]!;
  }
  return result;
}
