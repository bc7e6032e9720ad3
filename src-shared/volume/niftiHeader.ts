/**
 * Writes NIfTI-1 headers (Cox et al. 2004; the field table of nifti1.h, https://nifti.nimh.nih.gov/nifti-1), single
 * file, little-endian, with sform and qform both set.
 */
import type { AffineMatrix } from '../contract/records.ts';
import { spacingOf, type Vector3 } from './affine.ts';

export interface Nifti1Header {
  readonly size: Vector3;
  /** Voxel to RAS+ mm; stored in single precision. */
  readonly affine: AffineMatrix;
  readonly datatype: 'uint8' | 'int16' | 'float32';
  /** intensity = slope · stored + intercept */
  readonly slope: number;
  readonly intercept: number;
  /** ASCII, cut after 79 characters. */
  readonly description: string;
  /** A header extension of code 6 (comment), UTF-8; null for none. */
  readonly comment: Uint8Array | null;
}

const headerBytes = 348;
/** After the header stands a four-byte flag: are there extensions? */
const flaggedBytes = 352;
const commentCode = 6;
const scannerCode = 1;
/** Millimetres and seconds. */
const unitsCode = 2 | 8;

const datatypes = {
  uint8: { code: 2, bits: 8 },
  int16: { code: 4, bits: 16 },
  float32: { code: 16, bits: 32 },
} as const;

type Matrix3 = readonly [Vector3, Vector3, Vector3];

function unit([x, y, z]: Vector3): Vector3 {
  const length = Math.hypot(x, y, z);
  return [x / length, y / length, z / length];
}

const dot = (a: Vector3, b: Vector3): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

const cross = (a: Vector3, b: Vector3): Vector3 => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];

/** Unit columns at right angles (Gram–Schmidt; exact unless the affine shears) and qfac, −1 for a mirroring affine. */
function rotationOf([a, b, c]: AffineMatrix): { columns: Matrix3; qfac: number } {
  const i = unit([a[0], b[0], c[0]]);
  const second: Vector3 = [a[1], b[1], c[1]];
  const along = dot(i, second);
  const j = unit([second[0] - along * i[0], second[1] - along * i[1], second[2] - along * i[2]]);
  const k = cross(i, j);
  return { columns: [i, j, k], qfac: dot(k, [a[2], b[2], c[2]]) < 0 ? -1 : 1 };
}

/** Quaternion (a ≥ 0, b, c, d) of a proper rotation (nifti1.h, method 2), from its largest component for stability. */
function quaternionOf([i, j, k]: Matrix3): [number, number, number, number] {
  const squares = [
    1 + i[0] + j[1] + k[2],
    1 + i[0] - j[1] - k[2],
    1 - i[0] + j[1] - k[2],
    1 - i[0] - j[1] + k[2],
  ] as const;
  const largest = squares.indexOf(Math.max(...squares));
  const four = 2 * Math.sqrt(Math.max(...squares)); // four times the largest component
  const quaternion: [number, number, number, number] =
    largest === 0
      ? [four / 4, (j[2] - k[1]) / four, (k[0] - i[2]) / four, (i[1] - j[0]) / four]
      : largest === 1
        ? [(j[2] - k[1]) / four, four / 4, (j[0] + i[1]) / four, (k[0] + i[2]) / four]
        : largest === 2
          ? [(k[0] - i[2]) / four, (j[0] + i[1]) / four, four / 4, (k[1] + j[2]) / four]
          : [(i[1] - j[0]) / four, (k[0] + i[2]) / four, (k[1] + j[2]) / four, four / 4];
  const [a, b, c, d] = quaternion;
  return a < 0 ? [-a, -b, -c, -d] : quaternion;
}

/**
 * Header, extension flag and, with a comment, the extension; the voxels follow directly, x fastest. Its length is the
 * header's `vox_offset`.
 */
export function encodeNifti1Header(header: Nifti1Header): Uint8Array {
  // An extension is eight bytes of size and code, then its content, padded to a multiple of 16.
  const extensionBytes = header.comment === null ? 0 : Math.ceil((8 + header.comment.length) / 16) * 16;
  const bytes = new Uint8Array(flaggedBytes + extensionBytes);
  const view = new DataView(bytes.buffer);
  const shorts = (at: number, values: readonly number[]): void => {
    values.forEach((value, index) => {
      view.setInt16(at + 2 * index, value, true);
    });
  };
  const floats = (at: number, values: readonly number[]): void => {
    values.forEach((value, index) => {
      view.setFloat32(at + 4 * index, value, true);
    });
  };
  const text = (at: number, value: string, limit: number): void => {
    for (let index = 0; index < Math.min(value.length, limit); index++) {
      const code = value.charCodeAt(index);
      bytes[at + index] = code >= 32 && code < 127 ? code : 63; // '?'
    }
  };

  const { affine } = header;
  const { code, bits } = datatypes[header.datatype];
  const { columns, qfac } = rotationOf(affine);
  const [, b, c, d] = quaternionOf(columns);
  view.setInt32(0, headerBytes, true);
  bytes[38] = 114; // 'r', the only trace of Analyze that some readers ask for
  shorts(40, [3, ...header.size, 1, 1, 1, 1]);
  shorts(70, [code, bits]);
  floats(76, [qfac, ...spacingOf(affine), 1, 1, 1, 1]);
  floats(108, [bytes.length, header.slope, header.intercept]);
  bytes[123] = unitsCode;
  text(148, header.description, 79);
  shorts(252, [scannerCode, scannerCode]);
  floats(256, [b, c, d, affine[0][3], affine[1][3], affine[2][3]]);
  floats(280, [...affine[0], ...affine[1], ...affine[2]]);
  text(344, 'n+1', 3);
  if (header.comment !== null) {
    bytes[headerBytes] = 1;
    view.setInt32(flaggedBytes, extensionBytes, true);
    view.setInt32(flaggedBytes + 4, commentCode, true);
    bytes.set(header.comment, flaggedBytes + 8);
  }
  return bytes;
}
