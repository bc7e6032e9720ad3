/** Where a converted series lies, against where the headers of its images say that they lie. */
import { applyAffine, spacingOf, type Vector3 } from '#shared/volume/affine.ts';
import { BadScan } from '../badScan.ts';
import type { ScanHeader } from '../scanHeader.ts';
import type { Slice } from './dicomFile.ts';
import type { Series } from './series.ts';

/** Millimetres that a corner may be off, beside a twentieth of a voxel. */
const toleranceMm = 0.02;
const toleranceVoxels = 0.05;

/** The four corner pixels of an image in RAS mm (PS3.3 C.7.6.2.1.1). `spacing`: between rows, between columns. */
function cornersOf({ position, row, column }: Slice, [betweenRows, betweenColumns]: readonly [number, number], [columns, rows]: readonly [number, number]): Vector3[] {
  return [0, columns - 1].flatMap((i) =>
    [0, rows - 1].map((j): Vector3 => {
      const at = (world: 0 | 1 | 2): number => position[world] + row[world] * betweenColumns * i + column[world] * betweenRows * j;
      return [-at(0), -at(1), at(2)];
    }),
  );
} // prettier-ignore

/**
 * Throws BadScan ('damaged') where the corners of the converted image are not those of its first and last slice. A stack
 * that is tilted was resampled, and one that is uneven or not placed by its headers has no corners to compare.
 */
export function checkPlacement({ affine, size }: ScanHeader, { files, stack }: Series): void {
  const [any] = files;
  const spacing = any?.spacing ?? null;
  if (any === undefined || spacing === null || stack === null || stack.isTilted) return;
  if (stack.isUneven || stack.missing.length > 0 || stack.count < 2) return;
  const plane = [any.columns, any.rows] as const;
  const expected = [stack.first, stack.last].flatMap((slice) => cornersOf(slice, spacing, plane));
  const [x, y, z] = [size[0] - 1, size[1] - 1, size[2] - 1];
  const found = [0, x].flatMap((i) => [0, y].flatMap((j) => [0, z].map((k) => applyAffine(affine, [i, j, k]))));
  const limit = toleranceMm + toleranceVoxels * Math.min(...spacingOf(affine));
  const isNear = (a: Vector3, b: Vector3): boolean => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]) <= limit;
  if (expected.every((corner) => found.some((other) => isNear(corner, other)))) return;
  throw new BadScan(
    'damaged',
    'The converted series would lie elsewhere in space than its headers say, so that left and right cannot be relied on. Export it again from the scanner or archive.',
  );
}
