/** Reads a scan: header, checks, then the voxels piece by piece into single precision. */
import type { FrameChoice, NativeGeometry } from '#contract/records.ts';
import { spacingOf } from '#shared/volume/affine.ts';
import type { Volume } from '#shared/volume/volume.ts';
import { BadScan, type ScanWarning } from './badScan.ts';
import { sha256Of, sha256OfFile } from './atomicWrite.ts';
import { openByteSource, readingError, type ByteSource } from './byteSource.ts';
import { bytesOf, decodeVoxels, type Encoding } from './datatype.ts';
import { inspectScan } from './inspect.ts';
import { numbersPerVoxel, truncated, type ScanHeader } from './scanHeader.ts';
import { createNumberReader } from './textNumbers.ts';

export interface ReadScan {
  /** In the file's own axis order; intensities after slope and intercept. Some may not be finite. */
  readonly volume: Volume;
  readonly native: NativeGeometry;
  readonly warnings: readonly ScanWarning[];
  /** Hash of the file; of a pair, over the hashes of header and image; of a series, over those of its files. */
  readonly sourceSha256: () => Promise<string>;
}

async function hashFiles(path: string, dataPath: string): Promise<string> {
  try {
    const hash = await sha256OfFile(path);
    return path === dataPath ? hash : sha256Of(hash + (await sha256OfFile(dataPath)));
  } catch (thrown) {
    throw readingError(thrown); // gone or out of reach since it was read
  }
}

/** Stored numbers unpacked and converted at a time. */
const pieceNumbers = 1 << 18;
/** Read past the voxels so that gzip's checksum at the end is looked at, but not without limit. */
const mostTrailingBytes = 1 << 20;

/** Fills `target` with the next stored numbers; returns how many there were. */
type ReadNumbers = (target: Float32Array) => Promise<number>;

function binaryNumbers(source: ByteSource, encoding: Encoding): ReadNumbers {
  const width = bytesOf(encoding.datatype);
  const piece = Buffer.alloc(pieceNumbers * width);
  return async (target) => {
    const found = await source.read(piece.subarray(0, target.length * width));
    const count = Math.floor(found / width);
    decodeVoxels(piece, count, encoding, target, 0);
    return count;
  };
}

/** Which frames to add up, and into how many parts to divide them. Throws BadScan ('four-dimensional'). */
function framesToRead({ frames, size }: ScanHeader, choice: FrameChoice): { from: number; count: number } {
  if (frames === 1) return { from: 0, count: 1 };
  if (choice === 'mean') return { from: 0, count: frames };
  const shown = [...size, frames].join(' × ');
  if (choice === null) {
    throw new BadScan(
      'four-dimensional',
      `The file holds a series of ${String(frames)} volumes (${shown}), not one scan. Choose one of them, or their mean (--frame).`,
    );
  }
  if (choice > frames) {
    throw new BadScan(
      'four-dimensional',
      `The file holds ${String(frames)} volumes (${shown}), and number ${String(choice)} was asked for. Choose another frame, or the mean.`,
    );
  }
  return { from: choice - 1, count: 1 };
}

/** Adds the stored numbers of some voxels to their intensities: of complex ones the magnitude. */
function addVoxels(
  numbers: Float32Array,
  count: number,
  { voxels, at, header, from, frames }: { voxels: Float32Array; at: number; header: ScanHeader; from: number; frames: number },
): void {
  const stride = numbersPerVoxel(header);
  switch (header.layout) {
    case 'volumes':
      for (let index = 0; index < count; index++) voxels[at + index]! += numbers[index]!;
      return;
    case 'complex':
      for (let index = 0; index < count; index++)
        voxels[at + index]! += Math.hypot(numbers[2 * index]!, numbers[2 * index + 1]!);
      return;
    case 'interleaved':
      for (let index = 0; index < count; index++) {
        for (let frame = from; frame < from + frames; frame++) voxels[at + index]! += numbers[stride * index + frame]!;
      }
  }
} // prettier-ignore

/** The intensities of the chosen volume, from a source at the first stored number, which is closed. Throws BadScan. */
export async function readVoxels(source: ByteSource, header: ScanHeader, choice: FrameChoice): Promise<Float32Array> {
  const { size, encoding, dataForm, layout } = header;
  try {
  const { from, count: frames } = framesToRead(header, choice);
  const count = size[0] * size[1] * size[2];
  const stride = numbersPerVoxel(header);
  const width = bytesOf(encoding.datatype);
    const readNumbers = dataForm === 'text' ? createNumberReader(source, encoding) : binaryNumbers(source, encoding);
    const isFrameAfterFrame = layout !== 'interleaved';
    const voxels = new Float32Array(count);
    const piece = Math.max(1, Math.floor(pieceNumbers / stride));
    const isDirect = layout === 'volumes' && frames === 1;
    const between = new Float32Array(isDirect ? 0 : piece * stride);
    const first = isFrameAfterFrame ? from : 0;
    const last = isFrameAfterFrame ? from + frames : 1;
    if (dataForm !== 'text') await source.skip(first * count * stride * width);
    for (let frame = dataForm === 'text' ? 0 : first; frame < last; frame++) {
      for (let done = 0; done < count; done += piece) {
        const now = Math.min(piece, count - done);
        const numbers = isDirect ? voxels.subarray(done, done + now) : between.subarray(0, now * stride);
        const found = await readNumbers(numbers);
        const wanted = last * count * stride * width;
        if (found < now * stride) throw truncated(wanted, ((frame * count + done) * stride + found) * width, 'the file has');
        if (!isDirect && frame >= first) addVoxels(numbers, now, { voxels, at: done, header, from, frames });
      }
    }
    if (frames > 1) for (let index = 0; index < count; index++) voxels[index]! /= frames;
    if (source.isCompressed) await source.skip(mostTrailingBytes);
    return voxels;
  } finally {
    source.close();
  }
} // prettier-ignore

/** What is to be said of how the chosen volume came about. */
export function readingWarnings({ frames, layout }: ScanHeader, choice: FrameChoice): ScanWarning[] {
  const warnings: ScanWarning[] = [];
  if (frames > 1) {
    const reason =
      choice === 'mean'
        ? `The mean of its ${String(frames)} volumes was taken as they lie: what moved between them is blurred.`
        : `Volume ${String(choice)} of ${String(frames)} was taken.`;
    warnings.push({ code: 'frame-chosen', reason });
  }
  if (layout === 'complex')
    warnings.push({ code: 'magnitude', reason: 'The voxels are complex numbers; their magnitude was taken.' });
  return warnings;
}

/**
 * Reads a NIfTI, Analyze, MGH, NRRD or MetaImage file; of one with several volumes the chosen one. Throws BadScan, an
 * AppError of code 'bad-input'.
 */
export async function readVolume(path: string, frame: FrameChoice = null): Promise<ReadScan> {
  const header = await inspectScan(path);
  const { format, affine, affineSource, encoding, dataPath, dataForm, dataOffset } = header;
  const size: [number, number, number] = [...header.size];
  const source = await openByteSource(dataPath, dataForm, dataOffset);
  return {
    volume: { size, affine, data: await readVoxels(source, header, frame) },
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
    warnings: [...header.warnings, ...readingWarnings(header, frame)],
    sourceSha256: () => hashFiles(path, dataPath),
  };
}
