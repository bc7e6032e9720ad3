/** A case of a reader study for its report: three slices side by side, and where on them the readers clicked. */
import { encode } from 'fast-png';
import { anatomicalDirections, positionAlong, renderPlanes, type Direction, type WindowedScan } from './planes.ts';

/** A clicked voxel on one of the three slices, in pixels of the picture. */
export interface PlacedMark {
  readonly x: number;
  readonly y: number;
  /** Whether the slice is the one that was clicked, or nearly. */
  readonly isNear: boolean;
}

export interface CasePicture {
  /** 8-bit greyscale. */
  readonly png: Uint8Array;
  readonly width: number;
  readonly height: number;
  /** One a mark: its places on the axial, coronal and sagittal slice. */
  readonly marks: readonly (readonly PlacedMark[])[];
}

/** Pixels along the longest side of the scan. */
const longestSide = 216;
/** A mark is drawn as seen on slices that are at most this far from it. */
const nearMm = 4;
const gap = 2; // pixels between slices

const middleOf = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? 0; // prettier-ignore

/**
 * Slices through the middle of `marks` (voxels; the median along each axis), or of the scan where there are none; in the
 * neurological convention of `drawContactSheet`.
 */
export function drawCase(scan: WindowedScan, marks: readonly (readonly number[])[]): CasePicture {
  const directions = anatomicalDirections(scan.volume);
  const [right, anterior, superior] = directions;
  const pixelMm = Math.max(...directions.map(({ count, spacingMm }) => count * spacingMm)) / longestSide;
  const at = marks.length === 0
    ? scan.volume.size.map((count) => Math.floor(count / 2))
    : [0, 1, 2].map((axis) => middleOf(marks.map((mark) => mark[axis] ?? 0))); // prettier-ignore
  const pictures = renderPlanes(scan, pixelMm, at);
  const height = Math.max(...pictures.map((picture) => picture.height));
  const width = pictures.reduce((sum, picture) => sum + picture.width, 0) + gap * (pictures.length - 1);
  const data = new Uint8Array(width * height);
  const corners: { readonly left: number; readonly top: number }[] = [];
  let left = 0;
  for (const picture of pictures) {
    const top = Math.floor((height - picture.height) / 2);
    for (let y = 0; y < picture.height; y++)
      data.set(picture.data.subarray(y * picture.width, (y + 1) * picture.width), (top + y) * width + left);
    corners.push({ left, top });
    left += picture.width + gap;
  }
  /** Across, up and through of each slice, in the order of `pictures`. */
  const axes: readonly (readonly [Direction, Direction, Direction])[] = [
    [right, anterior, superior],
    [right, superior, anterior],
    [anterior, superior, right],
  ];
  const place = (mark: readonly number[], slice: number): PlacedMark => {
    const [across = right, up = right, through = right] = axes[slice] ?? [];
    const { left: x = 0, top: y = 0 } = corners[slice] ?? {};
    const pixels = (direction: Direction): number =>
      ((positionAlong(direction, mark) + 0.5) * direction.spacingMm) / pixelMm;
    const distance = Math.abs(positionAlong(through, mark) - positionAlong(through, at)) * through.spacingMm;
    return {
      x: x + pixels(across),
      y: y + (pictures[slice]?.height ?? 0) - pixels(up),
      isNear: distance <= nearMm,
    };
  };
  return {
    png: encode({ width, height, data, channels: 1, depth: 8 }),
    width,
    height,
    marks: marks.map((mark) => [0, 1, 2].map((slice) => place(mark, slice))),
  };
}
