/**
 * What a mark is made of: a cube of random signs that repeats through the volume, drawn from the network's
 * secret key by HMAC-SHA-256 (RFC 2104). Who has not the key can neither foretell a sign nor tell it from chance.
 */
import { createHmac } from 'node:crypto';

/** Voxels a side. A prime: what a network repeats every 2, 4, 8 or 16 voxels is spread over all of the cube. */
export const period = 17;
export const chipCount = period ** 3;

const bitsABlock = 256;

/** Signs ±1, x fastest, of a key in hexadecimal. */
export function chipsOf(key: string): Int8Array {
  const secret = Buffer.from(key, 'hex');
  const chips = new Int8Array(chipCount);
  for (let first = 0, block = 0; first < chipCount; first += bitsABlock, block++) {
    const bytes = createHmac('sha256', secret)
      .update(`doppel-mark-1 ${String(block)}`)
      .digest();
    for (let bit = 0; bit < bitsABlock && first + bit < chipCount; bit++)
      chips[first + bit] = 2 * ((bytes[bit >> 3]! >> (bit & 7)) & 1) - 1;
  }
  return chips;
}

/** Where in the cube the voxel (x, y, z) of a volume in RAS order is. */
export const chipAt = (x: number, y: number, z: number): number =>
  (x % period) + period * ((y % period) + period * (z % period));
