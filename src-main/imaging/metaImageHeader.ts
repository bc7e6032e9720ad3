/**
 * Reads headers of MetaImage files (.mha, or .mhd with a file of its own for the voxels): text, `name = value`, as
 * https://itk.org/Wiki/ITK/MetaIO/Documentation defines them and ITK reads them: positions in LPS mm, each row of the
 * matrix the direction of one axis.
 */
import type { AffineMatrix } from '#contract/records.ts';
import { BadScan } from './badScan.ts';
import type { Datatype } from './datatype.ts';
import { badField, dataFileOf, numbersOf, severalFiles } from './textHeader.ts';
import { checkAffine, checkDimensions, type ScanHeader } from './scanHeader.ts';

type Fields = ReadonlyMap<string, string>;

const datatypes: ReadonlyMap<string, Datatype> = new Map([
  ['MET_CHAR', 'int8'],
  ['MET_UCHAR', 'uint8'],
  ['MET_SHORT', 'int16'],
  ['MET_USHORT', 'uint16'],
  ['MET_INT', 'int32'],
  ['MET_UINT', 'uint32'],
  ['MET_LONG', 'int32'],
  ['MET_ULONG', 'uint32'],
  ['MET_LONG_LONG', 'int64'],
  ['MET_ULONG_LONG', 'uint64'],
  ['MET_FLOAT', 'float32'],
  ['MET_DOUBLE', 'float64'],
]);

/** The last field of every header. */
const lastField = 'elementdatafile';

export function isMetaImage(bytes: Uint8Array): boolean {
  const beginning = String.fromCharCode(...bytes.subarray(0, 64));
  return /^\s*(ObjectType|ObjectSubType|NDims|Comment|Name|TransformType|DimSize)\s*=/i.test(beginning);
}

/** Fields, and where in the file the header ends. Throws BadScan. */
function fieldsOf(bytes: Uint8Array): { fields: Fields; end: number } {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  const fields = new Map<string, string>();
  let at = 0;
  while (at < text.length) {
    const newline = text.indexOf('\n', at);
    const end = newline === -1 ? text.length : newline + 1;
    const line = text.slice(at, end);
    const equals = line.indexOf('=');
    const name = line.slice(0, Math.max(0, equals)).trim().toLowerCase();
    if (name !== '') fields.set(name, line.slice(equals + 1).trim());
    at = end;
    if (name === lastField) return { fields, end: at };
  }
  throw new BadScan(
    'damaged',
    'The header has no field "ElementDataFile": the file is cut off or was written wrongly. Export it again.',
  );
}

const isTrue = (value: string | undefined): boolean => value?.toLowerCase() === 'true';

function datatypeOf(fields: Fields): Datatype {
  const type = fields.get('elementtype') ?? '';
  const datatype = datatypes.get(type.toUpperCase());
  if (datatype !== undefined) return datatype;
  throw new BadScan(
    'unknown-datatype',
    `The header names the voxel type "${type.slice(0, 40)}", which is not read. Save the scan as MET_SHORT or MET_FLOAT.`,
  );
}

function requireOneNumber(fields: Fields, datatype: Datatype): void {
  const [channels = 1] = numbersOf('ElementNumberOfChannels', fields.get('elementnumberofchannels') ?? '1', 1);
  if (channels === 1) return;
  if ((channels === 3 || channels === 4) && datatype === 'uint8') {
    throw new BadScan(
      'colour',
      'The voxels are colours (RGB), not intensities. Export the scan itself, without a colour map.',
    );
  }
  throw new BadScan(
    'vectors',
    `Each voxel holds ${String(channels)} numbers, not one intensity. Export the scan itself.`,
  );
}

/** The first of several names that one field has had. */
function anyOf(fields: Fields, names: readonly string[]): string | undefined {
  const name = names.find((one) => fields.has(one.toLowerCase()));
  return name === undefined ? undefined : fields.get(name.toLowerCase());
}

function affineOf(fields: Fields, axes: number): AffineMatrix {
  const identity = Array.from({ length: axes * axes }, (_, at) => (at % (axes + 1) === 0 ? 1 : 0)).join(' ');
  const matrix = numbersOf(
    'TransformMatrix',
    anyOf(fields, ['TransformMatrix', 'Rotation', 'Orientation']) ?? identity,
    axes * axes,
  );
  const zeros = Array.from({ length: axes }, () => '0').join(' ');
  const origin = numbersOf('Offset', anyOf(fields, ['Offset', 'Position', 'Origin']) ?? zeros, axes);
  const ones = zeros.replaceAll('0', '1');
  const spacing = numbersOf('ElementSpacing', anyOf(fields, ['ElementSpacing', 'ElementSize']) ?? ones, axes);
  const row = (world: number, sign: number): AffineMatrix[number] => {
    const along = (axis: number): number => sign * (matrix[axis * axes + world] ?? 0) * (spacing[axis] ?? 1);
    return [along(0), along(1), along(2), sign * (origin[world] ?? 0)];
  };
  return [row(0, -1), row(1, -1), row(2, 1), [0, 0, 0, 1]];
}

/**
 * Reads a header from the beginning of the file at `path`. A `dataOffset` of −1 means that the voxels end the file. Throws
 * BadScan.
 */
export function parseMetaImage(bytes: Uint8Array, path: string): ScanHeader {
  const { fields, end } = fieldsOf(bytes);
  const datatype = datatypeOf(fields);
  requireOneNumber(fields, datatype);
  const [axes = 0] = numbersOf('NDims', fields.get('ndims') ?? '', 1);
  const dimensions = numbersOf('DimSize', fields.get('dimsize') ?? '');
  if (dimensions.length !== axes || (axes !== 3 && axes !== 4))
    throw badField('DimSize', fields.get('dimsize') ?? '', 'bad-dimensions');
  const { size, frames } = checkDimensions(dimensions);
  const affine = affineOf(fields, axes);
  checkAffine(affine, 'The header', 'Write the file anew from its source.');
  const file = fields.get(lastField) ?? '';
  if (/^list\b/i.test(file) || /%\d*d/.test(file)) throw severalFiles();
  const isLocal = file.toUpperCase() === 'LOCAL';
  const isText = fields.has('binarydata') && !isTrue(fields.get('binarydata'));
  const isPacked = isTrue(fields.get('compresseddata'));
  const [skip = 0] = numbersOf('HeaderSize', fields.get('headersize') ?? '0', 1);
  if (!Number.isInteger(skip) || skip < -1) throw badField('HeaderSize', String(skip));
  const isBig = isTrue(anyOf(fields, ['BinaryDataByteOrderMSB', 'ElementByteOrderMSB']));
  return {
    format: 'metaimage',
    size,
    affine,
    affineSource: 'metaimage',
    encoding: { datatype, littleEndian: !isBig, slope: 1, intercept: 0 },
    frames,
    layout: 'volumes',
    dataPath: isLocal ? path : dataFileOf(path, file),
    dataForm: isText ? 'text' : isPacked ? 'zlib' : 'raw',
    dataOffset: skip === -1 ? -1 : (isLocal ? end : 0) + skip,
    warnings: [],
  };
}
