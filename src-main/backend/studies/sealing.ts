/**
 * What seals a study, all of it from node:crypto: salted commitments (SHA-256), a key encrypted with a passphrase
 * (scrypt, RFC 7914; AES-256-GCM, NIST SP 800-38D), hashed PINs.
 */
import {
  createCipheriv,
  createDecipheriv,
  createHash,
  randomBytes,
  scrypt,
  timingSafeEqual,
  type ScryptOptions,
} from 'node:crypto';
import { z } from 'zod';
import { AppError } from '#contract/errors.ts';
import { canonicalJson } from '#shared/study/canonicalJson.ts';

/** 128 MiB and about half a second a guess. */
export const derivation = { name: 'scrypt', n: 2 ** 17, r: 8, p: 1 } as const;
/** A PIN keeps colleagues apart, it guards no secret: 16 MiB a guess. */
const pinCost = 2 ** 14;
const saltBytes = 32;
const keyBytes = 32;
const nonceBytes = 12;

const sealedFile = z.strictObject({
  format: z.literal('doppel-sealed-1'),
  cipher: z.literal('aes-256-gcm'),
  derivation: z.strictObject({ name: z.literal('scrypt'), n: z.int(), r: z.int(), p: z.int(), salt: z.base64() }),
  nonce: z.base64(),
  tag: z.base64(),
  sealed: z.base64(),
});

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
const bytesOf = (text: string): Buffer => Buffer.from(text, 'base64');

function derive(secret: string, salt: Uint8Array, n: number, bytes = keyBytes): Promise<Buffer> {
  const options: ScryptOptions = { N: n, r: derivation.r, p: derivation.p, maxmem: 256 * n * derivation.r };
  return new Promise((resolve, reject) => {
    // The same characters can be typed as different code points.
    scrypt(secret.normalize('NFKC'), salt, bytes, options, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });
}

/** Encrypts `plain`; the text of a file that only the passphrase opens. */
export async function seal(plain: Uint8Array, passphrase: string): Promise<string> {
  const salt = randomBytes(saltBytes);
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', await derive(passphrase, salt, derivation.n), nonce);
  const sealed = Buffer.concat([cipher.update(plain), cipher.final()]);
  const file: z.infer<typeof sealedFile> = {
    format: 'doppel-sealed-1',
    cipher: 'aes-256-gcm',
    derivation: { ...derivation, salt: base64(salt) },
    nonce: base64(nonce),
    tag: base64(cipher.getAuthTag()),
    sealed: base64(sealed),
  };
  return `${canonicalJson(file)}\n`;
}

/** Throws `wrong-passphrase`, also where the file was changed: its tag cannot tell the two apart; `bad-input` for another file. */
export async function unseal(text: string, passphrase: string): Promise<Buffer> {
  const parsed = sealedFile.safeParse(parseJson(text));
  if (!parsed.success || parsed.data.derivation.n !== derivation.n)
    throw new AppError('bad-input', 'This is not a sealed file of Doppel, or it was changed.');
  const { derivation: how, nonce, tag, sealed } = parsed.data;
  const decipher = createDecipheriv('aes-256-gcm', await derive(passphrase, bytesOf(how.salt), how.n), bytesOf(nonce));
  try {
    decipher.setAuthTag(bytesOf(tag));
    return Buffer.concat([decipher.update(bytesOf(sealed)), decipher.final()]);
  } catch (cause) {
    throw new AppError('wrong-passphrase', 'The passphrase does not open it. Check it for typing errors and keyboard layout.', { cause }); // prettier-ignore
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

export const newSalt = (): string => randomBytes(saltBytes).toString('hex');

/** SHA-256 of salt ‖ canonical JSON, both as UTF-8: tells nothing of the value until the salt is known. */
export function commitmentOf(value: unknown, salt: string): string {
  return createHash('sha256').update(salt).update(canonicalJson(value)).digest('hex');
}

export interface StreamKey {
  readonly key: Buffer;
  /** Tells another passphrase from a damaged file; independent of the key, as any two blocks of scrypt's output are. */
  readonly check: Buffer;
}

/** The key of a file that is encrypted piece by piece. */
export async function streamKey(passphrase: string, salt: Uint8Array): Promise<StreamKey> {
  const bytes = await derive(passphrase, salt, derivation.n, 2 * keyBytes);
  return { key: bytes.subarray(0, keyBytes), check: bytes.subarray(keyBytes) };
}

export const newStreamSalt = (): Buffer => randomBytes(saltBytes);

export interface PinHash {
  readonly salt: string;
  readonly hash: string;
}

export async function hashPin(pin: string): Promise<PinHash> {
  const salt = randomBytes(16);
  return { salt: base64(salt), hash: base64(await derive(pin, salt, pinCost)) };
}

export async function isPin(pin: string, { salt, hash }: PinHash): Promise<boolean> {
  return timingSafeEqual(await derive(pin, bytesOf(salt), pinCost), bytesOf(hash));
}
