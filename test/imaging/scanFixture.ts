/** Writes scan files of every kind for tests, from the field tables of nifti1.h and nifti2.h, apart from our writer. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { AffineMatrix } from '#contract/records.ts';
import type { Datatype } from '#imaging/datatype.ts';

export interface Fixture {
  readonly version?: 1 | 2;
  readonly littleEndian?: boolean;
  readonly datatype?: Datatype;
  /** Overrides the code that belongs to the datatype. */
  readonly datatypeCode?: number;
  readonly size: readonly number[];
  /** Stored numbers, x fastest. */
  readonly values: ArrayLike<number>;
  readonly sform?: AffineMatrix | null;
  readonly qform?: { readonly bcd: readonly number[]; readonly offset: readonly number[] } | null;
  readonly pixdim?: readonly number[];
  readonly slope?: number;
  readonly intercept?: number;
  readonly units?: number;
  readonly voxOffset?: number;
  readonly magic?: string;
  /** Filler between header and voxels. */
  readonly gap?: number;
}

const codes: Readonly<Record<Datatype, number>> = {
  uint8: 2,
  int16: 4,
  int32: 8,
  float32: 16,
  float64: 64,
  int8: 256,
  uint16: 512,
  uint32: 768,
  int64: 1024,
  uint64: 1280,
};
const widths: Readonly<Record<Datatype, number>> = {
  uint8: 1,
  int8: 1,
  int16: 2,
  uint16: 2,
  int32: 4,
  uint32: 4,
  float32: 4,
  int64: 8,
  uint64: 8,
  float64: 8,
};

export const twoMillimetres: AffineMatrix = [
  [2, 0, 0, -20],
  [0, 2, 0, -30],
  [0, 0, 2, -10],
  [0, 0, 0, 1],
];

function voxelBytes(values: ArrayLike<number>, datatype: Datatype, littleEndian: boolean): Buffer {
  const bytes = Buffer.alloc(values.length * widths[datatype]);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const write: Readonly<Record<Datatype, (at: number, value: number) => void>> = {
    uint8: (at, value) => {
      view.setUint8(at, value);
    },
    int8: (at, value) => {
      view.setInt8(at, value);
    },
    uint16: (at, value) => {
      view.setUint16(at, value, littleEndian);
    },
    int16: (at, value) => {
      view.setInt16(at, value, littleEndian);
    },
    uint32: (at, value) => {
      view.setUint32(at, value, littleEndian);
    },
    int32: (at, value) => {
      view.setInt32(at, value, littleEndian);
    },
    uint64: (at, value) => {
      view.setBigUint64(at, BigInt(value), littleEndian);
    },
    int64: (at, value) => {
      view.setBigInt64(at, BigInt(value), littleEndian);
    },
    float32: (at, value) => {
      view.setFloat32(at, value, littleEndian);
    },
    float64: (at, value) => {
      view.setFloat64(at, value, littleEndian);
    },
  };
  for (let index = 0; index < values.length; index++) write[datatype](index * widths[datatype], values[index] ?? 0);
  return bytes;
}

/** Header (padded to where the voxels begin in a single file) and voxels. */
export function scanBytes(fixture: Fixture): { header: Buffer; voxels: Buffer } {
  const { version = 1, littleEndian = true, datatype = 'int16', size, sform = twoMillimetres, qform = null } = fixture;
  const length = version === 1 ? 348 : 540;
  const isPair = fixture.magic?.startsWith('ni') === true;
  const header = Buffer.alloc(isPair ? length : length + 4 + (fixture.gap ?? 0));
  const view = new DataView(header.buffer, header.byteOffset, header.length);
  const short = (at: number, value: number): void => {
    view.setInt16(at, value, littleEndian);
  };
  const int = (at: number, value: number): void => {
    view.setInt32(at, value, littleEndian);
  };
  const real = (at: [number, number], index: number, value: number): void => {
    if (version === 1) view.setFloat32(at[0] + 4 * index, value, littleEndian);
    else view.setFloat64(at[1] + 8 * index, value, littleEndian);
  };
  const pixdim = fixture.pixdim ?? [1, 2, 2, 2];
  const offset = fixture.voxOffset ?? (isPair ? 0 : header.length);
  const magic = fixture.magic ?? (version === 1 ? 'n+1' : 'n+2');
  int(0, length);
  [size.length, ...size].forEach((value, index) => {
    if (version === 1) short(40 + 2 * index, value);
    else view.setBigInt64(16 + 8 * index, BigInt(value), littleEndian);
  });
  short(version === 1 ? 70 : 12, fixture.datatypeCode ?? codes[datatype]);
  short(version === 1 ? 72 : 14, 8 * widths[datatype]);
  pixdim.forEach((value, index) => {
    real([76, 104], index, value);
  });
  if (version === 1) view.setFloat32(108, offset, littleEndian);
  else view.setBigInt64(168, BigInt(offset), littleEndian);
  real([112, 176], 0, fixture.slope ?? 0);
  real([116, 184], 0, fixture.intercept ?? 0);
  if (version === 1) header[123] = fixture.units ?? 2;
  else int(500, fixture.units ?? 2);
  if (version === 1) short(252, qform === null ? 0 : 1);
  else int(344, qform === null ? 0 : 1);
  if (version === 1) short(254, sform === null ? 0 : 1);
  else int(348, sform === null ? 0 : 1);
  qform?.bcd.forEach((value, index) => {
    real([256, 352], index, value);
  });
  qform?.offset.forEach((value, index) => {
    real([268, 376], index, value);
  });
  sform
    ?.slice(0, 3)
    .flat()
    .forEach((value, index) => {
      real([280, 400], index, value);
    });
  header.write(`${magic}\0`, version === 1 ? 344 : 4, 'latin1');
  if (version === 2) header.write('\r\n\x1a\n', 8, 'latin1');
  return { header, voxels: voxelBytes(fixture.values, datatype, littleEndian) };
}

/** Writes a fixture to `path`, packed if that ends in .gz, as a pair if it ends in .hdr; returns the path. */
export function writeScan(path: string, fixture: Fixture): string {
  mkdirSync(dirname(path), { recursive: true });
  const isPair = path.endsWith('.hdr');
  const { header, voxels } = scanBytes(isPair ? { ...fixture, magic: fixture.version === 2 ? 'ni2' : 'ni1' } : fixture);
  if (isPair) {
    writeFileSync(path, header);
    writeFileSync(path.replace(/\.hdr$/, '.img'), voxels);
    return path;
  }
  const bytes = Buffer.concat([header, voxels]);
  writeFileSync(path, path.endsWith('.gz') ? gzipSync(bytes) : bytes);
  return path;
}

/**
 * A made-up brain: an ellipsoid a little off the middle with a bright ball on the right front (RAS of the unturned
 * array), dark ventricles and a shade that differs everywhere; background 0. Values up to 200.
 */
export function brainValues(size: readonly [number, number, number], shade = 0): Float32Array {
  const [nx, ny, nz] = size;
  const values = new Float32Array(nx * ny * nz);
  for (let k = 0, index = 0; k < nz; k++) {
    for (let j = 0; j < ny; j++) {
      for (let i = 0; i < nx; i++, index++) {
        const [x, y, z] = [(2 * i) / (nx - 1) - 1.05, (2 * j) / (ny - 1) - 0.95, (2 * k) / (nz - 1) - 1];
        if ((x / 0.7) ** 2 + (y / 0.75) ** 2 + (z / 0.65) ** 2 > 1) continue;
        const isMarker = Math.hypot(x - 0.35, y - 0.3, z) < 0.2;
        const isVentricle = Math.hypot(x, y, z) < 0.15;
        values[index] = isMarker ? 200 : isVentricle ? 40 : 100 + shade + 15 * Math.sin(3 * x + 2 * y) + 8 * z;
      }
    }
  }
  return values;
}
