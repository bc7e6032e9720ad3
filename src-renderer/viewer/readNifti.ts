/**
 * Reads a NIfTI-1 or NIfTI-2 file (nifti1.h, nifti2.h, https://nifti.nimh.nih.gov), packed or not, in the window: any
 * file that a user drops, and what the project holds. The placement is the sform where there is one, else the qform,
 * else voxel sizes alone, as at import.
 */
import * as nifti from 'nifti-reader-js';
import { AppError } from '#contract/errors.ts';
import { determinant, spacingOf, type Vector3 } from '#shared/volume/affine.ts';
import { niftiPlacement, readSform, type Placement } from '#shared/volume/niftiPlacement.ts';
import type { Volume } from '#shared/volume/volume.ts';

export interface NiftiFile {
  readonly volume: Volume;
  /** Further volumes of the file, which are not shown. */
  readonly frames: number;
  /** False where the header does not say which side is left. */
  readonly isOriented: boolean;
}

type Header = nifti.NIFTI1 | nifti.NIFTI2;
type Read = (view: DataView, at: number, littleEndian: boolean) => number;

const datatypes: ReadonlyMap<number, { readonly bytes: number; readonly read: Read }> = new Map([
  [2, { bytes: 1, read: (view, at) => view.getUint8(at) }],
  [4, { bytes: 2, read: (view, at, little) => view.getInt16(at, little) }],
  [8, { bytes: 4, read: (view, at, little) => view.getInt32(at, little) }],
  [16, { bytes: 4, read: (view, at, little) => view.getFloat32(at, little) }],
  [64, { bytes: 8, read: (view, at, little) => view.getFloat64(at, little) }],
  [256, { bytes: 1, read: (view, at) => view.getInt8(at) }],
  [512, { bytes: 2, read: (view, at, little) => view.getUint16(at, little) }],
  [768, { bytes: 4, read: (view, at, little) => view.getUint32(at, little) }],
  [1024, { bytes: 8, read: (view, at, little) => Number(view.getBigInt64(at, little)) }],
  [1280, { bytes: 8, read: (view, at, little) => Number(view.getBigUint64(at, little)) }],
]);

/** What a window can hold: 512³ voxels of four bytes are 512 MiB. */
const mostVoxels = 512 ** 3;

function bad(message: string): AppError {
  return new AppError('bad-input', message);
}

/** Unpacks gzip with the platform's own decoder. Throws AppError `bad-input` for a damaged file. */
async function unpacked(bytes: ArrayBuffer): Promise<ArrayBuffer> {
  const [first, second] = new Uint8Array(bytes, 0, Math.min(2, bytes.byteLength));
  if (first !== 0x1f || second !== 0x8b) return bytes;
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  try {
    return await new Response(stream).arrayBuffer();
  } catch (cause) {
    throw new AppError('bad-input', 'The packed file is damaged or cut short. Copy it again from its source.', {
      cause,
    });
  }
}

/** Voxel sizes of 0 are taken for 1, as NIfTI's own library (nifti1_io) takes them. */
function placementOf(view: DataView, header: Header, size: Vector3): Placement {
  const placement = niftiPlacement(
    {
      sformCode: header.sform_code,
      sform: readSform(view, header instanceof nifti.NIFTI1 ? 1 : 2, header.littleEndian),
      qformCode: header.qform_code,
      quaternion: [header.quatern_b, header.quatern_c, header.quatern_d],
      qoffset: [header.qoffset_x, header.qoffset_y, header.qoffset_z],
      pixDims: header.pixDims.map((length) => length || 1),
      xyztUnits: header.xyzt_units,
    },
    size,
  );
  const { affine } = placement;
  const isUsable = [...affine.flat(), ...spacingOf(affine)].every(Number.isFinite) && determinant(affine) !== 0;
  if (!isUsable) throw bad('The header’s orientation cannot be used: it holds no proper voxel sizes and directions.');
  return placement;
}

function sizeOf(header: Header): [number, number, number] {
  const [count = 0, i = 1, j = 1, k = 1] = header.dims;
  const size: [number, number, number] = [i, count > 1 ? j : 1, count > 2 ? k : 1];
  const isUsable = count >= 1 && count <= 7 && size.every((length) => Number.isInteger(length) && length > 0);
  if (!isUsable) throw bad(`The header’s dimensions (${header.dims.join(' × ')}) cannot be those of a volume.`);
  const voxels = size[0] * size[1] * size[2];
  if (voxels > mostVoxels) throw bad(`The volume has ${size.join(' × ')} voxels; the viewer shows up to 512³.`);
  return size;
}

const isLittleEndianHere = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** The voxels as intensities; NaN and infinities become 0, which a texture can hold. */
function voxelsOf(file: ArrayBuffer, header: Header, count: number): Float32Array {
  const datatype = datatypes.get(header.datatypeCode);
  if (datatype === undefined) {
    throw bad(
      `The voxel type of the file (code ${header.datatypeCode}) is not shown: colours and complex numbers are no intensities.`,
    );
  }
  const start = Math.max(header instanceof nifti.NIFTI1 ? 352 : 544, Math.floor(header.vox_offset));
  if (file.byteLength < start + count * datatype.bytes) {
    throw bad(
      `The file ends early: ${count} voxels need ${start + count * datatype.bytes} bytes, it has ${file.byteLength}. Copy it again from its source.`,
    );
  }
  const isScaled = Number.isFinite(header.scl_slope) && header.scl_slope !== 0;
  const slope = isScaled ? header.scl_slope : 1;
  const intercept = isScaled && Number.isFinite(header.scl_inter) ? header.scl_inter : 0;
  const out = new Float32Array(count);
  if (header.datatypeCode === 16 && header.littleEndian === isLittleEndianHere) {
    new Uint8Array(out.buffer).set(new Uint8Array(file, start, count * 4));
  } else {
    const view = new DataView(file, start);
    for (let index = 0; index < count; index++) {
      out[index] = datatype.read(view, index * datatype.bytes, header.littleEndian);
    }
  }
  const isPlain = slope === 1 && intercept === 0;
  for (let index = 0; index < count; index++) {
    const value = isPlain ? out[index]! : out[index]! * slope + intercept;
    out[index] = value - value === 0 ? value : 0;
  }
  return out;
}

/** Throws AppError `bad-input` with words for the user. */
export async function readNifti(bytes: ArrayBuffer): Promise<NiftiFile> {
  const file = await unpacked(bytes);
  if (file.byteLength < 352 || !nifti.isNIFTI(file)) {
    throw bad('This is not a NIfTI file (.nii or .nii.gz). DICOM and other formats are opened through Data › Import.');
  }
  // Given the header alone, the library looks for no extensions, which it may fail on.
  const header = nifti.readHeader(file.slice(0, Math.min(file.byteLength, 540))) as ReturnType<
    typeof nifti.readHeader
  > | null;
  if (header === null) throw bad('The NIfTI header cannot be read: the file is damaged. Copy it again.');
  const size = sizeOf(header);
  const { affine, source } = placementOf(new DataView(file), header, size);
  const [count = 0, , , , ...more] = header.dims;
  const frames = more.slice(0, Math.max(0, count - 3)).reduce((product, length) => product * Math.max(1, length), 1);
  return {
    volume: { size, affine, data: voxelsOf(file, header, size[0] * size[1] * size[2]) },
    frames,
    isOriented: source !== 'pixdim',
  };
}
