/** Looks at a scan's header: the format by the file's content, its claims checked against the file, no voxel read. */
import { parseAnalyze } from './analyzeHeader.ts';
import { BadScan } from './badScan.ts';
import { bestCompression, formOf, openByteSource } from './byteSource.ts';
import { bytesOf } from './datatype.ts';
import { isMetaImage, parseMetaImage } from './metaImageHeader.ts';
import { mghVersion, parseMgh } from './mghHeader.ts';
import { isNifti, nifti1Bytes, nifti2Bytes, parseNifti } from './niftiHeader.ts';
import { isNrrd, parseNrrd } from './nrrdHeader.ts';
import { checkFileSize, numbersPerVoxel, type ScanHeader } from './scanHeader.ts';
import { mostHeaderBytes } from './textHeader.ts';
import { supportedFormats } from './volumeFile.ts';

async function beginningOf(path: string): Promise<Uint8Array> {
  const { fileBytes } = await formOf(path);
  if (fileBytes === 0) throw new BadScan('empty', 'The file is empty (0 bytes). Copy it again from its source.');
  const source = await openByteSource(path);
  try {
    const bytes = new Uint8Array(mostHeaderBytes);
    return bytes.subarray(0, await source.read(bytes));
  } finally {
    source.close();
  }
}

function headerOf(bytes: Uint8Array, path: string): ScanHeader {
  if (bytes.length >= 4) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const first = [view.getInt32(0, true), view.getInt32(0, false)];
    if (first.includes(nifti1Bytes) || first.includes(nifti2Bytes)) {
      if (isNifti(bytes) || bytes.length < nifti1Bytes) return parseNifti(bytes, path);
      if (first.includes(nifti1Bytes)) return parseAnalyze(bytes, path);
    }
    if (first[1] === mghVersion) return parseMgh(bytes, path);
    if (isNrrd(bytes)) return parseNrrd(bytes, path);
    if (isMetaImage(bytes)) return parseMetaImage(bytes, path);
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
    `This is not a scan although it is named like one: ${seen}. ${supportedFormats} are read.`,
  );
}

/** A header with the place of voxels that it says end the file. */
function placed(header: ScanHeader, fileBytes: number): ScanHeader {
  if (header.dataOffset !== -1) return header;
  const { size, encoding, frames, layout } = header;
  const perVoxel = layout === 'interleaved' ? frames : frames * numbersPerVoxel(header);
  const bytes = size[0] * size[1] * size[2] * perVoxel * bytesOf(encoding.datatype);
  return { ...header, dataOffset: Math.max(0, fileBytes - bytes) };
}

/** How many bytes voxels may turn out to have, at most. */
function mostUnpacked({ dataForm, dataOffset }: ScanHeader, fileBytes: number, isCompressed: boolean): number {
  switch (dataForm) {
    case 'found':
      return isCompressed ? fileBytes * bestCompression : fileBytes;
    case 'raw':
    case 'text':
      return fileBytes;
    case 'gzip':
    case 'zlib':
      return dataOffset + Math.max(0, fileBytes - dataOffset) * bestCompression;
  }
}

/**
 * The header of a NIfTI, Analyze, MGH, NRRD or MetaImage file. The voxels it claims fit into the file and into a limit on
 * their number. Throws BadScan.
 */
export async function inspectScan(path: string): Promise<ScanHeader> {
  const claimed = headerOf(await beginningOf(path), path);
  const { fileBytes, isCompressed } = await formOf(claimed.dataPath);
  const header = placed(claimed, fileBytes);
  checkFileSize(header, fileBytes, mostUnpacked(header, fileBytes, isCompressed));
  return header;
}
