/**
 * Reads NIfTI-1 and NIfTI-2 headers (nifti1.h and nifti2.h, https://nifti.nimh.nih.gov). The fields come from
 * nifti-reader-js; 64-bit fields are read here, and the placement is worked out from its numbers (docs/decisions, readers).
 */
import { existsSync } from 'node:fs';
import { NIFTI1, NIFTI2 } from 'nifti-reader-js';
import type { AffineMatrix } from '#contract/records.ts';
import { applyAffine, determinant, spacingOf, type Vector3 } from '#shared/volume/affine.ts';
import {
  niftiPlacement,
  qformAffine,
  readSform,
  type Placement,
  type PlacementFields,
} from '#shared/volume/niftiPlacement.ts';
import { BadScan, type ScanWarning } from './badScan.ts';
import type { Datatype } from './datatype.ts';
import { checkAffine, checkDimensions, type ScanHeader, type VoxelLayout } from './scanHeader.ts';

export const nifti1Bytes = 348;
export const nifti2Bytes = 540;
/** Four bytes after the header say whether extensions follow, so voxels begin no earlier than after them. */
const flagBytes = 4;

const datatypes: ReadonlyMap<number, Datatype> = new Map([
  [2, 'uint8'],
  [4, 'int16'],
  [8, 'int32'],
  [16, 'float32'],
  [64, 'float64'],
  [256, 'int8'],
  [512, 'uint16'],
  [768, 'uint32'],
  [1024, 'int64'],
  [1280, 'uint64'],
]);

/** Pairs of a real and an imaginary part. */
const complexTypes: ReadonlyMap<number, Datatype> = new Map([
  [32, 'float32'],
  [1792, 'float64'],
]);

export function niftiDatatype(code: number): { datatype: Datatype; layout: VoxelLayout } {
  const datatype = datatypes.get(code);
  if (datatype !== undefined) return { datatype, layout: 'volumes' };
  const part = complexTypes.get(code);
  if (part !== undefined) return { datatype: part, layout: 'complex' };
  if (code === 128 || code === 2304) {
    throw new BadScan(
      'colour',
      'The voxels are colours (RGB), not intensities. Export the scan itself, without a colour map.',
    );
  }
  const names: Readonly<Record<number, string>> = { 1: 'single bits', 1536: '128-bit floating point', 2048: 'complex numbers of 256 bits' }; // prettier-ignore
  const known = names[code] === undefined ? '' : ` (${names[code]})`;
  throw new BadScan(
    'unknown-datatype',
    `The header names the voxel type ${String(code)}${known}, which is not read. Save the scan as 16-bit integers or 32-bit floating point.`,
  );
}

/** Whether two placements mirror each other or, where both mean the same space, lie more than a voxel apart. */
function formsDisagree(sform: AffineMatrix, qform: AffineMatrix, isSameSpace: boolean, size: Vector3): boolean {
  const handedness = determinant(sform) * determinant(qform);
  if (handedness < 0) return true;
  if (!isSameSpace || !(handedness > 0)) return false;
  const far = [size[0] - 1, size[1] - 1, size[2] - 1] as const;
  const gap = Math.max(
    ...([[0, 0, 0], far] as const).map((corner) => {
      const [x, y, z] = applyAffine(sform, corner);
      const [p, q, r] = applyAffine(qform, corner);
      return Math.hypot(x - p, y - q, z - r);
    }),
  );
  return gap > Math.max(...spacingOf(sform));
}

function fieldsOf(header: NIFTI1 | NIFTI2, view: DataView, littleEndian: boolean): PlacementFields {
  return {
    sformCode: header.sform_code,
    sform: readSform(view, header instanceof NIFTI1 ? 1 : 2, littleEndian),
    qformCode: header.qform_code,
    quaternion: [header.quatern_b, header.quatern_c, header.quatern_d],
    qoffset: [header.qoffset_x, header.qoffset_y, header.qoffset_z],
    pixDims: header.pixDims,
    xyztUnits: header.xyzt_units,
  };
}

const placedBy = {
  sform: {
    where: 'The sform of the header',
    remedy:
      'Write the orientation anew from the scanner’s files (or, where the qform is right, copy it over the sform).',
  },
  qform: { where: 'The qform of the header', remedy: 'Write the orientation anew from the scanner’s files.' },
  pixdim: {
    where: 'The header has no orientation, and its voxel size',
    remedy: 'Write the orientation anew from the scanner’s files.',
  },
} as const;

/** Throws BadScan where the header does not place the voxels in space. */
function placementOf(fields: PlacementFields, size: Vector3): Pick<ScanHeader, 'affine' | 'affineSource' | 'warnings'> {
  const { affine, source } = niftiPlacement(fields, size);
  const { where, remedy } = placedBy[source];
  checkAffine(affine, where, remedy);
  return { affine, affineSource: source, warnings: placementWarnings(fields, { affine, source }, size) };
}

function placementWarnings(
  fields: PlacementFields,
  { affine, source }: Placement,
  size: Vector3,
): readonly ScanWarning[] {
  if (source === 'pixdim') {
    const reason =
      'The header does not say which side is left; the first axis was taken to run from right to left. Check left and right.';
    return [{ code: 'orientation-guessed', reason }];
  }
  if (source === 'qform' || fields.qformCode <= 0) return [];
  const isSameSpace = fields.sformCode === fields.qformCode;
  if (!formsDisagree(affine, qformAffine(fields), isSameSpace, size)) return [];
  const reason =
    'The header holds two placements (sform and qform) that disagree; the sform was used. Check left and right.';
  return [{ code: 'forms-disagree', reason }];
}

/** The image file of a header file, packed or not. Throws BadScan where there is none. */
export function imageOf(headerPath: string): string {
  const stem = headerPath.replace(/\.(hdr|nii)(\.gz)?$/i, '');
  const found = ['.img', '.img.gz', '.IMG'].map((ending) => stem + ending).find((path) => existsSync(path));
  if (found === undefined)
    throw new BadScan(
      'missing-pair',
      'This is a header whose image file (.img) is not beside it. Put both into one folder, under one name.',
    );
  return found;
}

/** Dimensions after the count, as far as it goes. */
export function dimensionsOf(dims: readonly number[]): number[] {
  const [count = 0, ...lengths] = dims;
  if (!Number.isInteger(count) || count < 1 || count > 7) {
    throw new BadScan(
      'bad-dimensions',
      `The header claims ${String(count)} axes, which cannot be: the file is damaged or was written wrongly. Export it again.`,
    );
  }
  return lengths.slice(0, count);
}

function offsetOf(claimed: number, format: 'nifti1' | 'nifti2', isSingleFile: boolean): number {
  if (!Number.isFinite(claimed) || claimed < 0) {
    throw new BadScan(
      'bad-offset',
      `The header says that the voxels begin at byte ${String(claimed)}, which cannot be: export the file again.`,
    );
  }
  const least = isSingleFile ? (format === 'nifti1' ? nifti1Bytes : nifti2Bytes) + flagBytes : 0;
  return Math.max(least, Math.floor(claimed));
}

/** Whether bytes begin a NIfTI header: its length, in either byte order, and the letters that tell it from Analyze 7.5. */
export function isNifti(bytes: Uint8Array): boolean {
  const letters = (at: number): string => String.fromCharCode(...bytes.subarray(at, at + 3));
  return ['n+1', 'ni1'].includes(letters(344)) || ['n+2', 'ni2'].includes(letters(4));
}

/**
 * Reads a header from the first 348 (NIfTI-1) or 540 (NIfTI-2) bytes of the file at `path`, which tells where a pair's
 * image file must be. `isNifti` holds for them. Throws BadScan.
 */
export function parseNifti(bytes: Uint8Array, path: string): ScanHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const littleEndian = view.getInt32(0, true) === nifti1Bytes || view.getInt32(0, true) === nifti2Bytes;
  const format = view.getInt32(0, littleEndian) === nifti1Bytes ? 'nifti1' : 'nifti2';
  const length = format === 'nifti1' ? nifti1Bytes : nifti2Bytes;
  if (bytes.length < length)
    throw new BadScan(
      'truncated',
      `The file ends within its header, after ${String(bytes.length)} bytes. Copy it again from its source.`,
    );

  // Given the header alone, the library looks for no extensions, which it may fail on.
  const header = format === 'nifti1' ? new NIFTI1() : new NIFTI2();
  header.readHeader(Uint8Array.from(bytes.subarray(0, length)).buffer);
  const isSingleFile = header.magic[1] === '+';
  const long = (at: number): number => Number(view.getBigInt64(at, littleEndian));
  const dims = format === 'nifti1' ? header.dims : header.dims.map((_, index) => long(16 + 8 * index));
  const dimensions = dimensionsOf(dims);
  const { datatype, layout } = niftiDatatype(header.datatypeCode);
  const { size, frames } = checkDimensions(dimensions);
  const slope = Number.isFinite(header.scl_slope) && header.scl_slope !== 0 ? header.scl_slope : null;
  return {
    format,
    size,
    ...placementOf(fieldsOf(header, view, littleEndian), size),
    encoding: {
      datatype,
      littleEndian,
      // nifti1.h: a slope of zero means that the stored numbers are the intensities.
      slope: slope ?? 1,
      intercept: slope !== null && Number.isFinite(header.scl_inter) ? header.scl_inter : 0,
    },
    frames,
    layout,
    dataPath: isSingleFile ? path : imageOf(path),
    dataForm: 'found',
    dataOffset: offsetOf(format === 'nifti1' ? header.vox_offset : long(168), format, isSingleFile),
  };
}
