/** What stands inside a reader pack: a description, its length before it, and the scans one after the other. */
import { z } from 'zod';
import { AppError } from '#contract/errors.ts';
import { lockLine } from '#shared/study/studyLog.ts';

/** It holds no truth, no source, and no other reader's key. */
export const packDescription = z.strictObject({
  pack: z.string(), // its own random name
  reader: z.string(),
  privateKey: z.string(), // Ed25519, PKCS #8 in base64: signs the answers
  protocol: z.string(), // the text of protocol.json to the byte
  lock: lockLine, // the first line of the study's log
  order: z.array(z.array(z.string())), // the cases of every trial of this reader
  cases: z.array(z.strictObject({ id: z.string(), bytes: z.int().positive() })), // as their files follow
});
export type PackDescription = z.infer<typeof packDescription>;

const lengthBytes = 4;
/** Of the largest study possible it is about one megabyte. */
const mostDescriptionBytes = 64e6;

export function describedBy(description: PackDescription): Buffer {
  const text = Buffer.from(JSON.stringify(description));
  const length = Buffer.alloc(lengthBytes);
  length.writeUInt32BE(text.length);
  return Buffer.concat([length, text]);
}

const tooShort = (): AppError => new AppError('bad-input', 'The reader pack ends before its last scan. Ask for it again.'); // prettier-ignore

/** Takes bytes from a stream as they are wanted. */
export interface ByteSource {
  /** Exactly so many. Throws `bad-input` where there are fewer. */
  take(bytes: number): Promise<Buffer>;
  /** The next so many, in pieces as they come. */
  pieces(bytes: number): AsyncGenerator<Buffer>;
  /** Reads to the end; throws `bad-input` where more is left. */
  end(): Promise<void>;
}

export function byteSource(stream: AsyncIterator<Buffer, void>): ByteSource {
  let held: Buffer = Buffer.alloc(0);
  const more = async (): Promise<boolean> => {
    const next = await stream.next();
    if (next.done !== true) held = next.value;
    return next.done !== true;
  };
  async function* pieces(bytes: number): AsyncGenerator<Buffer> {
    for (let left = bytes; left > 0;) {
      if (held.length === 0 && !(await more())) throw tooShort();
      const piece = held.subarray(0, left);
      held = held.subarray(piece.length);
      left -= piece.length;
      if (piece.length > 0) yield piece;
    }
  }
  return {
    pieces,
    take: async (bytes) => {
      const taken: Buffer[] = [];
      for await (const piece of pieces(bytes)) taken.push(piece);
      return Buffer.concat(taken);
    },
    end: async () => {
      while (held.length === 0 && (await more()));
      if (held.length > 0) throw new AppError('bad-input', 'The reader pack holds more than it describes. Ask for it again.'); // prettier-ignore
    },
  };
}

/** Throws `bad-input` for a description that this version does not know. */
export async function readDescription(source: ByteSource): Promise<PackDescription> {
  const length = (await source.take(lengthBytes)).readUInt32BE();
  const parsed = length > mostDescriptionBytes ? null : packDescription.safeParse(JSON.parse((await source.take(length)).toString('utf8'))); // prettier-ignore
  if (parsed?.success === true) return parsed.data;
  throw new AppError('bad-input', 'This reader pack was made by another version of Doppel. Use the same version on both workstations.'); // prettier-ignore
}
