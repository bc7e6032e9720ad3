/**
 * The bytes of a file in order, unpacked when it is gzip (told by its content, not its name), a few at a time: what a
 * file claims can be checked before anything is allocated for it, and nothing is unpacked beyond what is asked for.
 */
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { createGunzip, createInflate } from 'node:zlib';
import { BadScan } from './badScan.ts';

export interface ByteSource {
  readonly isCompressed: boolean;
  /** Fills `target` from its beginning; returns how many bytes there were (fewer only at the end). */
  read(target: Uint8Array): Promise<number>;
  /** Passes over `count` bytes; returns how many there were. */
  skip(count: number): Promise<number>;
  /** Always to be called. */
  close(): void;
}

/**
 * How data lie in a file. `found`: raw, or in gzip as a whole, told by the first bytes; offsets count unpacked bytes.
 * The others begin at an offset of the file as it is: `raw`, packed as `gzip` or `zlib`, or `text`, numbers in ASCII.
 */
export type DataForm = 'found' | 'raw' | 'gzip' | 'zlib' | 'text';

/** Deflate cannot pack tighter than this (zlib's technical notes: 1032 to 1). */
export const bestCompression = 1032;

const readBytes = 1 << 20;
const unpackBytes = 1 << 18;

function isSystemError(thrown: unknown): thrown is NodeJS.ErrnoException {
  return thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string';
}

/** A reader's failure in the words of a bad scan. */
export function readingError(thrown: unknown): BadScan {
  const code = isSystemError(thrown) ? (thrown.code ?? '') : '';
  if (code === 'Z_BUF_ERROR') {
    return new BadScan('truncated', 'The compressed file ends before its data do: copy it again from its source.', {
      cause: thrown,
    });
  }
  if (code.startsWith('Z_')) {
    return new BadScan('damaged', `The compressed data are damaged (${code}): copy the file again from its source.`, {
      cause: thrown,
    });
  }
  return new BadScan(
    'unreadable',
    `The file cannot be read (${code === '' ? `"${String(thrown)}"` : code}): check that it is there and that you may read it.`,
    {
      cause: thrown,
    },
  );
}

export interface FileForm {
  /** Size of the file as it lies on the disk. */
  readonly fileBytes: number;
  readonly isCompressed: boolean;
}

/** How large a file is and whether it is packed. Throws BadScan ('unreadable'). */
export async function formOf(path: string): Promise<FileForm> {
  try {
    const file = await open(path, 'r');
    try {
      const { size } = await file.stat();
      const magic = new Uint8Array(2);
      await file.read(magic, 0, 2, 0);
      return { fileBytes: size, isCompressed: magic[0] === 0x1f && magic[1] === 0x8b };
    } finally {
      await file.close();
    }
  } catch (thrown) {
    throw readingError(thrown);
  }
}

/** Bytes in memory in order from `offset`, as if they were a file's. */
export function bytesSource(bytes: Uint8Array, offset: number): ByteSource {
  let at = offset;
  const take = (count: number): Uint8Array => {
    const piece = bytes.subarray(at, at + count);
    at += piece.length;
    return piece;
  };
  return {
    isCompressed: false,
    read: (target) => {
      const piece = take(target.length);
      target.set(piece);
      return Promise.resolve(piece.length);
    },
    skip: (count) => Promise.resolve(take(count).length),
    close: () => undefined,
  };
}

/**
 * Opens a file for reading in order from `offset`, which counts bytes as `form` says. Throws BadScan ('unreadable', later
 * 'truncated' or 'damaged').
 */
export async function openByteSource(path: string, form: DataForm = 'found', offset = 0): Promise<ByteSource> {
  const isFound = form === 'found';
  const isCompressed = form === 'gzip' || form === 'zlib' || (isFound && (await formOf(path)).isCompressed);
  const file = createReadStream(path, { highWaterMark: readBytes, start: isFound ? 0 : offset });
  const unpack = form === 'zlib' ? createInflate : createGunzip;
  // A failure of either stream arrives at the iteration below; the callback has nothing to add.
  const stream = isCompressed ? pipeline(file, unpack({ chunkSize: unpackBytes }), () => undefined) : file;
  stream.on('error', () => undefined); // the same failure, should nobody be iterating any more
  const chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  let chunk: Uint8Array = new Uint8Array(0);
  let used = 0;

  const more = async (): Promise<boolean> => {
    try {
      const next = await chunks.next();
      if (next.done === true) return false;
      chunk = next.value;
      used = 0;
      return true;
    } catch (thrown) {
      throw readingError(thrown);
    }
  };
  const advance = async (count: number, take: (piece: Uint8Array, at: number) => void): Promise<number> => {
    let done = 0;
    while (done < count && (used < chunk.length || (await more()))) {
      const piece = chunk.subarray(used, used + Math.min(count - done, chunk.length - used));
      take(piece, done);
      used += piece.length;
      done += piece.length;
    }
    return done;
  };

  if (isFound) await advance(offset, () => undefined);
  return {
    isCompressed,
    read: (target) =>
      advance(target.length, (piece, at) => {
        target.set(piece, at);
      }),
    skip: (count) => advance(count, () => undefined),
    close: () => {
      stream.destroy();
    },
  };
}
