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

interface Line {
  /** Where in the volume the line goes, and how many voxels it has. */
  readonly to: number;
  readonly width: number;
  /** Where in the scratch its own values begin, and how far from there its neighbours are. */
  readonly middle: number;
  readonly stride: number;
}

/**
 * One line of voxels from the values in `from`: each weighed with its neighbours to both sides. Two neighbours at a time,
 * since going over memory costs more than the sums.
 */
function convolve(
  data: Float32Array,
  from: Float32Array,
  { to, width, middle, stride }: Line,
  kernel: Float32Array,
): void {
  const reach = kernel.length - 1;
  const [centre, near, next] = [kernel[0]!, kernel[1]!, kernel[2] ?? 0];
  const two = reach > 1 ? 2 * stride : stride;
  for (let x = 0, at = middle; x < width; x++, at++)
    data[to + x] = centre * from[at]! + near * (from[at - stride]! + from[at + stride]!) + next * (from[at - two]! + from[at + two]!); // prettier-ignore
  for (let step = 3; step <= reach; step += 2) {
    const [weight, further] = [kernel[step]!, kernel[step + 1] ?? 0];
    const one = step * stride;
    const other = step < reach ? one + stride : one;
    for (let x = 0, at = middle; x < width; x++, at++)
      data[to + x]! += weight * (from[at - one]! + from[at + one]!) + further * (from[at - other]! + from[at + other]!);
  }
}

/** Along x: each row is convolved from a copy with zeros on both sides. */
function smoothRows(data: Float32Array, [nx, ny, nz]: Size, kernel: Float32Array): void {
  const reach = kernel.length - 1;
  const row = new Float32Array(nx + 2 * reach);
  for (let to = 0; to < nx * ny * nz; to += nx) {
    row.set(data.subarray(to, to + nx), reach);
    convolve(data, row, { to, width: nx, middle: reach, stride: 1 }, kernel);
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
    convolve(data, block, { to, width, middle: (line + reach) * width, stride: width }, kernel);
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
