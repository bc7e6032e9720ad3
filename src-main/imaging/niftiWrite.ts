/** Writes volumes as NIfTI-1 files: complete or not at all, and the same bytes for the same volume. */
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { encodeNifti1Header } from '#shared/volume/niftiHeader.ts';
import type { Volume } from '#shared/volume/volume.ts';
import { sha256Of, writeFileAtomic } from './atomicWrite.ts';
import { hashOfVoxels } from './voxelHash.ts';

export type Storage =
  | { readonly kind: 'float32' }
  /** intensity = slope · stored + intercept; what does not fit is cut off at the ends of the range. */
  | { readonly kind: 'int16'; readonly slope: number; readonly intercept: number }
  | { readonly kind: 'uint8' };

export interface NiftiOptions {
  readonly storage: Storage;
  /** ASCII, at most 79 characters. */
  readonly description: string;
  /** Kept in a header extension. */
  readonly comment?: string;
}

const compress = promisify(gzip);
/** In gzip's header: the system that packed, 255 for unknown, so that the bytes do not depend on it. */
const gzipSystemAt = 9;
const unknownSystem = 255;

function storedVoxels(data: Float32Array, storage: Storage): Float32Array | Int16Array | Uint8ClampedArray {
  switch (storage.kind) {
    case 'float32':
      return data;
    case 'int16': {
      const { slope, intercept } = storage;
      const stored = new Int16Array(data.length);
      for (let index = 0; index < data.length; index++) {
        const value = Math.round((data[index]! - intercept) / slope);
        stored[index] = Math.max(-32768, Math.min(32767, value));
      }
      return stored;
    }
    case 'uint8':
      return Uint8ClampedArray.from(data); // rounds and clamps to 0…255
  }
}

/** The bytes of a file of `volume` (RAS+ mm affine, voxels x fastest), and the hash of its voxels (`voxelHash.ts`). */
export function niftiBytes(
  volume: Volume,
  { storage, description, comment }: NiftiOptions,
): { bytes: Buffer; voxelsSha256: string } {
  const header = encodeNifti1Header({
    size: volume.size,
    affine: volume.affine,
    datatype: storage.kind,
    slope: storage.kind === 'int16' ? storage.slope : 1,
    intercept: storage.kind === 'int16' ? storage.intercept : 0,
    description,
    comment: comment === undefined ? null : Buffer.from(comment, 'utf8'),
  });
  const voxels = storedVoxels(volume.data, storage);
  const stored = new Uint8Array(voxels.buffer, voxels.byteOffset, voxels.byteLength);
  return { bytes: Buffer.concat([header, stored]), voxelsSha256: hashOfVoxels(volume.size, storage.kind, stored) };
}

/**
 * Writes `volume` to `path`, packed if that ends in `.gz`; returns the hash and size of the file, and the hash of its
 * voxels. The bytes depend on the arguments alone.
 */
export async function writeNifti(
  path: string,
  volume: Volume,
  options: NiftiOptions,
): Promise<{ sha256: string; bytes: number; voxelsSha256: string }> {
  const { bytes: plain, voxelsSha256 } = niftiBytes(volume, options);
  if (!path.endsWith('.gz')) {
    await writeFileAtomic(path, plain);
    return { sha256: sha256Of(plain), bytes: plain.length, voxelsSha256 };
  }
  const packed = await compress(plain);
  packed[gzipSystemAt] = unknownSystem;
  await writeFileAtomic(path, packed);
  return { sha256: sha256Of(packed), bytes: packed.length, voxelsSha256 };
}
