/**
 * An encrypted file of any size that is written and read in pieces: a line that says how, then segments of AES-256-GCM,
 * each authenticated before any of it is used (STREAM: Hoang, Reyhanitabar, Rogaway & Vizár 2015, CRYPTO 2015:493). The
 * nonce of a segment is its number (11 bytes, big-endian) and whether it is the last (1 byte), so that none can be
 * removed, repeated or moved, nor the file cut short. The key comes from the passphrase by scrypt with a new salt a file.
 */
import { createCipheriv, createDecipheriv, timingSafeEqual } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { z } from 'zod';
import { AppError } from '#contract/errors.ts';
import { canonicalJson } from '#shared/study/canonicalJson.ts';
import { hashText } from '../hash.ts';
import { derivation, newStreamSalt, streamKey, type StreamKey } from './sealing.ts';

const format = 'doppel-pack-1';
const segmentBytes = 1 << 20;
const tagBytes = 16;
/** The first line is a few hundred. */
const mostHeadBytes = 4096;

const packHead = z.strictObject({
  format: z.literal(format),
  cipher: z.literal('aes-256-gcm'),
  segment: z.literal(segmentBytes),
  derivation: z.strictObject({
    name: z.literal('scrypt'),
    n: z.literal(derivation.n),
    r: z.literal(derivation.r),
    p: z.literal(derivation.p),
    salt: z.base64(),
  }),
  check: z.base64().length(44), // the second half of what scrypt gave; the first is the key
});
type PackHead = z.infer<typeof packHead>;

/** With the hash of all the rest, so that a damaged line is not taken for another passphrase. */
const headLine = (head: PackHead): string => `${canonicalJson({ ...head, sha256: hashText(canonicalJson(head)) })}\n`;

/** Null for a line of something else. */
function parseHead(line: string): PackHead | null {
  try {
    const { sha256, ...head } = packHead.extend({ sha256: z.string() }).parse(JSON.parse(line));
    return hashText(canonicalJson(head)) === sha256 ? head : null;
  } catch {
    return null;
  }
}

function nonceOf(index: number, isLast: boolean): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeUIntBE(index, 5, 6);
  nonce[11] = Number(isLast);
  return nonce;
}

/** Cuts a stream of bytes into pieces of `size`; only the last is shorter, and may be empty. */
async function* inPieces(bytes: AsyncIterable<Uint8Array>, size: number): AsyncGenerator<{ piece: Buffer; isLast: boolean }> {
  let held = Buffer.alloc(0);
  for await (const some of bytes) {
    held = Buffer.concat([held, some]);
    // One that is full waits: it may be the last.
    for (; held.length > size; held = held.subarray(size)) yield { piece: held.subarray(0, size), isLast: false };
  }
  yield { piece: held, isLast: true };
} // prettier-ignore

/** The bytes of the file that only the passphrase opens. */
export async function* sealStream(plain: AsyncIterable<Uint8Array>, passphrase: string): AsyncGenerator<Buffer> {
  const salt = newStreamSalt();
  const { key, check } = await streamKey(passphrase, salt);
  yield Buffer.from(
    headLine({
      format,
      cipher: 'aes-256-gcm',
      segment: segmentBytes,
      derivation: { ...derivation, salt: salt.toString('base64') },
      check: check.toString('base64'),
    }),
  );
  let index = 0;
  for await (const { piece, isLast } of inPieces(plain, segmentBytes)) {
    const cipher = createCipheriv('aes-256-gcm', key, nonceOf(index++, isLast));
    yield Buffer.concat([cipher.update(piece), cipher.final(), cipher.getAuthTag()]);
  }
}

function openSegment({ key }: StreamKey, sealed: Buffer, index: number, isLast: boolean): Buffer | null {
  if (sealed.length < tagBytes) return null;
  const decipher = createDecipheriv('aes-256-gcm', key, nonceOf(index, isLast));
  try {
    decipher.setAuthTag(sealed.subarray(-tagBytes));
    return Buffer.concat([decipher.update(sealed.subarray(0, -tagBytes)), decipher.final()]);
  } catch {
    return null;
  }
}

async function readHead(path: string): Promise<{ readonly head: PackHead; readonly length: number } | null> {
  const pieces: Buffer[] = [];
  for await (const piece of createReadStream(path, { end: mostHeadBytes - 1 })) pieces.push(piece as Buffer);
  const bytes = Buffer.concat(pieces);
  const length = bytes.indexOf(10) + 1;
  const head = parseHead(bytes.toString('utf8', 0, Math.max(0, length - 1)));
  return head === null ? null : { head, length };
}

/** Is this a pack, whole or not? Throws what the file system throws. */
export async function looksLikePack(path: string): Promise<boolean> {
  for await (const piece of createReadStream(path, { end: mostHeadBytes - 1 }))
    return (piece as Buffer).toString('latin1').includes(`"format":"${format}"`);
  return false;
}

/**
 * What is inside, authenticated piece by piece: a reader must wait for the end before it counts on the whole. Throws
 * `bad-input` for another, damaged or incomplete file, `wrong-passphrase`.
 */
export async function* openStream(path: string, passphrase: string): AsyncGenerator<Buffer> {
  const name = basename(path);
  const found = await readHead(path);
  if (found === null)
    throw new AppError('bad-input', `${name} is no reader pack of this version of Doppel, or its beginning is damaged. Ask for it again.`); // prettier-ignore
  const key = await streamKey(passphrase, Buffer.from(found.head.derivation.salt, 'base64'));
  if (!timingSafeEqual(key.check, Buffer.from(found.head.check, 'base64')))
    throw new AppError('wrong-passphrase', `The passphrase does not open ${name}. It is the one that was chosen for this pack; check it for typing errors and keyboard layout.`); // prettier-ignore
  const sealed = createReadStream(path, { start: found.length, highWaterMark: segmentBytes });
  let index = 0;
  for await (const { piece, isLast } of inPieces(sealed, segmentBytes + tagBytes)) {
    const plain = openSegment(key, piece, index, isLast);
    if (plain === null) {
      const isCut = isLast && openSegment(key, piece, index, false) !== null;
      throw new AppError('bad-input', `${name} is ${isCut ? 'incomplete: its end is missing' : `damaged or incomplete (in megabyte ${String(index + 1)})`}. Nothing of it was used; copy it again, or ask for it again.`); // prettier-ignore
    }
    yield plain;
    index++;
  }
}
