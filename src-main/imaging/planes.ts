/** The axial, coronal and sagittal slice of a scan as grey pictures, from voxels of any axis order and direction. */
import type { Volume } from '#shared/volume/volume.ts';

export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

export interface WindowedScan {
  readonly volume: Volume;
  /** The intensities shown as black and as white. */
  readonly low: number;
  readonly high: number;
}

/** How one anatomical direction (left → right, posterior → anterior, inferior → superior) runs through the voxels. */
export interface Direction {
  /** Of the voxels: 0, 1 or 2. */
  readonly axis: number;
  readonly count: number;
  readonly spacingMm: number;
  /** Added to the index in `data` for one step in the direction; negative where the voxels run the other way. */
  readonly stride: number;
  /** Index contribution of the first voxel in the direction. */
  readonly start: number;
}

/** The voxel axis nearest to each anatomical axis, largest agreement first, every axis used once. */
export function anatomicalDirections(volume: Volume): readonly [Direction, Direction, Direction] {
  const { size, affine } = volume;
  const strides = [1, size[0], size[0] * size[1]] as const;
  const spacing = [0, 1, 2].map((axis) => Math.hypot(affine[0][axis] ?? 0, affine[1][axis] ?? 0, affine[2][axis] ?? 0));
  const pairs = [0, 1, 2].flatMap((anatomical) =>
    [0, 1, 2].map((axis) => ({ anatomical, axis, cosine: (affine[anatomical]?.[axis] ?? 0) / (spacing[axis] ?? 1) })),
  );
  pairs.sort((a, b) => Math.abs(b.cosine) - Math.abs(a.cosine));
  const found = new Map<number, Direction>();
  const used = new Set<number>();
  for (const { anatomical, axis, cosine } of pairs) {
    if (found.has(anatomical) || used.has(axis)) continue;
    used.add(axis);
    const count = size[axis] ?? 1;
    const stride = strides[axis] ?? 1;
    const spacingMm = (spacing[axis] ?? 0) > 0 ? (spacing[axis] ?? 1) : 1;
    found.set(anatomical, {
      axis,
      count,
      spacingMm,
      stride: cosine < 0 ? -stride : stride,
      start: cosine < 0 ? (count - 1) * stride : 0,
    });
  }
  const direction = (anatomical: number): Direction =>
    found.get(anatomical) ?? { axis: anatomical, count: 1, spacingMm: 1, stride: 0, start: 0 };
  return [direction(0), direction(1), direction(2)];
}

/** For every pixel along a line, four neighbouring samples and their Catmull–Rom weights (Keys 1981, a = −1/2). */
function lineWeights(samples: number, pixels: number): { readonly index: Int32Array; readonly weight: Float32Array } {
  const index = new Int32Array(pixels * 4);
  const weight = new Float32Array(pixels * 4);
  for (let pixel = 0; pixel < pixels; pixel++) {
    const at = ((pixel + 0.5) * samples) / pixels - 0.5;
    const floor = Math.floor(at);
    const t = at - floor;
    const cubic = [
      ((-t + 2) * t - 1) * t * 0.5,
      ((3 * t - 5) * t * t + 2) * 0.5,
      ((-3 * t + 4) * t + 1) * t * 0.5,
      (t - 1) * t * t * 0.5,
    ];
    for (let tap = 0; tap < 4; tap++) {
      index[pixel * 4 + tap] = Math.min(samples - 1, Math.max(0, floor - 1 + tap));
      weight[pixel * 4 + tap] = cubic[tap] ?? 0;
    }
  }
  return { index, weight };
}

interface Plane {
  readonly across: Direction; // left to right on the picture
  readonly up: Direction; // bottom to top
  readonly offset: number; // of the slice in the data
}

function renderPlane(scan: WindowedScan, plane: Plane, pixelMm: number): Picture {
  const { across, up, offset } = plane;
  const width = Math.max(1, Math.round((across.count * across.spacingMm) / pixelMm));
  const height = Math.max(1, Math.round((up.count * up.spacingMm) / pixelMm));
  const columns = lineWeights(across.count, width);
  const rows = lineWeights(up.count, height);
  const gain = scan.high > scan.low ? 255 / (scan.high - scan.low) : 0;

  // Rows of voxels are first stretched to the picture's width, then blended from bottom to top.
  const stretched = new Float32Array(up.count * width);
  for (let row = 0; row < up.count; row++) {
    const base = offset + up.start + row * up.stride + across.start;
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (let tap = x * 4; tap < x * 4 + 4; tap++) {
        const value = scan.volume.data[base + (columns.index[tap] ?? 0) * across.stride] ?? 0;
        const grey = (value - scan.low) * gain;
        sum += (columns.weight[tap] ?? 0) * (grey > 0 ? Math.min(grey, 255) : 0); // not a number: black
      }
      stretched[row * width + x] = sum;
    }
  }
  const data = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const fromBottom = (height - 1 - y) * 4;
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (let tap = fromBottom; tap < fromBottom + 4; tap++) {
        sum += (rows.weight[tap] ?? 0) * (stretched[(rows.index[tap] ?? 0) * width + x] ?? 0);
      }
      data[y * width + x] = Math.min(255, Math.max(0, Math.round(sum)));
    }
  }
  return { width, height, data };
}

/** How many voxels along the direction `voxel` is. */
export function positionAlong({ axis, count, stride }: Direction, voxel: readonly number[]): number {
  const index = voxel[axis] ?? 0;
  return stride < 0 ? count - 1 - index : index;
}

/** Axial, coronal and sagittal slices, one `pixelMm` a pixel: through the voxel `at`, the middle of the scan if not given. */
export function renderPlanes(
  scan: WindowedScan,
  pixelMm: number,
  at?: readonly number[],
): readonly [Picture, Picture, Picture] {
  const [right, anterior, superior] = anatomicalDirections(scan.volume);
  const offset = (direction: Direction): number => {
    const position = at === undefined ? Math.floor(direction.count / 2) : positionAlong(direction, at);
    return direction.start + position * direction.stride;
  };
  return [
    renderPlane(scan, { across: right, up: anterior, offset: offset(superior) }, pixelMm),
    renderPlane(scan, { across: right, up: superior, offset: offset(anterior) }, pixelMm),
    renderPlane(scan, { across: anterior, up: superior, offset: offset(right) }, pixelMm),
  ];
}
