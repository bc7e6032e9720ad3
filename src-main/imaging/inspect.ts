/** Looks at a scan's header: the format by the file's content, its claims checked against the file, no voxel read. */
import { BadScan } from './badScan.ts';
import { bestCompression, formOf, openByteSource } from './byteSource.ts';
import { mghVersion, parseMgh } from './mghHeader.ts';
import { nifti1Bytes, nifti2Bytes, parseNifti } from './niftiHeader.ts';
import { checkFileSize, type ScanHeader } from './scanHeader.ts';

async function beginningOf(path: string): Promise<Uint8Array> {
  const { fileBytes } = await formOf(path);
  if (fileBytes === 0) throw new BadScan('empty', 'The file is empty (0 bytes). Copy it again from its source.');
  const source = await openByteSource(path);
  try {
    const bytes = new Uint8Array(nifti2Bytes);
    return bytes.subarray(0, await source.read(bytes));
  } finally {
    source.close();
  }
}

function headerOf(bytes: Uint8Array, path: string): ScanHeader {
  if (bytes.length >= 4) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const first = [view.getInt32(0, true), view.getInt32(0, false)];
    if (first.includes(nifti1Bytes) || first.includes(nifti2Bytes)) return parseNifti(bytes, path);
    if (first[1] === mghVersion) return parseMgh(bytes, path);
  }
  if (bytes.every((byte) => byte === 0)) {
    throw new BadScan(
      'blank',
      'The file begins with zeros where a header should be, as after an interrupted copy or download. Get it again from its source.',
    );
  }
  const looksLikeText = bytes.every((byte) => (byte >= 32 && byte < 127) || (byte >= 9 && byte <= 13) || byte >= 128);
  const seen = looksLikeText ? 'it holds text' : 'its content is of no known kind';
  throw new BadScan(
    'not-an-image',
    `This is not a scan although it is named like one: ${seen}. NIfTI (.nii, .nii.gz, .hdr with .img) and MGH (.mgz, .mgh) are read.`,
  );
}

/**
 * The header of a .nii, .nii.gz, .hdr (with its .img), .mgz or .mgh file. The voxels it claims fit into the file and
 * into a limit on their number. Throws BadScan.
 */
export async function inspectScan(path: string): Promise<ScanHeader> {
  const header = headerOf(await beginningOf(path), path);
  const { fileBytes, isCompressed } = await formOf(header.dataPath);
  checkFileSize(header, fileBytes, isCompressed ? fileBytes * bestCompression : fileBytes);
  return header;
}
