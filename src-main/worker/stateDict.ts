/**
 * PyTorch's files since version 1.6 (`torch.save`): a zip archive, nothing in it packed, of `data.pkl` (what tensors there
 * are) and `data/KEY` (their numbers). Entries are found by yauzl; a tensor's bytes are read where they lie.
 */
import { open, type FileHandle } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { fromFdPromise, type Entry, type ZipFile } from 'yauzl';
import { AppError } from '#contract/errors.ts';
import { parseStatePickle, tensorsOf, type StorageReference, type TensorView } from './statePickle.ts';
import { damaged, decodeNumbers, elementsOf, numberBytes, quoted, type TensorFile } from './tensorSource.ts';

const longestPickle = 32 * 2 ** 20; // bytes; names and shapes of the largest networks are a few MB
const mostEntries = 200_000;
const chunkBytes = 1 << 20;
const orderEntry = 'byteorder'; // 'little' or 'big'; absent before PyTorch 2.1

/**
 * Opens a file and reads what tensors it has. Throws AppError: 'bad-input' (it asks for more than tensors), 'checkpoint-damaged'.
 */
export async function openStateDict(path: string): Promise<TensorFile> {
  const file = await open(path, 'r');
  try {
    const archive = await openArchive(file);
    if (await archive.isBigEndian())
      throw new AppError('bad-input', 'The file was written on a big-endian machine. Save it again on a usual one.');
    const views = tensorsOf(parseStatePickle(await archive.read('data.pkl', longestPickle)));
    const viewOf = (name: string): TensorView => {
      const view = views.get(name);
      if (view === undefined) throw damaged(`it has no tensor ${quoted(name)}`);
      return view;
    };
    return {
      names: [...views.keys()],
      shapeOf: (name) => viewOf(name).shape,
      read: (name) => readView(archive, name, viewOf(name)),
      close: () => file.close(),
    };
  } catch (thrown) {
    await file.close();
    throw thrown;
  }
}

interface Archive {
  isBigEndian(): Promise<boolean>;
  /** All of an entry, whose checksum is compared. */
  read(name: string, mostBytes: number): Promise<Uint8Array<ArrayBuffer>>;
  /** A part of an entry; the checksum of the whole is compared the first time. */
  readPart(name: string, from: number, bytes: number): Promise<Uint8Array<ArrayBuffer>>;
}

async function openArchive(file: FileHandle): Promise<Archive> {
  const { zip, entries } = await listEntries(file);
  const checked = new Set<string>();

  const find = async (name: string): Promise<{ start: number; size: number; crc: number }> => {
    const entry = entries.get(name);
    if (entry === undefined) throw damaged(`it has no ${quoted(name)}`);
    if (entry.compressionMethod !== 0 || entry.isEncrypted())
      throw damaged(`${quoted(name)} is packed, which PyTorch never does`);
    const { fileDataStart: start } = await zip.readLocalFileHeaderPromise(entry, { minimal: true }).catch(broken);
    const { size: fileBytes } = await file.stat();
    if (start + entry.compressedSize > fileBytes) throw damaged(`${quoted(name)} ends beyond the file`);
    return { start, size: entry.compressedSize, crc: entry.crc32 };
  };
  const readAt = async (name: string, at: number, bytes: number): Promise<Uint8Array<ArrayBuffer>> => {
    const target = new Uint8Array(bytes);
    const { bytesRead } = await file.read(target, 0, bytes, at);
    if (bytesRead !== bytes) throw damaged(`${quoted(name)} ends early`);
    return target;
  };
  const check = async (name: string, { start, size, crc }: Awaited<ReturnType<typeof find>>): Promise<void> => {
    if (checked.has(name)) return;
    let sum = 0;
    for (let at = 0; at < size; at += chunkBytes)
      sum = crc32(await readAt(name, start + at, Math.min(chunkBytes, size - at)), sum);
    if (sum !== crc) throw damaged(`${quoted(name)} has changed since it was written (its checksum does not fit)`);
    checked.add(name);
  };

  const read: Archive['read'] = async (name, mostBytes) => {
    const place = await find(name);
    if (place.size > mostBytes) throw damaged(`${quoted(name)} is larger than it can be`);
    await check(name, place);
    return readAt(name, place.start, place.size);
  };
  return {
    isBigEndian: async () =>
      entries.has(orderEntry) &&
      Buffer.from(await read(orderEntry, 100))
        .toString('latin1')
        .trim() === 'big',
    read,
    async readPart(name, from, bytes) {
      const place = await find(name);
      if (from + bytes > place.size) throw damaged(`${quoted(name)} is smaller than its tensors`);
      await check(name, place);
      return readAt(name, place.start + from, bytes);
    },
  };
}

const broken = (cause: unknown): never => {
  throw damaged('it is not a whole zip archive', { cause });
};

/** By their path inside the archive's one folder. */
async function listEntries(file: FileHandle): Promise<{ zip: ZipFile; entries: ReadonlyMap<string, Entry> }> {
  const zip = await fromFdPromise(file.fd, { autoClose: false }).catch(broken);
  if (zip.entryCount > mostEntries) throw damaged(`it claims ${String(zip.entryCount)} parts`);
  const entries = new Map<string, Entry>();
  try {
    for await (const entry of zip.eachEntry()) {
      const name = entry.fileName.slice(entry.fileName.indexOf('/') + 1);
      if (entries.has(name)) throw damaged(`it has ${quoted(name)} twice`);
      entries.set(name, entry);
    }
  } catch (thrown) {
    if (thrown instanceof AppError) throw thrown;
    broken(thrown);
  }
  return { zip, entries };
}

/** Only the part of the storage that the tensor spans is read. */
async function readView(archive: Archive, name: string, view: TensorView): Promise<Float32Array> {
  const { storage, offset, shape, strides } = view;
  const count = elementsOf(name, shape);
  if (count === 0) return new Float32Array(0);
  const span = shape.reduce((last, length, axis) => last + (length - 1) * (strides[axis] ?? 0), 1);
  const numbers = await readNumbers(archive, storage, offset, span);
  return isContiguous(view) ? numbers : gather(numbers, view, count);
}

async function readNumbers(
  archive: Archive,
  { key, type }: StorageReference,
  offset: number,
  count: number,
): Promise<Float32Array> {
  const size = numberBytes[type];
  return decodeNumbers(await archive.readPart(`data/${key}`, offset * size, count * size), type);
}

function isContiguous({ shape, strides }: TensorView): boolean {
  let expected = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const length = shape[axis] ?? 1;
    if (length > 1 && strides[axis] !== expected) return false;
    expected *= length;
  }
  return true;
}

/** C order from any strides: the last index runs fastest. */
function gather(numbers: Float32Array, { shape, strides }: TensorView, count: number): Float32Array {
  const values = new Float32Array(count);
  const index = shape.map(() => 0);
  let at = 0;
  for (let done = 0; done < count; done++) {
    values[done] = numbers[at] ?? 0;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const stride = strides[axis] ?? 0;
      const next = (index[axis] ?? 0) + 1;
      if (next < (shape[axis] ?? 1)) {
        index[axis] = next;
        at += stride;
        break;
      }
      at -= (next - 1) * stride;
      index[axis] = 0;
    }
  }
  return values;
}
