/** The hash of a scan's stored voxels: the same whatever header they stand under and however they are packed. */
import { createHash, type Hash } from 'node:crypto';
import { openByteSource } from './byteSource.ts';
import { bytesOf, type Datatype } from './datatype.ts';
import { inspectScan } from './inspect.ts';

const pieceBytes = 1 << 20;

/** Begins with a line of their number and type, such as `64x64x64 int16`. */
const begin = (size: readonly number[], datatype: Datatype): Hash =>
  createHash('sha256').update(`${size.join('x')} ${datatype}\n`);

/** SHA-256 in hexadecimal of little-endian numbers, x fastest. */
export function hashOfVoxels(size: readonly number[], datatype: Datatype, voxels: Uint8Array): string {
  return begin(size, datatype).update(voxels).digest('hex');
}

/** As `hashOfVoxels`, of a file with one volume of little-endian binary numbers; null for others. Throws BadScan. */
export async function hashOfVoxelsIn(path: string): Promise<string | null> {
  const { size, encoding, frames, layout, dataPath, dataForm, dataOffset } = await inspectScan(path);
  const { datatype, littleEndian } = encoding;
  if (frames !== 1 || layout !== 'volumes' || dataForm === 'text' || !littleEndian) return null;
  const hash = begin(size, datatype);
  const source = await openByteSource(dataPath, dataForm, dataOffset);
  try {
    const piece = new Uint8Array(pieceBytes);
    for (let left = size[0] * size[1] * size[2] * bytesOf(datatype); left > 0;) {
      const found = await source.read(piece.subarray(0, left));
      if (found === 0) return null; // reading the voxels says what is wrong
      hash.update(piece.subarray(0, found));
      left -= found;
    }
    return hash.digest('hex');
  } finally {
    source.close();
  }
}
