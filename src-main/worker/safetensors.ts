/**
 * The safetensors format (huggingface/safetensors, format.md): eight bytes of header length, a JSON header of names,
 * types, shapes and offsets, then the values, little-endian. 32-bit floats only; written and read one tensor at a time.
 */
import { createHash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import { AppError } from '#contract/errors.ts';

export interface TensorSource {
  readonly name: string;
  readonly shape: readonly number[];
  /** Called when its turn comes, so that one tensor is in memory at a time. */
  read(): Promise<Float32Array>;
}

interface HeaderEntry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

const lengthBytes = 8;
const alignment = 8;
const longestHeader = 100_000_000; // bytes; the format's own limit

/** Writes and syncs a new file; gives its size and hash. The caller renames it into place. */
export async function writeSafetensors(
  path: string,
  tensors: readonly TensorSource[],
  metadata: Readonly<Record<string, string>>,
): Promise<{ sha256: string; bytes: number }> {
  let offset = 0;
  const header: Record<string, unknown> = { __metadata__: metadata };
  for (const { name, shape } of tensors) {
    const size = 4 * shape.reduce((product, length) => product * length, 1);
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, offset + size] };
    offset += size;
  }
  const text = Buffer.from(JSON.stringify(header));
  const padded = Buffer.concat([text, Buffer.alloc((alignment - (text.length % alignment)) % alignment, ' ')]);
  const length = Buffer.alloc(lengthBytes);
  length.writeBigUInt64LE(BigInt(padded.length));

  const hash = createHash('sha256');
  const file = await open(path, 'wx');
  try {
    const append = async (bytes: Uint8Array): Promise<void> => {
      hash.update(bytes);
      await file.writeFile(bytes);
    };
    await append(Buffer.concat([length, padded]));
    for (const tensor of tensors) {
      const values = await tensor.read();
      await append(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return { sha256: hash.digest('hex'), bytes: lengthBytes + padded.length + offset };
}

export interface SafetensorsFile {
  readonly names: readonly string[];
  shapeOf(name: string): readonly number[];
  read(name: string): Promise<Float32Array>;
  close(): Promise<void>;
}

/** Opens a file and checks its header against its size; AppError('checkpoint-damaged') says what does not fit. */
export async function openSafetensors(path: string): Promise<SafetensorsFile> {
  const file = await open(path, 'r');
  try {
    const { entries, start } = await readHeader(file);
    const entryOf = (name: string): HeaderEntry => {
      const entry = entries.get(name);
      if (entry === undefined) throw damaged(`it has no tensor '${name}'`);
      return entry;
    };
    return {
      names: [...entries.keys()],
      shapeOf: (name) => entryOf(name).shape,
      async read(name) {
        const [from, to] = entryOf(name).data_offsets;
        const values = new Float32Array((to - from) / 4);
        const { bytesRead } = await file.read(new Uint8Array(values.buffer), 0, to - from, start + from);
        if (bytesRead !== to - from) throw damaged(`tensor '${name}' ends early`);
        return values;
      },
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function readHeader(file: FileHandle): Promise<{ entries: Map<string, HeaderEntry>; start: number }> {
  const { size } = await file.stat();
  const length = Buffer.alloc(lengthBytes);
  const { bytesRead } = await file.read(length, 0, lengthBytes, 0);
  const headerLength = bytesRead === lengthBytes ? Number(length.readBigUInt64LE()) : Number.NaN;
  if (!(headerLength > 1 && headerLength <= longestHeader && lengthBytes + headerLength <= size)) {
    throw damaged('it does not begin with a header');
  }
  const text = Buffer.alloc(headerLength);
  await file.read(text, 0, headerLength, lengthBytes);
  let parsed: Record<string, HeaderEntry>;
  try {
    parsed = JSON.parse(text.toString('utf8')) as Record<string, HeaderEntry>;
  } catch (cause) {
    throw new AppError('checkpoint-damaged', messageOf('its header is not JSON'), { cause });
  }
  const start = lengthBytes + headerLength;
  const entries = new Map(Object.entries(parsed).filter(([name]) => name !== '__metadata__'));
  for (const [
    name,
    {
      dtype,
      shape,
      data_offsets: [from, to],
    },
  ] of entries) {
    const expected = 4 * shape.reduce((product, side) => product * side, 1);
    if (dtype !== 'F32') throw damaged(`tensor '${name}' is ${dtype}, not F32`);
    if (from < 0 || to - from !== expected || start + to > size)
      throw damaged(`tensor '${name}' does not fit into the file`);
  }
  return { entries, start };
}

const messageOf = (what: string): string =>
  `The weights cannot be read: ${what}. Choose another checkpoint, or copy this one again.`;
const damaged = (what: string): AppError => new AppError('checkpoint-damaged', messageOf(what));
