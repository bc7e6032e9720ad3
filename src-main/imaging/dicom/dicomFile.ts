/**
 * What is read of a DICOM file's header (PS3.3, PS3.5): enough to group files into series and to say what each shows.
 * Elements are found by dicom-parser. Names, identifiers, dates and free text stay in memory: what of them is needed to
 * tell patients and series apart is blinded as it is read.
 */
import { open } from 'node:fs/promises';
import parser, { type DataSet } from 'dicom-parser';
import { BadScan } from '../badScan.ts';
import { readingError } from '../byteSource.ts';
import { readAttributes, type DicomAttributes } from './attributes.ts';
import { readDescription, type DescriptionWords } from './descriptionWords.ts';
import type { ElementCount } from './elementCount.ts';

type Vector = readonly [number, number, number];

/** One image plane in LPS mm. */
export interface Slice {
  readonly position: Vector;
  /** Directions of a row and of a column (unit vectors). */
  readonly row: Vector;
  readonly column: Vector;
}

export interface DicomFile {
  /** Absolute. */
  readonly path: string;
  readonly fileBytes: number;
  readonly sopClass: string;
  /** Blinded: equal where they were equal. `instance` is empty where there was none. */
  readonly instance: string;
  readonly patient: string;
  readonly study: string;
  readonly series: string;
  readonly seriesNumber: number | null;
  readonly instanceNumber: number | null;
  readonly words: DescriptionWords;
  readonly imageType: readonly string[];
  readonly echo: string;
  readonly hasImage: boolean;
  readonly columns: number;
  readonly rows: number;
  readonly frames: number;
  readonly isColour: boolean;
  readonly spacing: readonly [number, number] | null;
  /** Of every frame, where the header says; empty where it does not. */
  readonly slices: readonly Slice[];
  /** Images that the scanner says the acquisition has. */
  readonly expectedImages: number | null;
  readonly attributes: DicomAttributes;
}

const firstBytes = 1 << 16;
const mostHeaderBytes = 1 << 27;
const preamble = 128;
const pixelData = 'x7fe00010';
const directoryClass = '1.2.840.10008.1.3.10';
const implicitLittleEndian = '1.2.840.10008.1.2';
const explicitLittleEndian = '1.2.840.10008.1.2.1';
const uncompressed = new Set([implicitLittleEndian, explicitLittleEndian, '1.2.840.10008.1.2.2']);
const deflated = '1.2.840.10008.1.2.1.99';

interface Beginning {
  readonly fileBytes: number;
  readonly bytes: Uint8Array;
}

async function beginningOf(path: string, most: number): Promise<Beginning> {
  try {
    const file = await open(path, 'r');
    try {
      const { size } = await file.stat();
      const bytes = new Uint8Array(Math.min(size, most));
      const { bytesRead } = await file.read(bytes, 0, bytes.length, 0);
      return { fileBytes: size, bytes: bytes.subarray(0, bytesRead) };
    } finally {
      await file.close();
    }
  } catch (thrown) {
    throw readingError(thrown);
  }
}

/** The transfer syntax of a file without preamble: data elements from its first byte, as before 1996. */
function bareSyntax(bytes: Uint8Array): string | null {
  if (bytes.length < preamble + 4) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isIdentifying = view.getUint16(0, true) === 8 && view.getUint16(2, true) <= 0x18;
  if (!isIdentifying) return null;
  if (/^(UL|CS|UI|DA|TM)$/.test(String.fromCharCode(bytes[4] ?? 0, bytes[5] ?? 0))) return explicitLittleEndian;
  return view.getUint32(4, true) <= 64 ? implicitLittleEndian : null;
}

const hasPreamble = (bytes: Uint8Array): boolean =>
  String.fromCharCode(...bytes.subarray(preamble, preamble + 4)) === 'DICM';

/** Whether a file is DICOM by its first bytes, whatever its name. False where it cannot be read. */
export async function isDicom(path: string): Promise<boolean> {
  const { bytes } = await beginningOf(path, preamble + 4).catch(() => ({ bytes: new Uint8Array() }));
  return hasPreamble(bytes) || bareSyntax(bytes) !== null;
}

function parse(bytes: Uint8Array): DataSet | null {
  try {
    const syntax = hasPreamble(bytes) ? null : bareSyntax(bytes);
    return parser.parseDicom(bytes, { untilTag: pixelData, ...(syntax === null ? {} : { TransferSyntaxUID: syntax }) });
  } catch {
    return null; // the library throws strings and objects alike: the file ends, or contradicts itself
  }
}

/** The elements before the image; more of the file is read until they are whole. Throws BadScan ('damaged'). */
async function elementsOf(path: string): Promise<{ data: DataSet; fileBytes: number }> {
  for (let most = firstBytes; most <= mostHeaderBytes; most *= 16) {
    const { bytes, fileBytes } = await beginningOf(path, most);
    const data = parse(bytes);
    const isWhole = bytes.length === fileBytes;
    if (data !== null && (isWhole || data.elements[pixelData] !== undefined)) return { data, fileBytes };
    if (isWhole) break;
  }
  throw new BadScan('damaged', 'This DICOM file contradicts itself or is cut off. Copy it again from its source.');
}

function numbers(data: DataSet, tag: string, count: number): number[] | null {
  const text = data.string(tag);
  const found = text?.split('\\').map(Number) ?? [];
  return found.length >= count && found.every(Number.isFinite) ? found.slice(0, count) : null;
}

/** The single item of a sequence in a sequence of functional groups. */
function macro(group: DataSet | undefined, tag: string): DataSet | undefined {
  return group?.elements[tag]?.items?.[0]?.dataSet;
}

function sliceOf(position: number[] | null, orientation: number[] | null): Slice[] {
  if (position === null || orientation === null) return [];
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = orientation;
  const [x = 0, y = 0, z = 0] = position;
  const isPlane = Math.abs(Math.hypot(a, b, c) - 1) < 1e-2 && Math.abs(Math.hypot(d, e, f) - 1) < 1e-2;
  return isPlane ? [{ position: [x, y, z], row: [a, b, c], column: [d, e, f] }] : [];
}

/** Planes of a classic image, or of each frame of an enhanced one (PS3.3 C.7.6.16). */
function slicesOf(data: DataSet, frames: number): { slices: Slice[]; spacing: [number, number] | null } {
  const pair = (found: number[] | null): [number, number] | null =>
    found === null ? null : [found[0] ?? 0, found[1] ?? 0];
  const shared = data.elements['x52009229']?.items?.[0]?.dataSet;
  const each = data.elements['x52009230']?.items ?? [];
  if (each.length === 0) {
    const slices = sliceOf(numbers(data, 'x00200032', 3), numbers(data, 'x00200037', 6));
    return { slices: frames === 1 ? slices : [], spacing: pair(numbers(data, 'x00280030', 2)) };
  }
  const value = (own: DataSet | undefined, sequence: string, tag: string, count: number): number[] | null => {
    const found = macro(own, sequence) ?? macro(shared, sequence);
    return found === undefined ? null : numbers(found, tag, count);
  };
  const slices = each.slice(0, frames).flatMap(({ dataSet }) =>
    sliceOf(value(dataSet, 'x00209113', 'x00200032', 3), value(dataSet, 'x00209116', 'x00200037', 6)),
  );
  return {
    slices: slices.length === frames ? slices : [],
    spacing: pair(value(each[0]?.dataSet, 'x00289110', 'x00280030', 2)),
  };
} // prettier-ignore

/** Throws BadScan where the image cannot be in the file. */
function checkLength(file: DicomFile, data: DataSet): void {
  const syntax = data.string('x00020010') ?? implicitLittleEndian;
  if (syntax === deflated) {
    throw new BadScan(
      'unsupported-format',
      'The DICOM file is packed as a whole (deflated), which is not read. Export it with another transfer syntax.',
    );
  }
  const bits = data.uint16('x00280100') ?? 16;
  const samples = data.uint16('x00280002') ?? 1;
  const wanted = Math.ceil((file.rows * file.columns * file.frames * samples * bits) / 8);
  const begin = data.elements[pixelData]?.dataOffset ?? 0;
  if (!uncompressed.has(syntax) || wanted <= file.fileBytes - begin) return;
  throw new BadScan(
    'truncated',
    `The DICOM file is cut off: its image needs ${String(wanted)} bytes, the file has ${String(file.fileBytes - begin)}. Copy it again from its source.`,
  );
}

/** Who a file is of, by number or else by name, for the key of pseudonyms alone. Throws BadScan. */
export async function readPatient(path: string): Promise<string> {
  const { data } = await elementsOf(path);
  const text = (tag: string): string => data.string(tag)?.trim() ?? '';
  return text('x00100020') || text('x00100010');
}

/**
 * Reads the header at `path`; null for a DICOMDIR, which only lists files. Identifiers are handed on through `blind` alone,
 * tags to `count`.
 * Throws BadScan.
 */
export async function readDicomFile(
  path: string,
  blind: (identifier: string) => string,
  count: Pick<ElementCount, 'add'>,
): Promise<DicomFile | null> {
  const { data, fileBytes } = await elementsOf(path);
  count.add(data);
  const text = (tag: string): string => data.string(tag)?.trim() ?? '';
  if (text('x00020002') === directoryClass || data.elements['x00041220'] !== undefined) return null;
  const [columns, rows] = [data.uint16('x00280011') ?? 0, data.uint16('x00280010') ?? 0];
  const frames = Math.max(1, data.intString('x00280008') ?? 1);
  const series = text('x0020000e');
  const file: DicomFile = {
    path,
    fileBytes,
    sopClass: text('x00080016'),
    instance: text('x00080018') === '' ? '' : blind(text('x00080018')),
    patient: blind(text('x00100020') || `${text('x00100010')} ${text('x00100030')}`.trim() || text('x0020000d')),
    study: blind(text('x0020000d')),
    series: blind(series === '' ? path : series),
    seriesNumber: data.intString('x00200011') ?? null,
    instanceNumber: data.intString('x00200013') ?? null,
    words: readDescription(`${text('x0008103e')} ${text('x00181030')}`),
    imageType: text('x00080008').toUpperCase().split('\\').map((word) => word.trim()),
    echo: text('x00180086') || text('x00180081'),
    hasImage: data.elements[pixelData] !== undefined && columns > 0 && rows > 0,
    columns,
    rows,
    frames,
    isColour: (data.uint16('x00280002') ?? 1) > 1 || text('x00280004') === 'PALETTE COLOR',
    ...slicesOf(data, frames),
    expectedImages: data.intString('x00201002') ?? null,
    attributes: readAttributes(data),
  };
  if (file.hasImage) checkLength(file, data);
  return file;
} // prettier-ignore
