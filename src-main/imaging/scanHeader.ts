/** What a reader finds out from a file's header, and the checks that are the same for every format. */
import type { AffineMatrix, NativeGeometry } from '#contract/records.ts';
import { determinant, spacingOf } from '#shared/volume/affine.ts';
import { BadScan, type ScanWarning } from './badScan.ts';
import type { DataForm } from './byteSource.ts';
import { bytesOf, type Encoding } from './datatype.ts';

export interface ScanHeader {
  readonly format: NativeGeometry['format'];
  readonly size: readonly [number, number, number];
  /** Voxel to RAS+ mm. */
  readonly affine: AffineMatrix;
  readonly affineSource: NativeGeometry['affineSource'];
  readonly encoding: Encoding;
  /** Volumes in the file: one, or more of which one is chosen or the mean is taken. */
  readonly frames: number;
  readonly layout: VoxelLayout;
  /** The file that holds the voxels (of a pair: the image file), how they lie in it, and where they begin. */
  readonly dataPath: string;
  readonly dataForm: DataForm;
  readonly dataOffset: number;
  readonly warnings: readonly ScanWarning[];
}

/**
 * `volumes`: frame after frame. `interleaved`: the frames of each voxel beside one another. `complex`: frame after frame of
 * real and imaginary parts in turn.
 */
export type VoxelLayout = 'volumes' | 'interleaved' | 'complex';

/** Numbers that are stored for each voxel of one frame, taken together where frames are interleaved. */
export function numbersPerVoxel({ layout, frames }: Pick<ScanHeader, 'layout' | 'frames'>): number {
  return layout === 'complex' ? 2 : layout === 'interleaved' ? frames : 1;
}

/** Voxels a scan may have: 400 MB in single precision. A whole head at 0.4 mm is below it. */
const mostVoxels = 100_000_000;
/** Along each axis; fewer cannot show a brain. */
const fewestVoxels = 8;
const smallestSpacingMm = 0.001;
const largestSpacingMm = 100;

/**
 * Checks the number of axes and voxels that a header claims. `dimensions` are those after the count: voxels along i, j,
 * k, then time and more, which count as frames. Throws BadScan.
 */
export function checkDimensions(dimensions: readonly number[]): { size: [number, number, number]; frames: number } {
  const shown = dimensions.join(' × ');
  const [x = 0, y = 1, z = 1, ...more] = dimensions;
  if (dimensions.some((length) => !Number.isInteger(length) || length < 1)) {
    throw new BadScan(
      'bad-dimensions',
      `The header claims ${shown} voxels, which cannot be: the file is damaged or was written wrongly. Export it again.`,
    );
  }
  if (Math.min(x, y, z) === 1) {
    throw new BadScan(
      'single-slice',
      `The file holds a single slice (${shown}), not a volume. Import the whole series as one volume.`,
    );
  }
  if (x * y * z > mostVoxels) {
    throw new BadScan(
      'huge',
      `The header claims ${shown} voxels; up to ${String(mostVoxels / 1e6)} million are read. If the scan really is that large, resample it first; else the header is damaged.`,
    );
  }
  if (Math.min(x, y, z) < fewestVoxels) {
    throw new BadScan(
      'too-small',
      `${shown} voxels are too few to show a brain: at least ${String(fewestVoxels)} along each axis are needed.`,
    );
  }
  return { size: [x, y, z], frames: more.reduce((product, length) => product * length, 1) };
}

/** Checks that an affine places voxels in space. `where` names the field, `remedy` says what to do. Throws BadScan. */
export function checkAffine(affine: AffineMatrix, where: string, remedy: string): void {
  const spacing = spacingOf(affine);
  const [a, b, c] = spacing;
  // The determinant over the product of the lengths: 1 for right angles, 0 where the axes lie in one plane.
  const spread = Math.abs(determinant(affine)) / (a * b * c);
  const isPlaced =
    affine.flat().every(Number.isFinite) &&
    spread > 1e-3 &&
    spacing.every((length) => length >= smallestSpacingMm && length <= largestSpacingMm);
  if (isPlaced) return;
  const shown = spacing
    .map((length) => (Number.isFinite(length) ? String(Number(length.toPrecision(4))) : 'no number'))
    .join(' × ');
  throw new BadScan(
    'singular-affine',
    `${where} does not place the voxels in space (voxel size ${shown} mm). ${remedy}`,
  );
}

/** Checks that the voxels can be in the file, before memory is set aside for them. `fileBytes`: as on the disk. Throws BadScan. */
export function checkFileSize(header: ScanHeader, fileBytes: number, mostUnpackedBytes: number): void {
  const { size, dataOffset, encoding, frames, layout, dataForm } = header;
  // Of numbers in text each takes a digit and what parts it from the next.
  const numberBytes = dataForm === 'text' ? 2 : bytesOf(encoding.datatype);
  const parts = layout === 'complex' ? 2 : 1;
  const voxelBytes = size[0] * size[1] * size[2] * frames * parts * numberBytes;
  if (dataOffset >= mostUnpackedBytes) {
    throw new BadScan(
      'bad-offset',
      `The header says that the voxels begin at byte ${String(dataOffset)}, but the file has ${String(fileBytes)}. The file is damaged or was written wrongly: export it again.`,
    );
  }
  if (dataOffset + voxelBytes > mostUnpackedBytes + (dataForm === 'text' ? 1 : 0))
    throw truncated(voxelBytes, fileBytes - dataOffset, 'the file has no more than');
}

/** The error of a file that ends too early. */
export function truncated(wantedBytes: number, foundBytes: number, found: string): BadScan {
  const share = Math.floor((100 * foundBytes) / wantedBytes);
  return new BadScan(
    'truncated',
    `The file is cut off: its voxels need ${String(wantedBytes)} bytes, ${found} ${String(foundBytes)} (${String(share)} %). Copy it again from its source.`,
  );
}
