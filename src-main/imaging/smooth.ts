/** Separable Gaussian low-pass of a volume, in place, zero beyond its faces. */
type Size = readonly [number, number, number];

/** The kernel is cut off here: what lies beyond weighs 0.3 %. */
const kernelDeviations = 3;

/** Voxels to either side that a kernel of `sigma` voxels reaches. */
export function kernelReach(sigma: number): number {
  return Math.ceil(kernelDeviations * sigma);
}

/** Weights of the centre and one side, which with the other side sum to 1. */
function kernelOf(sigma: number): Float32Array {
  const half = Float64Array.from({ length: kernelReach(sigma) + 1 }, (_, at) =>
    Math.exp(-(at * at) / (2 * sigma * sigma)),
  );
  const sum = half.reduce((total, weight, at) => total + (at === 0 ? weight : 2 * weight), 0);
  return Float32Array.from(half, (weight) => weight / sum);
}

/** Along x: each row is convolved from a copy with zeros on both sides. */
function smoothRows(data: Float32Array, [nx, ny, nz]: Size, kernel: Float32Array): void {
  const reach = kernel.length - 1;
  const row = new Float32Array(nx + 2 * reach);
  for (let start = 0; start < nx * ny * nz; start += nx) {
    row.set(data.subarray(start, start + nx), reach);
    for (let x = 0; x < nx; x++) {
      let sum = kernel[0]! * row[x + reach]!;
      for (let at = 1; at <= reach; at++) sum += kernel[at]! * (row[x + reach - at]! + row[x + reach + at]!);
      data[start + x] = sum;
    }
  }
}

/**
 * Along y or z: `lines` lines of `width` neighbouring voxels, `stride` apart, beginning at `start`, are convolved with
 * one another, so that memory is walked in order. `block` is scratch for (lines + 2 · reach) · width voxels.
 */
function smoothLines(
  data: Float32Array,
  place: { start: number; stride: number; lines: number; width: number },
  kernel: Float32Array,
  block: Float32Array,
): void {
  const { start, stride, lines, width } = place;
  const reach = kernel.length - 1;
  for (let line = 0; line < lines; line++) {
    const from = start + line * stride;
    block.set(data.subarray(from, from + width), (line + reach) * width);
  }
  for (let line = 0; line < lines; line++) {
    const to = start + line * stride;
    const middle = (line + reach) * width;
    for (let x = 0; x < width; x++) data[to + x] = kernel[0]! * block[middle + x]!;
    for (let at = 1; at <= reach; at++) {
      const weight = kernel[at]!;
      const below = middle - at * width;
      const above = middle + at * width;
      for (let x = 0; x < width; x++) data[to + x]! += weight * (block[below + x]! + block[above + x]!);
    }
  }
}

/** Smooths `data` with standard deviations in voxels along its axes (0: not along that axis). */
export function smoothVolume(data: Float32Array, size: Size, sigma: Size): void {
  const [nx, ny, nz] = size;
  if (sigma[0] > 0) smoothRows(data, size, kernelOf(sigma[0]));
  if (sigma[1] > 0) {
    const kernel = kernelOf(sigma[1]);
    const block = new Float32Array((ny + 2 * (kernel.length - 1)) * nx);
    for (let z = 0; z < nz; z++)
      smoothLines(data, { start: z * nx * ny, stride: nx, lines: ny, width: nx }, kernel, block);
  }
  if (sigma[2] > 0) {
    const kernel = kernelOf(sigma[2]);
    const block = new Float32Array((nz + 2 * (kernel.length - 1)) * nx);
    for (let y = 0; y < ny; y++)
      smoothLines(data, { start: y * nx, stride: nx * ny, lines: nz, width: nx }, kernel, block);
  }
}
