/** Many scans on one picture: the axial, coronal and sagittal middle slices of each, as a greyscale PNG. */
import { encode } from 'fast-png';
import type { Volume } from '#shared/volume/volume.ts';
import { captionWidth, drawCaption, fitCaption, glyphHeight } from './contactSheetFont.ts';

export interface SheetScan {
  readonly volume: Volume;
  /** The intensities shown as black and as white. */
  readonly low: number;
  readonly high: number;
  /** Drawn above the scan in capitals; cut where it does not fit. */
  readonly caption?: string;
}

export interface SheetOptions {
  /** Scans a row. */
  readonly columns: number;
  /** Pixels per smallest voxel side of all scans; default: so many that a scan is about 96 pixels high. */
  readonly scale?: number;
  /** Pixels around the page; 6 if not given. */
  readonly margin?: number;
}

interface Picture {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

const pageGrey = 26;
const captionGrey = 150;
const planeGap = 1; // pixels between the three planes of a scan
const cellGap = 6; // pixels between scans
const usualMargin = 6;
const captionPadding = 3;
const usualHeight = 96;

/** How one anatomical direction (left → right, posterior → anterior, inferior → superior) runs through the voxels. */
interface Direction {
  readonly count: number;
  readonly spacingMm: number;
  /** Added to the index in `data` for one step in the direction; negative where the voxels run the other way. */
  readonly stride: number;
  /** Index contribution of the first voxel in the direction. */
  readonly start: number;
}

/** The voxel axis nearest to each anatomical axis, largest agreement first, every axis used once. */
function anatomicalDirections(volume: Volume): readonly [Direction, Direction, Direction] {
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
      count,
      spacingMm,
      stride: cosine < 0 ? -stride : stride,
      start: cosine < 0 ? (count - 1) * stride : 0,
    });
  }
  const direction = (anatomical: number): Direction =>
    found.get(anatomical) ?? { count: 1, spacingMm: 1, stride: 0, start: 0 };
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

function renderPlane(scan: SheetScan, plane: Plane, pixelMm: number): Picture {
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

/** One scale in mm for the whole page, so that brains can be compared in size. */
function pageScale(scans: readonly SheetScan[], scale: number | undefined): number {
  const directions = scans.flatMap((scan) => anatomicalDirections(scan.volume));
  const smallestMm = Math.min(...directions.map((direction) => direction.spacingMm));
  const extentMm = Math.max(...directions.map((direction) => direction.count * direction.spacingMm));
  return smallestMm / (scale ?? Math.max(1, Math.round((usualHeight * smallestMm) / extentMm)));
}

function renderScan(scan: SheetScan, pixelMm: number): readonly [Picture, Picture, Picture] {
  const [right, anterior, superior] = anatomicalDirections(scan.volume);
  const middle = (direction: Direction): number => direction.start + Math.floor(direction.count / 2) * direction.stride;
  return [
    renderPlane(scan, { across: right, up: anterior, offset: middle(superior) }, pixelMm),
    renderPlane(scan, { across: right, up: superior, offset: middle(anterior) }, pixelMm),
    renderPlane(scan, { across: anterior, up: superior, offset: middle(right) }, pixelMm),
  ];
}

function paste(page: Picture, picture: Picture, left: number, top: number): void {
  for (let y = 0; y < picture.height; y++) {
    page.data.set(picture.data.subarray(y * picture.width, (y + 1) * picture.width), (top + y) * page.width + left);
  }
}

/**
 * Draws scans of any RAS-ish affine (axis order and direction are read from it; oblique ones go to the nearest axes),
 * in the neurological convention: the subject's left is on the left of axial and coronal slices, anterior is up in axial
 * slices and on the right in sagittal ones, superior is up. Voxels keep their proportions in mm; slices are enlarged with
 * a cubic kernel. Returns the bytes of an 8-bit greyscale PNG; no scans give an empty page.
 */
export function drawContactSheet(scans: readonly SheetScan[], options: SheetOptions): Uint8Array {
  const margin = options.margin ?? usualMargin;
  const columns = Math.max(1, Math.min(Math.floor(options.columns), Math.max(1, scans.length)));
  const pixelMm = pageScale(scans, options.scale);
  const cells = scans.map((scan) => renderScan(scan, pixelMm));
  const widths = [0, 1, 2].map((plane) => Math.max(1, ...cells.map((cell) => cell[plane]?.width ?? 0)));
  const height = Math.max(1, ...cells.flatMap((cell) => cell.map((picture) => picture.height)));
  const cellWidth = widths.reduce((sum, width) => sum + width, 0) + 2 * planeGap;
  const zoom = height >= 160 ? 2 : 1;
  const hasCaptions = scans.some((scan) => (scan.caption ?? '') !== '');
  const captionHeight = hasCaptions ? glyphHeight * zoom + 2 * captionPadding : 0;
  const cellHeight = captionHeight + height;
  const rowCount = Math.max(1, Math.ceil(scans.length / columns));
  const page: Picture = ((width: number, pageHeight: number) => ({
    width,
    height: pageHeight,
    data: new Uint8Array(width * pageHeight).fill(pageGrey),
  }))(
    2 * margin + columns * cellWidth + (columns - 1) * cellGap,
    2 * margin + rowCount * cellHeight + (rowCount - 1) * cellGap,
  );

  cells.forEach((cell, position) => {
    const left = margin + (position % columns) * (cellWidth + cellGap);
    const top = margin + Math.floor(position / columns) * (cellHeight + cellGap);
    const caption = fitCaption(scans[position]?.caption ?? '', cellWidth, zoom);
    if (captionWidth(caption, zoom) > 0) {
      drawCaption(caption, zoom, (x, y) => {
        page.data[(top + captionPadding + y) * page.width + left + x] = captionGrey;
      });
    }
    let planeLeft = left;
    cell.forEach((picture, plane) => {
      const width = widths[plane] ?? picture.width;
      const box: Picture = { width, height, data: new Uint8Array(width * height) };
      paste(box, picture, Math.floor((width - picture.width) / 2), Math.floor((height - picture.height) / 2));
      paste(page, box, planeLeft, top + captionHeight);
      planeLeft += width + planeGap;
    });
  });
  return encode({ width: page.width, height: page.height, data: page.data, channels: 1, depth: 8 });
}
