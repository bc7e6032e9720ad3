/** Many scans on one picture: the axial, coronal and sagittal middle slices of each, as a greyscale PNG. */
import { encode } from 'fast-png';
import { captionWidth, drawCaption, fitCaption, glyphHeight } from './contactSheetFont.ts';
import { anatomicalDirections, renderPlanes, type Picture, type WindowedScan } from './planes.ts';

export interface SheetScan extends WindowedScan {
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

const pageGrey = 26;
const captionGrey = 150;
const planeGap = 1; // pixels between the three planes of a scan
const cellGap = 6; // pixels between scans
const usualMargin = 6;
const captionPadding = 3;
const usualHeight = 96;

/** One scale in mm for the whole page, so that brains can be compared in size. */
function pageScale(scans: readonly SheetScan[], scale: number | undefined): number {
  const directions = scans.flatMap((scan) => anatomicalDirections(scan.volume));
  const smallestMm = Math.min(...directions.map((direction) => direction.spacingMm));
  const extentMm = Math.max(...directions.map((direction) => direction.count * direction.spacingMm));
  return smallestMm / (scale ?? Math.max(1, Math.round((usualHeight * smallestMm) / extentMm)));
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
  const cells = scans.map((scan) => renderPlanes(scan, pixelMm));
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
