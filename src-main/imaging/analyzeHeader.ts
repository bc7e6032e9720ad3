/**
 * Reads Analyze 7.5 headers (Mayo Clinic, "ANALYZE 7.5 File Format": 348 bytes, voxels in an .img beside them). The format
 * says how slices were cut, not which side of the picture is left; the first axis is taken to run from right to left, as
 * the format prescribes for unflipped axial slices. What SPM adds (the scale in `funused1`) is read.
 */
import { affineOfSpacing } from '#shared/volume/affine.ts';
import { BadScan } from './badScan.ts';
import { dimensionsOf, imageOf, nifti1Bytes, niftiDatatype } from './niftiHeader.ts';
import { checkAffine, checkDimensions, type ScanHeader } from './scanHeader.ts';

const axialUnflipped = 0;

/** Reads a header from the first 348 bytes of the file at `path`; its image file lies beside it. Throws BadScan. */
export function parseAnalyze(bytes: Uint8Array, path: string): ScanHeader {
  if (bytes.length < nifti1Bytes) {
    throw new BadScan(
      'truncated',
      `The file ends within its header, after ${String(bytes.length)} bytes. Copy it again from its source.`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const littleEndian = view.getInt32(0, true) === nifti1Bytes;
  const orient = view.getUint8(252);
  if (orient !== axialUnflipped) {
    throw new BadScan(
      'no-orientation',
      `This is an Analyze 7.5 file of slices that are not plain axial ones (orient ${String(orient)}), and does not say which side is left. Convert the scan from its source to NIfTI.`,
    );
  }
  const dims = Array.from({ length: 8 }, (_, index) => view.getInt16(40 + 2 * index, littleEndian));
  const { datatype, layout } = niftiDatatype(view.getInt16(70, littleEndian));
  const { size, frames } = checkDimensions(dimensionsOf(dims));
  const pixDims = [0, 1, 2, 3].map((index) => Math.abs(view.getFloat32(76 + 4 * index, littleEndian)));
  const affine = affineOfSpacing(pixDims, size);
  checkAffine(affine, 'The header', 'Convert the scan anew from its source.');
  const scale = view.getFloat32(112, littleEndian);
  const offset = view.getFloat32(108, littleEndian);
  if (!Number.isFinite(offset) || offset < 0) {
    throw new BadScan(
      'bad-offset',
      `The header says that the voxels begin at byte ${String(offset)}, which cannot be: export the file again.`,
    );
  }
  return {
    format: 'analyze',
    size,
    affine,
    affineSource: 'pixdim',
    encoding: { datatype, littleEndian, slope: Number.isFinite(scale) && scale !== 0 ? scale : 1, intercept: 0 },
    frames,
    layout,
    dataPath: imageOf(path),
    dataForm: 'found',
    dataOffset: Math.floor(offset),
    warnings: [
      {
        code: 'orientation-guessed',
        reason:
          'An Analyze 7.5 file does not say which side is left; the first axis was taken to run from right to left, as the format prescribes. Check left and right.',
      },
    ],
  };
}
