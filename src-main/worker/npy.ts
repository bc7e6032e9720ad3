/**
 * NumPy's format for one array (numpy.lib.format): a magic word, a version, a header that is a Python dictionary, and the
 * numbers. Versions 1 to 3, little-endian floats in C order; read and written a row at a time.
 */
import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import { AppError } from '#contract/errors.ts';
import { fillAtomic } from '#imaging/atomicWrite.ts';
import { decodeNumbers } from './tensorSource.ts';

const magic = Buffer.from('\u0093NUMPY', 'latin1');
const alignment = 64;
const longestHeader = 1 << 20; // bytes

const types = { '<f4': { type: 'F32', size: 4 }, '<f8': { type: 'F64', size: 8 } } as const;

export interface NpyFile {
  readonly shape: readonly number[];
  /** The values of one index of the first axis, as 32-bit floats. */
  readRow(index: number): Promise<Float32Array>;
  close(): Promise<void>;
}

/** Throws AppError: 'not-found', 'bad-input' with what is different from what is read here. */
export async function openNpy(path: string): Promise<NpyFile> {
  const file = await open(path, 'r').catch((cause: unknown) => {
    throw new AppError('not-found', `There is no file that can be read at ${path}.`, { cause });
  });
  try {
    const start = Buffer.alloc(12);
    const { bytesRead } = await file.read(start, 0, start.length, 0);
    const version = start[6] ?? 0;
    if (bytesRead < start.length || !start.subarray(0, magic.length).equals(magic) || version < 1 || version > 3)
      throw unusable(path, 'it does not begin as a NumPy array does');
    const from = version === 1 ? 10 : 12;
    const length = version === 1 ? start.readUInt16LE(8) : start.readUInt32LE(8);
    if (length > longestHeader) throw unusable(path, 'its header is longer than any');
    const text = Buffer.alloc(length);
    await file.read(text, 0, length, from);
    const { descr, isFortran, shape } = readHeader(path, text.toString('latin1'));
    if (!Object.hasOwn(types, descr))
      throw unusable(path, `it holds numbers of type ${descr}; needed are little-endian floats: array.astype('<f4')`);
    if (isFortran) throw unusable(path, 'it is in Fortran order; needed is C order: numpy.ascontiguousarray(array)');
    const { type, size } = types[descr as keyof typeof types];
    const rowBytes = size * shape.slice(1).reduce((product, side) => product * side, 1);
    const { size: fileBytes } = await file.stat();
    if (from + length + rowBytes * (shape[0] ?? 1) !== fileBytes)
      throw unusable(path, `it has not the bytes of an array of [${shape.join(', ')}]`);
    return {
      shape,
      async readRow(index) {
        const bytes = new Uint8Array(rowBytes);
        const { bytesRead: got } = await file.read(bytes, 0, rowBytes, from + length + index * rowBytes);
        if (got !== rowBytes) throw unusable(path, 'it ends early');
        return decodeNumbers(bytes, type);
      },
      close: () => file.close(),
    };
  } catch (thrown) {
    await file.close();
    throw thrown;
  }
}

function readHeader(path: string, text: string): { descr: string; isFortran: boolean; shape: readonly number[] } {
  const descr = /'descr': *'([^']{1,8})'/.exec(text)?.[1];
  const order = /'fortran_order': *(True|False)/.exec(text)?.[1];
  const sides = /'shape': *\(([\d, ]*)\)/.exec(text)?.[1];
  if (descr === undefined || order === undefined || sides === undefined)
    throw unusable(path, 'its header does not describe an array of numbers');
  const shape = sides.split(',').filter((side) => side.trim() !== '').map(Number); // prettier-ignore
  if (!shape.every((side) => Number.isSafeInteger(side))) throw unusable(path, 'its header claims an impossible shape');
  return { descr, isFortran: order === 'True', shape };
}

const unusable = (path: string, why: string): AppError =>
  new AppError('bad-input', `${basename(path)} cannot be used: ${why}.`);

/**
 * Writes an array of 32-bit floats, whose values `rows` gives in C order in pieces of any size: complete or not at all.
 */
export async function writeNpy(
  path: string,
  shape: readonly number[],
  rows: AsyncIterable<Float32Array>,
): Promise<void> {
  const sides = shape.length === 1 ? `${String(shape[0])},` : shape.join(', ');
  const dictionary = `{'descr': '<f4', 'fortran_order': False, 'shape': (${sides}), }`;
  const preamble = magic.length + 4; // version and length
  const padding = alignment - ((preamble + dictionary.length + 1) % alignment);
  const header = Buffer.from(`${dictionary}${' '.repeat(padding)}\n`, 'latin1');
  const lead = Buffer.concat([magic, Buffer.from([1, 0, 0, 0])]);
  lead.writeUInt16LE(header.length, magic.length + 2);

  await fillAtomic(path, async (temporary) => {
    const file = await open(temporary, 'wx');
    try {
      await file.writeFile(Buffer.concat([lead, header]));
      for await (const values of rows)
        await file.writeFile(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
      await file.sync();
    } finally {
      await file.close();
    }
  });
}
