/** Tensors by name on their way to and from files, and the kinds of number that files store. */
import { AppError } from '#contract/errors.ts';

/** A tensor to be written. */
export interface TensorSource {
  readonly name: string;
  readonly shape: readonly number[];
  /** Called when its turn comes, so that one tensor is in memory at a time. */
  read(): Promise<Float32Array>;
}

/** An open file of named tensors; the caller closes it. */
export interface TensorFile {
  readonly names: readonly string[];
  /** Throws AppError('checkpoint-damaged') for a name that it does not have, as `read` does. */
  shapeOf(name: string): readonly number[];
  /** The values in C order as 32-bit floats, whatever they are stored as. */
  read(name: string): Promise<Float32Array>;
  close(): Promise<void>;
}

/** Bytes of a number, by the names that safetensors gives the types. */
export const numberBytes = { F64: 8, F32: 4, F16: 2, BF16: 2, I64: 8, I32: 4, I16: 2, I8: 1, U8: 1, BOOL: 1 } as const;
export type NumberType = keyof typeof numberBytes;

/** 2 GiB of 32-bit floats, more than any network's tensor; what claims more is damaged. */
const mostElements = 2 ** 29;
const mostAxes = 8;

/** Elements of a tensor of this shape; AppError('checkpoint-damaged') where it is none. */
export function elementsOf(name: string, shape: readonly number[]): number {
  const count = shape.reduce((product, length) => product * length, 1);
  const isShape = shape.length <= mostAxes && shape.every((length) => Number.isSafeInteger(length) && length >= 0);
  if (!isShape || !(count <= mostElements))
    throw damaged(`tensor ${quoted(name)} claims an impossible shape, [${shape.slice(0, mostAxes).join(', ')}]`);
  return count;
}

/** Little-endian numbers of a type, from the beginning of their own buffer, as 32-bit floats. */
export function decodeNumbers(bytes: Uint8Array<ArrayBuffer>, type: NumberType): Float32Array {
  const { buffer } = bytes;
  switch (type) {
    case 'F32':
      return new Float32Array(buffer);
    case 'F64':
      return Float32Array.from(new Float64Array(buffer));
    case 'F16':
      return Float32Array.from(new Float16Array(buffer));
    case 'BF16': // the upper half of a 32-bit float
      return new Float32Array(Uint32Array.from(new Uint16Array(buffer), (bits) => bits << 16).buffer);
    case 'I64':
      return Float32Array.from(new BigInt64Array(buffer), Number);
    case 'I32':
      return Float32Array.from(new Int32Array(buffer));
    case 'I16':
      return Float32Array.from(new Int16Array(buffer));
    case 'I8':
      return Float32Array.from(new Int8Array(buffer));
    case 'U8':
    case 'BOOL':
      return Float32Array.from(bytes);
  }
}

/** A name from a file, fit to be shown. */
export function quoted(name: string): string {
  const longest = 100;
  const shown = name.replaceAll(/\p{Cc}/gu, '?');
  return `'${shown.length > longest ? `${shown.slice(0, longest)}…` : shown}'`;
}

export const damaged = (what: string, options?: ErrorOptions): AppError =>
  new AppError(
    'checkpoint-damaged',
    `The weights cannot be read: ${what}. Choose another file, or copy this one again.`,
    options,
  );
