/** Morphological closing (dilation, then erosion) of a binary volume with a cube, an axis at a time. */
type Size = readonly [number, number, number];

/**
 * Along one axis: a voxel becomes `value` if any within `radius` of it is. Beyond the volume nothing is `value`.
 * `line` is scratch of the longest axis.
 */
function spread(mask: Uint8Array, size: Size, axis: 0 | 1 | 2, radius: number, value: 0 | 1): void {
  const strides = [1, size[0], size[0] * size[1]] as const;
  const [u, v] = (
    [
      [1, 2],
      [0, 2],
      [0, 1],
    ] as const
  )[axis];
  const length = size[axis];
  const stride = strides[axis];
  const line = new Uint8Array(length);
  for (let b = 0; b < size[v]; b++) {
    for (let a = 0; a < size[u]; a++) {
      const start = a * strides[u] + b * strides[v];
      for (let index = 0; index < length; index++) line[index] = mask[start + index * stride]!;
      let last = -Infinity; // nearest `value` so far, first from below, then from above
      for (let index = 0; index < length; index++) {
        if (line[index] === value) last = index;
        if (index - last <= radius) mask[start + index * stride] = value;
      }
      last = Infinity;
      for (let index = length - 1; index >= 0; index--) {
        if (line[index] === value) last = index;
        if (last - index <= radius) mask[start + index * stride] = value;
      }
    }
  }
}

/**
 * Closes gaps up to twice `radius` voxels wide. `mask` (0 and 1, changed in place) must keep `radius` voxels from the
 * faces of the volume, so that what is dilated fits.
 */
export function closeGaps(mask: Uint8Array, size: Size, radius: Size): void {
  for (const axis of [0, 1, 2] as const) spread(mask, size, axis, radius[axis], 1);
  for (const axis of [0, 1, 2] as const) spread(mask, size, axis, radius[axis], 0);
}
