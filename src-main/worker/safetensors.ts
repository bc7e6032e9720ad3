/**
 * The safetensors format (huggingface/safetensors, format.md): eight bytes of header length, a JSON header of names,
 * types, shapes and offsets, then the values, little-endian. Written as 32-bit floats, read from any number, one tensor at
 * a time.
 */
import { createHash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import { z } from 'zod';
import {
  damaged,
  decodeNumbers,
  elementsOf,
  numberBytes,
  quoted,
  type NumberType,
  type TensorFile,
  type TensorSource,
} from './tensorSource.ts';

const headerEntry = z.object({
  dtype: z.string(),
  shape: z.array(z.number()),
  data_offsets: z.tuple([z.int().nonnegative(), z.int().nonnegative()]),
});
const headerSchema = z.record(z.string(), z.unknown());

interface HeaderEntry {
  readonly type: NumberType;
  readonly shape: readonly number[];
  readonly from: number;
  readonly to: number;
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

/** Opens a file and checks its header against its size; AppError('checkpoint-damaged') says what does not fit. */
export async function openSafetensors(path: string): Promise<TensorFile> {
  const file = await open(path, 'r');
  try {
    const { entries, start } = await readHeader(file);
    const entryOf = (name: string): HeaderEntry => {
      const entry = entries.get(name);
      if (entry === undefined) throw damaged(`it has no tensor ${quoted(name)}`);
      return entry;
    };
    return {
      names: [...entries.keys()],
      shapeOf: (name) => entryOf(name).shape,
      async read(name) {
        const { type, from, to } = entryOf(name);
        const bytes = new Uint8Array(to - from);
        const { bytesRead } = await file.read(bytes, 0, bytes.length, start + from);
        if (bytesRead !== bytes.length) throw damaged(`tensor ${quoted(name)} ends early`);
        return decodeNumbers(bytes, type);
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
  const start = lengthBytes + headerLength;
  const entries = new Map<string, HeaderEntry>();
  for (const [name, value] of Object.entries(parseHeader(text))) {
    if (name === '__metadata__') continue;
    const entry = readEntry(name, value);
    if (start + entry.to > size) throw damaged(`tensor ${quoted(name)} does not fit into the file`);
    entries.set(name, entry);
  }
  return { entries, start };
}

function parseHeader(text: Buffer): Readonly<Record<string, unknown>> {
  try {
    return headerSchema.parse(JSON.parse(text.toString('utf8')));
  } catch (cause) {
    throw damaged('its header is not JSON', { cause });
  }
}

function readEntry(name: string, value: unknown): HeaderEntry {
  const parsed = headerEntry.safeParse(value);
  if (!parsed.success) throw damaged(`its header does not describe tensor ${quoted(name)}`);
  const { dtype, shape, data_offsets } = parsed.data;
  if (!Object.hasOwn(numberBytes, dtype))
    throw damaged(`tensor ${quoted(name)} is of type ${quoted(dtype)}, which is none of ${Object.keys(numberBytes).join(', ')}`); // prettier-ignore
  const type = dtype as NumberType;
  const [from, to] = data_offsets;
  if (to - from !== numberBytes[type] * elementsOf(name, shape))
    throw damaged(`tensor ${quoted(name)} does not fit into the file`);
  return { type, shape, from, to };
}
