/**
 * Reads headers of NRRD files (.nrrd, or .nhdr with a file of its own for the voxels): text, field by field, as
 * http://teem.sourceforge.net/nrrd/format.html defines them. Spaces that do not say where left is are taken for LPS with a
 * warning, as ITK and 3D Slicer take them.
 */
import type { AffineMatrix } from '#contract/records.ts';
import { BadScan, type ScanWarning } from './badScan.ts';
import type { DataForm } from './byteSource.ts';
import type { Datatype } from './datatype.ts';
import { badField, dataFileOf, numbersOf, severalFiles } from './textHeader.ts';
import { checkAffine, checkDimensions, type ScanHeader, type VoxelLayout } from './scanHeader.ts';

type Fields = ReadonlyMap<string, string>;

const datatypes: readonly (readonly [Datatype, readonly string[]])[] = [
  ['int8', ['signed char', 'int8', 'int8_t']],
  ['uint8', ['uchar', 'unsigned char', 'uint8', 'uint8_t']],
  ['int16', ['short', 'short int', 'signed short', 'signed short int', 'int16', 'int16_t']],
  ['uint16', ['ushort', 'unsigned short', 'unsigned short int', 'uint16', 'uint16_t']],
  ['int32', ['int', 'signed int', 'int32', 'int32_t']],
  ['uint32', ['uint', 'unsigned int', 'uint32', 'uint32_t']],
  ['int64', ['longlong', 'long long', 'long long int', 'signed long long', 'signed long long int', 'int64', 'int64_t']],
  ['uint64', ['ulonglong', 'unsigned long long', 'unsigned long long int', 'uint64', 'uint64_t']],
  ['float32', ['float']],
  ['float64', ['double']],
];

const encodings: readonly (readonly [DataForm, readonly string[]])[] = [
  ['raw', ['raw']],
  ['gzip', ['gz', 'gzip']],
  ['text', ['txt', 'text', 'ascii']],
];

/** Signs that turn the x, y and z of a space to RAS+. */
const spaces: readonly (readonly [readonly [number, number, number], readonly string[]])[] = [
  [
    [1, 1, 1],
    ['right-anterior-superior', 'ras'],
  ],
  [
    [-1, 1, 1],
    ['left-anterior-superior', 'las'],
  ],
  [
    [-1, -1, 1],
    ['left-posterior-superior', 'lps'],
  ],
];

/** Kinds of axes along which whole volumes lie; any other that is not space makes one voxel of several numbers. */
const frameKinds = new Set(['list', 'time', 'domain', '???', 'none', 'space']);

export const isNrrd = (bytes: Uint8Array): boolean => String.fromCharCode(...bytes.subarray(0, 7)) === 'NRRD000';

/** Fields and where the data begin. Throws BadScan. */
function fieldsOf(bytes: Uint8Array): { fields: Fields; dataOffset: number; isWhole: boolean } {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  const end = /\r?\n\r?\n/.exec(text);
  const fields = new Map<string, string>();
  for (const line of text.slice(0, end?.index).split(/\r?\n/).slice(1)) {
    const [, name, value] = /^([^#:][^:]*):\s(.*)$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined) fields.set(name.trim().toLowerCase().replaceAll(/\s/g, ''), value.trim()); // prettier-ignore
  }
  return { fields, dataOffset: end === null ? 0 : end.index + end[0].length, isWhole: end !== null };
}

function required(fields: Fields, name: string): string {
  const value = fields.get(name);
  if (value === undefined) {
    throw new BadScan(
      'damaged',
      `The header has no field "${name}": the file is damaged or was written wrongly. Export it again.`,
    );
  }
  return value;
}

function oneOf<T>(table: readonly (readonly [T, readonly string[]])[], word: string): T | undefined {
  return table.find(([, names]) => names.includes(word.toLowerCase()))?.[0];
}

function datatypeOf(fields: Fields): Datatype {
  const type = required(fields, 'type');
  const datatype = oneOf(datatypes, type);
  if (datatype !== undefined) return datatype;
  throw new BadScan(
    'unknown-datatype',
    `The header names the voxel type "${type.slice(0, 40)}", which is not read. Save the scan as 16-bit integers or 32-bit floating point.`,
  );
}

function formOf(fields: Fields): DataForm {
  const encoding = required(fields, 'encoding');
  const form = oneOf(encodings, encoding);
  if (form !== undefined) return form;
  throw new BadScan(
    'unsupported-format',
    `The voxels are stored as "${encoding.slice(0, 40)}", which is not read. Save the scan with encoding raw, gzip or text.`,
  );
}

/** Which axes are space, and how frames lie if there are more. Throws BadScan. */
function axesOf(
  fields: Fields,
  sizes: readonly number[],
): { dimensions: number[]; first: number; layout: VoxelLayout } {
  const vectors = fields.get('spacedirections')?.match(/none|\([^)]*\)/gi) ?? undefined;
  const kinds = fields.get('kinds')?.split(/\s+/) ?? [];
  const isSpace = sizes.map((_, axis) =>
    vectors === undefined ? axis < 3 || sizes.length === 3 : vectors[axis]?.startsWith('(') === true,
  );
  const spatial = isSpace.flatMap((is, axis) => (is ? [axis] : []));
  const [first = 0] = spatial;
  const others = isSpace.flatMap((is, axis) => (is ? [] : [axis]));
  if (spatial.length !== 3 || spatial[2] !== first + 2 || others.length > 1) {
    throw new BadScan(
      'bad-dimensions',
      `The header claims ${String(sizes.length)} axes, ${String(spatial.length)} of them in space: three that follow one another are read, and one more for volumes. Save one volume.`,
    );
  }
  const space = [first, first + 1, first + 2].map((axis) => sizes[axis] ?? 0);
  const [other] = others;
  if (other === undefined) return { dimensions: space, first, layout: 'volumes' };
  const kind = kinds[other]?.toLowerCase() ?? 'list';
  const count = sizes[other] ?? 0;
  if (/colou?r/.test(kind)) {
    throw new BadScan(
      'colour',
      'The voxels are colours (RGB), not intensities. Export the scan itself, without a colour map.',
    );
  }
  if (kind === 'complex' && count === 2 && other === 0) return { dimensions: space, first, layout: 'complex' };
  if (!frameKinds.has(kind)) {
    throw new BadScan(
      'vectors',
      `Each voxel holds ${String(count)} numbers ("${kind.slice(0, 40)}"), not one intensity. Export the scan itself.`,
    );
  }
  return { dimensions: [...space, count], first, layout: other === 0 ? 'interleaved' : 'volumes' };
}

function affineOf(
  fields: Fields,
  first: number,
  size: readonly [number, number, number],
): { affine: AffineMatrix; warnings: ScanWarning[] } {
  const signs = oneOf(spaces, fields.get('space') ?? '');
  const [sx, sy, sz] = signs ?? [-1, -1, 1];
  const warnings: ScanWarning[] = [];
  if (signs === undefined) {
    const reason =
      'The header does not say which side is left; its first axis of space was taken to point left, the second to the back (LPS). Check left and right.';
    warnings.push({ code: 'orientation-guessed', reason });
  }
  const directions = fields.get('spacedirections');
  const vectors = directions?.match(/\([^)]*\)/g)?.map((vector) => numbersOf('space directions', vector, 3));
  const spacings = numbersOf('spacings', (fields.get('spacings') ?? '1 1 1 1').replaceAll(/nan/gi, '1')).map(Math.abs);
  const along = (axis: 0 | 1 | 2): readonly number[] =>
    vectors?.[axis] ?? [0, 1, 2].map((world) => (world === axis ? (spacings[first + axis] ?? 1) : 0));
  const columns = [along(0), along(1), along(2)] as const;
  const middle = (world: 0 | 1 | 2): number =>
    -columns.reduce((sum, column, axis) => sum + ((column[world] ?? 0) * ((size[axis] ?? 1) - 1)) / 2, 0);
  const origin = fields.get('spaceorigin');
  const [ox = 0, oy = 0, oz = 0] =
    origin === undefined ? [middle(0), middle(1), middle(2)] : numbersOf('space origin', origin, 3);
  const row = (world: 0 | 1 | 2, sign: number, from: number): AffineMatrix[number] => [
    sign * (columns[0][world] ?? 0),
    sign * (columns[1][world] ?? 0),
    sign * (columns[2][world] ?? 0),
    sign * from,
  ];
  return { affine: [row(0, sx, ox), row(1, sy, oy), row(2, sz, oz), [0, 0, 0, 1]], warnings };
}

function dataOf(fields: Fields, path: string, form: DataForm): { dataPath: string; isDetached: boolean; skip: number } {
  const file = fields.get('datafile');
  if (file !== undefined && (/^list\b/i.test(file) || /%\d*d/.test(file))) throw severalFiles();
  const [lines = 0] = numbersOf('line skip', fields.get('lineskip') ?? '0', 1);
  const [skip = 0] = numbersOf('byte skip', fields.get('byteskip') ?? '0', 1);
  if (lines !== 0 || !Number.isInteger(skip) || skip < -1 || (skip !== 0 && form !== 'raw')) {
    throw new BadScan(
      'unsupported-format',
      'The header asks to skip lines or packed bytes before the voxels, which is not done. Save the scan as one .nrrd file.',
    );
  }
  return { dataPath: file === undefined ? path : dataFileOf(path, file), isDetached: file !== undefined, skip };
}

/**
 * Reads a header from the beginning of the file at `path`. A `dataOffset` of −1 means that the voxels end the file. Throws
 * BadScan.
 */
export function parseNrrd(bytes: Uint8Array, path: string): ScanHeader {
  const { fields, dataOffset, isWhole } = fieldsOf(bytes);
  const form = formOf(fields);
  const datatype = datatypeOf(fields);
  const [dimension = 0] = numbersOf('dimension', required(fields, 'dimension'), 1);
  const sizes = numbersOf('sizes', required(fields, 'sizes'));
  if (sizes.length !== dimension) throw badField('sizes', required(fields, 'sizes'), 'bad-dimensions');
  const { dimensions, first, layout } = axesOf(fields, sizes);
  const { size, frames } = checkDimensions(dimensions);
  const { affine, warnings } = affineOf(fields, first, size);
  checkAffine(affine, 'The header', 'Write the file anew from its source.');
  const { dataPath, isDetached, skip } = dataOf(fields, path, form);
  if (!isDetached && !isWhole) {
    throw new BadScan('truncated', 'The file ends within its header. Copy it again from its source.');
  }
  const begin = isDetached ? 0 : dataOffset;
  return {
    format: 'nrrd',
    size,
    affine,
    affineSource: 'nrrd',
    encoding: { datatype, littleEndian: fields.get('endian')?.toLowerCase() !== 'big', slope: 1, intercept: 0 },
    frames,
    layout,
    dataPath,
    dataForm: form,
    dataOffset: skip === -1 ? -1 : begin + skip,
    warnings,
  };
}
