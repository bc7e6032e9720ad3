/**
 * Exact Euclidean distance in mm to the nearest voxel of a binary volume, an axis at a time as the lower envelope of
 * parabolas (Felzenszwalb & Huttenlocher 2012, Theory Comput. 8:415). Beyond the volume there is nothing to be near to.
 */
import type { Vector3 } from '#shared/volume/affine.ts';

/** Farther than any voxel; exact in single precision. */
const far = 2 ** 40;

interface Envelope {
  /** Heights of the parabolas, and the squared distances that come of them. */
  readonly line: Float64Array;
  readonly result: Float64Array;
  /** Which parabolas are lowest, and from where on. */
  readonly lowest: Int32Array;
  readonly from: Float64Array;
}

/** The lower envelope of the parabolas that stand on the first `count` of `line`, `mm` apart. */
function envelope({ line, result, lowest, from }: Envelope, count: number, mm: number): void {
  let last = -1;
  for (let q = 0; q < count; q++) {
    if (line[q] === far) continue;
    let crossing = -Infinity;
    for (; last >= 0; last--) {
      const before = lowest[last]!;
      crossing = (q + before + (line[q]! - line[before]!) / (mm * mm * (q - before))) / 2;
      if (crossing > from[last]!) break;
      crossing = -Infinity;
    }
    last++;
    lowest[last] = q;
    from[last] = crossing;
  }
  for (let place = count - 1; place >= 0; place--) {
    while (from[last]! > place) last--;
    const nearest = lowest[last]!;
    result[place] = (mm * (place - nearest)) ** 2 + line[nearest]!;
  }
}

/** Squared distances in mm² of every voxel from the nearest where `mask` is `value`; 2⁴⁰ where there is none. */
export function squaredDistance(mask: Uint8Array, size: Vector3, spacing: Vector3, value: 0 | 1): Float32Array {
  const squared = new Float32Array(mask.length);
  for (let index = 0; index < mask.length; index++) squared[index] = mask[index] === value ? 0 : far;
  const longest = Math.max(...size);
  const scratch: Envelope = {
    line: new Float64Array(longest),
    result: new Float64Array(longest),
    lowest: new Int32Array(longest),
    from: new Float64Array(longest),
  };
  const { line, result } = scratch;
  const strides = [1, size[0], size[0] * size[1]] as const;
  for (const axis of [0, 1, 2] as const) {
    const [length, stride] = [size[axis], strides[axis]];
    for (let block = 0; block < mask.length; block += stride * length) {
      for (let start = block; start < block + stride; start++) {
        let [least, most] = [Infinity, 0];
        for (let at = 0; at < length; at++) {
          const height = squared[start + at * stride]!;
          line[at] = height;
          if (height < least) least = height;
          if (height > most) most = height;
        }
        if (most === 0 || least === far) continue;
        envelope(scratch, length, spacing[axis]);
        for (let at = 0; at < length; at++) squared[start + at * stride] = result[at]!;
      }
    }
  }
  return squared;
}
