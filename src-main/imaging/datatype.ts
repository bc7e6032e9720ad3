/** The numeric types of voxels in files, and their conversion to single precision. */

export type Datatype =
  'uint8' | 'int8' | 'uint16' | 'int16' | 'uint32' | 'int32' | 'uint64' | 'int64' | 'float32' | 'float64';

const bytesPer: Readonly<Record<Datatype, number>> = {
  uint8: 1,
  int8: 1,
  uint16: 2,
  int16: 2,
  uint32: 4,
  int32: 4,
  uint64: 8,
  int64: 8,
  float32: 4,
  float64: 8,
};

export function bytesOf(datatype: Datatype): number {
  return bytesPer[datatype];
}

export interface Encoding {
  readonly datatype: Datatype;
  readonly littleEndian: boolean;
  /** intensity = slope · stored + intercept */
  readonly slope: number;
  readonly intercept: number;
}

function viewOf(bytes: Buffer, datatype: Datatype, count: number): ArrayLike<number> | ArrayLike<bigint> {
  const { buffer, byteOffset } = bytes;
  switch (datatype) {
    case 'uint8':
      return new Uint8Array(buffer, byteOffset, count);
    case 'int8':
      return new Int8Array(buffer, byteOffset, count);
    case 'uint16':
      return new Uint16Array(buffer, byteOffset, count);
    case 'int16':
      return new Int16Array(buffer, byteOffset, count);
    case 'uint32':
      return new Uint32Array(buffer, byteOffset, count);
    case 'int32':
      return new Int32Array(buffer, byteOffset, count);
    case 'uint64':
      return new BigUint64Array(buffer, byteOffset, count);
    case 'int64':
      return new BigInt64Array(buffer, byteOffset, count);
    case 'float32':
      return new Float32Array(buffer, byteOffset, count);
    case 'float64':
      return new Float64Array(buffer, byteOffset, count);
  }
}

/** Turns big-endian numbers into this machine's order, in place. Every machine that Node 24 runs on here is little-endian. */
function swap(bytes: Buffer, width: number): void {
  if (width === 2) bytes.swap16();
  else if (width === 4) bytes.swap32();
  else if (width === 8) bytes.swap64();
}

/**
 * Writes the intensities of `count` stored numbers into `target` from index `at`. `bytes` begins at a multiple of eight
 * within its buffer, is no shorter than the numbers, and is overwritten where the byte order differs. Integers beyond
 * 2^24 lose their last digits to single precision.
 */
export function decodeVoxels(bytes: Buffer, count: number, encoding: Encoding, target: Float32Array, at: number): void {
  const width = bytesOf(encoding.datatype);
  if (!encoding.littleEndian) swap(bytes.subarray(0, count * width), width);
  const stored = viewOf(bytes, encoding.datatype, count);
  const { slope, intercept } = encoding;
  if (slope === 1 && intercept === 0 && !(stored instanceof BigInt64Array) && !(stored instanceof BigUint64Array)) {
    target.set(stored as ArrayLike<number>, at);
    return;
  }
  for (let index = 0; index < count; index++) target[at + index] = Number(stored[index]) * slope + intercept;
}
