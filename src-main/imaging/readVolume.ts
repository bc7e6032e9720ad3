/** Reads a scan: header, checks, then the voxels piece by piece into single precision. */
import type { NativeGeometry } from '#contract/records.ts';
import { spacingOf } from '#shared/volume/affine.ts';
import type { Volume } from '#shared/volume/volume.ts';
import type { ScanWarning } from './badScan.ts';
import { openByteSource } from './byteSource.ts';
import { bytesOf, decodeVoxels } from './datatype.ts';
import { inspectScan } from './inspect.ts';
import { truncated, type ScanHeader } from './scanHeader.ts';

export interface ReadScan {
  /** In the file's own axis order; intensities after slope and intercept. Some may not be finite. */
  readonly volume: Volume;
  readonly native: NativeGeometry;
  readonly warnings: readonly ScanWarning[];
  /** The file the voxels came from: the given one, of a pair the image file. */
  readonly dataPath: string;
}

/** Voxels unpacked and converted at a time. */
const pieceVoxels = 1 << 18;
/** Read past the voxels so that gzip's checksum at the end is looked at, but not without limit. */
const mostTrailingBytes = 1 << 20;

async function readVoxels(header: ScanHeader): Promise<Float32Array> {
  const { size, encoding } = header;
  const count = size[0] * size[1] * size[2];
  const width = bytesOf(encoding.datatype);
  const source = await openByteSource(header.dataPath);
  try {
    await source.skip(header.dataOffset);
    const voxels = new Float32Array(count);
    const piece = Buffer.alloc(pieceVoxels * width);
    for (let done = 0; done < count; done += pieceVoxels) {
      const now = Math.min(pieceVoxels, count - done);
      const found = await source.read(piece.subarray(0, now * width));
      if (found < now * width) throw truncated(count * width, done * width + found, 'the file has');
      decodeVoxels(piece, now, encoding, voxels, done);
    }
    if (source.isCompressed) await source.skip(mostTrailingBytes);
    return voxels;
  } finally {
    source.close();
  }
}

/** Reads .nii, .nii.gz, .hdr/.img, .mgz, .mgh. Throws BadScan, an AppError of code 'bad-input'. */
export async function readVolume(path: string): Promise<ReadScan> {
  const header = await inspectScan(path);
  const { format, affine, affineSource, encoding } = header;
  const size: [number, number, number] = [...header.size];
  return {
    volume: { size, affine, data: await readVoxels(header) },
    native: {
      format,
      size,
      spacingMm: spacingOf(affine),
      affine,
      affineSource,
      datatype: encoding.datatype,
      valueSlope: encoding.slope,
      valueIntercept: encoding.intercept,
    },
    warnings: header.warnings,
    dataPath: header.dataPath,
  };
}
