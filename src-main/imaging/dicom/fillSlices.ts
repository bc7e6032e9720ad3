/** A stack with gaps or uneven distances on slices at equal ones: linear between the two slices on either side. */
import { spacingOf } from '#shared/volume/affine.ts';
import type { Volume } from '#shared/volume/volume.ts';
import { BadScan } from '../badScan.ts';
import type { SliceStack } from './sliceStack.ts';

/** The cosine between the third axis and the normal; more than a few degrees are no stack of these slices. */
const leastCosine = 0.99;

/** `volume`: the slices that are there, one after the other, `stack`: where they lie. Throws BadScan ('damaged'). */
export function fillSlices({ size, affine, data }: Volume, stack: SliceStack): Volume {
  const [nx, ny, nz] = size;
  const [x, y, z] = [affine[0][2], affine[1][2], affine[2][2]];
  const length = spacingOf(affine)[2];
  // The normal is in LPS, the affine in RAS.
  const cosine = (-x * stack.normal[0] - y * stack.normal[1] + z * stack.normal[2]) / length;
  if (nz !== stack.count || Math.abs(cosine) < leastCosine) {
    throw new BadScan(
      'damaged',
      'The slices that are there could not be put in order, so that what is missing cannot be filled in. Export the series again.',
    );
  }
  const end = stack.places.at(-1) ?? 0;
  const places = cosine > 0 ? stack.places : stack.places.map((place) => end - place).toReversed();
  const count = Math.round(end) + 1;
  const filled = new Float32Array(nx * ny * count);
  const slice = (index: number): Float32Array => data.subarray(index * nx * ny, (index + 1) * nx * ny);
  for (let k = 0, after = 0; k < count; k++) {
    while (after < nz - 1 && (places[after] ?? 0) < k) after++;
    const before = Math.max(0, (places[after] ?? 0) <= k ? after : after - 1);
    const gap = (places[after] ?? 0) - (places[before] ?? 0);
    const share = gap <= 0 ? 0 : (k - (places[before] ?? 0)) / gap;
    const [low, high] = [slice(before), slice(after)];
    const target = filled.subarray(k * nx * ny, (k + 1) * nx * ny);
    for (let at = 0; at < target.length; at++) target[at] = low[at]! + share * (high[at]! - low[at]!);
  }
  const scale = stack.distanceMm / length;
  const row = ([a, b, c, d]: Volume['affine'][number]): Volume['affine'][number] => [a, b, c * scale, d];
  return {
    size: [nx, ny, count],
    affine: [row(affine[0]), row(affine[1]), row(affine[2]), [0, 0, 0, 1]],
    data: filled,
  };
}
