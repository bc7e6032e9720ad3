/**
 * Reads headers of FreeSurfer's MGH format (.mgh, packed .mgz): big-endian, 284 bytes, the field table of
 * https://surfer.nmr.mgh.harvard.edu/fswiki/FsTutorial/MghFormat.
 */
import type { AffineMatrix } from '#contract/records.ts';
import { shiftOrigin } from '#shared/volume/affine.ts';
import { BadScan, type ScanWarning } from './badScan.ts';
import type { Datatype } from './datatype.ts';
import { checkAffine, checkDimensions, type ScanHeader } from './scanHeader.ts';

const mghBytes = 284;
export const mghVersion = 1;

const datatypes: ReadonlyMap<number, Datatype> = new Map([
  [0, 'uint8'],
  [1, 'int32'],
  [3, 'float32'],
  [4, 'int16'],
  [10, 'uint16'],
]);

/** Direction cosines that the format prescribes where the header has none: coronal slices. Columns i, j, k; then the centre. */
const coronal = [-1, 0, 0, 0, 0, -1, 0, 1, 0, 0, 0, 0] as const;

function affineOf(view: DataView, size: readonly [number, number, number], hasOrientation: boolean): AffineMatrix {
  const number = (index: number): number => (hasOrientation ? view.getFloat32(42 + 4 * index) : (coronal[index] ?? 0));
  const [di, dj, dk] = hasOrientation ? [view.getFloat32(30), view.getFloat32(34), view.getFloat32(38)] : [1, 1, 1];
  const row = (world: number): AffineMatrix[number] => [
    number(world) * di,
    number(3 + world) * dj,
    number(6 + world) * dk,
    number(9 + world),
  ];
  // The header places the middle of the volume; an affine places its first voxel.
  return shiftOrigin([row(0), row(1), row(2), [0, 0, 0, 1]], [-size[0] / 2, -size[1] / 2, -size[2] / 2]);
}

/** Reads a header from the first 284 bytes of the file at `path`. Throws BadScan. */
export function parseMgh(bytes: Uint8Array, path: string): ScanHeader {
  if (bytes.length < mghBytes)
    throw new BadScan(
      'truncated',
      `The file ends within its header, after ${String(bytes.length)} bytes. Copy it again from its source.`,
    );
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const type = view.getInt32(20);
  const datatype = datatypes.get(type);
  if (datatype === undefined) {
    throw new BadScan(
      'unknown-datatype',
      `The header names the voxel type ${String(type)}, which is not read. Convert the scan to NIfTI with mri_convert.`,
    );
  }
  const { size, frames } = checkDimensions([view.getInt32(4), view.getInt32(8), view.getInt32(12), view.getInt32(16)]);
  const hasOrientation = view.getInt16(28) !== 0;
  const affine = affineOf(view, size, hasOrientation);
  checkAffine(affine, 'The header', 'Write the file anew with mri_convert from its source.');
  const reason =
    'The header does not say which side is left; coronal slices were assumed, as the format prescribes. Check left and right.';
  const warnings: ScanWarning[] = hasOrientation ? [] : [{ code: 'orientation-guessed', reason }];
  return {
    format: 'mgh',
    size,
    affine,
    affineSource: 'mgh',
    encoding: { datatype, littleEndian: false, slope: 1, intercept: 0 },
    frames,
    layout: 'volumes',
    dataPath: path,
    dataForm: 'found',
    dataOffset: mghBytes,
    warnings,
  };
}
