/**
 * Reads NIfTI-1 and NIfTI-2 headers (nifti1.h and nifti2.h, https://nifti.nimh.nih.gov). The fields come from
 * nifti-reader-js; the affine and the 64-bit fields are worked out here (docs/decisions, readers).
 */
import { existsSync } from 'node:fs';
import { NIFTI1, NIFTI2 } from 'nifti-reader-js';
import type { AffineMatrix } from '#contract/records.ts';
import { affineOfSpacing, applyAffine, determinant, scaleAffine, spacingOf } from '#shared/volume/affine.ts';
import { BadScan, type ScanWarning } from './badScan.ts';
import type { Datatype } from './datatype.ts';
import { checkAffine, checkDimensions, type ScanHeader } from './scanHeader.ts';

export const nifti1Bytes = 348;
export const nifti2Bytes = 540;
/** Four bytes after the header say whether extensions follow, so voxels begin no earlier than after them. */
const flagBytes = 4;
const sformAt = { nifti1: 280, nifti2: 400 } as const;

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

function datatypeOf(code: number): Datatype {
  const datatype = datatypes.get(code);
  if (datatype !== undefined) return datatype;
  if (code === 128 || code === 2304) {
    throw new BadScan(
      'colour',
      'The voxels are colours (RGB), not intensities. Export the scan itself, without a colour map.',
    );
  }
  if (code === 32 || code === 1792 || code === 2048) {
    throw new BadScan('complex', 'The voxels are complex numbers. Export the magnitude image.');
  }
  const known = code === 1536 ? ' (128-bit floating point)' : code === 1 ? ' (single bits)' : '';
  throw new BadScan(
    'unknown-datatype',
    `The header names the voxel type ${String(code)}${known}, which is not read. Save the scan as 16-bit integers or 32-bit floating point.`,
  );
}

/** The scale of a unit of length in mm (nifti1.h, xyzt_units); unknown units are taken for mm. */
function unitMm(xyztUnits: number): number {
  const code = xyztUnits & 7;
  return code === 1 ? 1000 : code === 3 ? 0.001 : 1;
}

/** nifti1.h, method 2: a unit quaternion, voxel sizes, and qfac for the third axis. */
function qformOf(header: NIFTI1 | NIFTI2): AffineMatrix {
  const { quatern_b: b, quatern_c: c, quatern_d: d } = header;
  const a = Math.sqrt(Math.max(0, 1 - (b * b + c * c + d * d)));
  const [first = 1, i = 0, j = 0, third = 0] = header.pixDims.map((size, index) =>
    index === 0 ? size : Math.abs(size),
  );
  const k = first < 0 ? -third : third;
  return [
    [(a * a + b * b - c * c - d * d) * i, 2 * (b * c - a * d) * j, 2 * (b * d + a * c) * k, header.qoffset_x],
    [2 * (b * c + a * d) * i, (a * a + c * c - b * b - d * d) * j, 2 * (c * d - a * b) * k, header.qoffset_y],
    [2 * (b * d - a * c) * i, 2 * (c * d + a * b) * j, (a * a + d * d - b * b - c * c) * k, header.qoffset_z],
    [0, 0, 0, 1],
  ];
}

function sformOf(view: DataView, format: 'nifti1' | 'nifti2', littleEndian: boolean): AffineMatrix {
  const number = (index: number): number =>
    format === 'nifti1'
      ? view.getFloat32(sformAt.nifti1 + 4 * index, littleEndian)
      : view.getFloat64(sformAt.nifti2 + 8 * index, littleEndian);
  const row = (index: number): AffineMatrix[number] => [
    number(4 * index),
    number(4 * index + 1),
    number(4 * index + 2),
    number(4 * index + 3),
  ];
  return [row(0), row(1), row(2), [0, 0, 0, 1]];
}

/** Whether two placements mirror each other or, where both mean the same space, lie more than a voxel apart. */
function formsDisagree(
  sform: AffineMatrix,
  qform: AffineMatrix,
  isSameSpace: boolean,
  size: readonly [number, number, number],
): boolean {
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

interface Placement {
  readonly affine: AffineMatrix;
  readonly affineSource: ScanHeader['affineSource'];
  readonly warnings: readonly ScanWarning[];
}

function placementOf(header: NIFTI1 | NIFTI2, sform: AffineMatrix, size: readonly [number, number, number]): Placement {
  const factor = unitMm(header.xyzt_units);
  const qform = qformOf(header);
  if (header.sform_code > 0) {
    const affine = scaleAffine(sform, factor);
    checkAffine(
      affine,
      'The sform of the header',
      'Write the orientation anew from the scanner’s files (or, where the qform is right, copy it over the sform).',
    );
    const isSameSpace = header.sform_code === header.qform_code;
    const disagree = header.qform_code > 0 && formsDisagree(affine, scaleAffine(qform, factor), isSameSpace, size);
    const reason =
      'The header holds two placements (sform and qform) that disagree; the sform was used. Check left and right.';
    return { affine, affineSource: 'sform', warnings: disagree ? [{ code: 'forms-disagree', reason }] : [] };
  }
  if (header.qform_code > 0) {
    const affine = scaleAffine(qform, factor);
    checkAffine(affine, 'The qform of the header', 'Write the orientation anew from the scanner’s files.');
    return { affine, affineSource: 'qform', warnings: [] };
  }
  const affine = scaleAffine(affineOfSpacing(header.pixDims.map(Math.abs), size), factor);
  checkAffine(
    affine,
    'The header has no orientation, and its voxel size',
    'Write the orientation anew from the scanner’s files.',
  );
  const reason =
    'The header does not say which side is left; the first axis was taken to run from right to left. Check left and right.';
  return { affine, affineSource: 'pixdim', warnings: [{ code: 'orientation-guessed', reason }] };
}

/** The image file of a header file, packed or not. Throws BadScan where there is none. */
function imageOf(headerPath: string): string {
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
function dimensionsOf(dims: readonly number[]): number[] {
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

/**
 * Reads a header from the first 348 (NIfTI-1) or 540 (NIfTI-2) bytes of the file at `path`, which tells where a pair's
 * image file must be. Throws BadScan.
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
  const magic = header.magic.slice(0, 3);
  if (magic !== 'n+1' && magic !== 'ni1' && magic !== 'n+2' && magic !== 'ni2') {
    throw new BadScan(
      'no-orientation',
      'This is an Analyze 7.5 file, which does not say which side is left. Convert the scan from its source to NIfTI.',
    );
  }
  const isSingleFile = magic[1] === '+';
  const long = (at: number): number => Number(view.getBigInt64(at, littleEndian));
  const dims = format === 'nifti1' ? header.dims : header.dims.map((_, index) => long(16 + 8 * index));
  const dimensions = dimensionsOf(dims);
  const datatype = datatypeOf(header.datatypeCode);
  const size = checkDimensions(dimensions);
  const slope = Number.isFinite(header.scl_slope) && header.scl_slope !== 0 ? header.scl_slope : null;
  return {
    format,
    size,
    ...placementOf(header, sformOf(view, format, littleEndian), size),
    encoding: {
      datatype,
      littleEndian,
      // nifti1.h: a slope of zero means that the stored numbers are the intensities.
      slope: slope ?? 1,
      intercept: slope !== null && Number.isFinite(header.scl_inter) ? header.scl_inter : 0,
    },
    dataPath: isSingleFile ? path : imageOf(path),
    dataOffset: offsetOf(format === 'nifti1' ? header.vox_offset : long(168), format, isSingleFile),
  };
}
