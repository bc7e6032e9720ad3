/** Where a converted series lies, against where the headers of its images say that they lie. */
import type { AffineMatrix } from '#contract/records.ts';
import { applyAffine, spacingOf, type Vector3 } from '#shared/volume/affine.ts';
import { BadScan } from '../badScan.ts';
import type { ScanHeader } from '../scanHeader.ts';
import type { Slice } from './dicomFile.ts';
import type { Series } from './series.ts';

/** Millimetres that a corner may be off, beside a twentieth of a voxel. */
const toleranceMm = 0.02;
const toleranceVoxels = 0.05;
/** One less the cosine of two directions that count as one: a tenth of a degree. */
const sameDirection = 1.5e-6;

/** The four corner pixels of an image in RAS mm (PS3.3 C.7.6.2.1.1). `spacing`: between rows, between columns. */
function cornersOf({ position, row, column }: Slice, [betweenRows, betweenColumns]: readonly [number, number], [columns, rows]: readonly [number, number]): Vector3[] {
  return [0, columns - 1].flatMap((i) =>
    [0, rows - 1].map((j): Vector3 => {
      const at = (world: 0 | 1 | 2): number => position[world] + row[world] * betweenColumns * i + column[world] * betweenRows * j;
      return [-at(0), -at(1), at(2)];
    }),
  );
} // prettier-ignore

const misplaced = (): BadScan =>
  new BadScan(
    'damaged',
    'The converted series would lie elsewhere in space than its headers say, so that left and right cannot be relied on. Export it again from the scanner or archive.',
  );

/**
 * Throws BadScan ('damaged') where the corners of the converted image are not those of its first and last slice. One that
 * is uneven or not placed by its headers has no corners to compare.
 */
function checkCorners({ affine, size }: ScanHeader, { files: [image], stack }: Series): void {
  const spacing = image?.spacing ?? null;
  if (image === undefined || spacing === null || stack === null) return;
  if (stack.isUneven || stack.missing.length > 0 || stack.count < 2) return;
  const plane = [image.columns, image.rows] as const;
  const expected = [stack.first, stack.last].flatMap((slice) => cornersOf(slice, spacing, plane));
  const [x, y, z] = [size[0] - 1, size[1] - 1, size[2] - 1];
  const found = [0, x].flatMap((i) => [0, y].flatMap((j) => [0, z].map((k) => applyAffine(affine, [i, j, k]))));
  const limit = toleranceMm + toleranceVoxels * Math.min(...spacingOf(affine));
  const isNear = (a: Vector3, b: Vector3): boolean => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]) <= limit;
  if (expected.every((corner) => found.some((other) => isNear(corner, other)))) return;
  throw misplaced();
}

const toRas = ([x, y, z]: Vector3): Vector3 => [-x, -y, z];
const dot = (a: Vector3, b: Vector3): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const along = (from: Vector3, direction: Vector3, mm: number): Vector3 => [
  from[0] + mm * direction[0],
  from[1] + mm * direction[1],
  from[2] + mm * direction[2],
];

/**
 * Of a tilted stack the converter moves the columns of every image, each a little farther than the one before, until the
 * stack is upright, adds rows for that, and leaves the origin where it was. The image at one end was not moved: the affine
 * is put where its header says that it lies. Throws BadScan: 'incomplete', 'damaged'.
 */
function placeUpright(header: ScanHeader, { files: [image], stack }: Series): ScanHeader {
  const spacing = image?.spacing ?? null;
  if (image === undefined || spacing === null || stack === null) throw misplaced();
  if (stack.isUneven || stack.missing.length > 0)
    throw new BadScan(
      'incomplete',
      'Slices of the series are missing or unevenly spaced, and the gantry was tilted: it cannot be made upright. Export it again with all slices.',
    );
  const { affine, size } = header;
  const spans = spacingOf(affine);
  const axis = (at: 0 | 1 | 2): Vector3 => [
    affine[0][at] / spans[at],
    affine[1][at] / spans[at],
    affine[2][at] / spans[at],
  ];
  const [x, y, z] = [axis(0), axis(1), axis(2)];
  const [row, column] = [toRas(stack.first.row), toRas(stack.first.column)];
  const isRising = dot(toRas(along(stack.last.position, stack.first.position, -1)), z) > 0;
  const [lowest, highest] = isRising ? [stack.first, stack.last] : [stack.last, stack.first];
  const step = toRas(along(highest.position, lowest.position, -1));
  const isLowestAtRest = dot(step, y) >= 0;
  const atRest = isLowestAtRest ? lowest : highest;
  let corner = toRas(atRest.position);
  if (dot(row, x) < 0) corner = along(corner, row, spacing[1] * (image.columns - 1));
  if (dot(column, y) < 0) corner = along(corner, column, spacing[0] * (image.rows - 1));
  const origin = along(corner, z, isLowestAtRest ? 0 : -spans[2] * (size[2] - 1));
  const isAlike =
    Math.abs(dot(row, x)) > 1 - sameDirection &&
    Math.abs(dot(column, y)) > 1 - sameDirection &&
    size[2] === stack.count;
  const isHeld = Math.abs(dot(step, z) - spans[2] * (size[2] - 1)) < toleranceMm + toleranceVoxels * spans[2];
  if (!isAlike || !isHeld || Math.abs(dot(step, x)) > toleranceMm + toleranceVoxels * spans[0]) throw misplaced();
  const place = (world: 0 | 1 | 2): AffineMatrix[0] => [
    affine[world][0],
    affine[world][1],
    affine[world][2],
    origin[world],
  ];
  return { ...header, affine: [place(0), place(1), place(2), affine[3]] };
}

/** The header of a converted series, which lies where the headers of its images say. Throws BadScan. */
export function placeSeries(header: ScanHeader, series: Series): ScanHeader {
  const isMoved = series.stack?.isTilted === true && header.size[1] > (series.files[0]?.rows ?? Infinity);
  if (isMoved) return placeUpright(header, series);
  checkCorners(header, series);
  return header;
}
