/**
 * Exact percentiles of many voxels in two passes and little memory: the order of single-precision numbers is that of
 * their bits, so counting upper, then lower halves of the bits finds any rank (radix selection).
 */

const halves = 1 << 16;

/** Bits whose unsigned order is the order of the numbers: negative ones inverted, positive ones above them. */
function ordered(bits: number): number {
  return (bits >>> 31 === 1 ? ~bits : bits | 0x80000000) >>> 0;
}

function numberOf(key: number): number {
  const bits = new Uint32Array([key >>> 31 === 1 ? key & 0x7fffffff : ~key]);
  return new Float32Array(bits.buffer)[0] ?? NaN;
}

/** Which bin of a histogram holds the `rank`-th entry (from 0), and its rank within. */
function locate(histogram: Uint32Array, rank: number): { bin: number; rest: number } {
  let rest = rank;
  let bin = 0;
  while (bin < halves - 1 && rest >= histogram[bin]!) rest -= histogram[bin++]!;
  return { bin, rest };
}

/** How often each upper half occurs in `data`, where `mask` is 1. */
function countUpper(bits: Uint32Array, mask: Uint8Array | null): Uint32Array {
  const upper = new Uint32Array(halves);
  for (let index = 0, end = bits.length; index < end; index++) {
    upper[ordered(bits[index]!) >>> 16]! += mask === null ? 1 : mask[index]!;
  }
  return upper;
}

/** How often each lower half occurs with the upper halves `bins`: one histogram after another. */
function countLower(bits: Uint32Array, mask: Uint8Array | null, bins: readonly number[]): Uint32Array {
  const slots = new Int8Array(halves).fill(-1);
  bins.forEach((bin, slot) => {
    slots[bin] = slot;
  });
  const lower = new Uint32Array(bins.length * halves);
  for (let index = 0; index < bits.length; index++) {
    if (mask !== null && mask[index] === 0) continue;
    const key = ordered(bits[index]!);
    const slot = slots[key >>> 16]!;
    if (slot >= 0) lower[slot * halves + (key & 0xffff)]!++;
  }
  return lower;
}

/**
 * The values below which the given fractions (0 to 1) of the data lie, linear between ranks. `data` is finite; with a
 * mask (0 and 1), only voxels where it is 1 count, of which there must be one. Up to 60 fractions.
 */
export function percentilesOf(data: Float32Array, mask: Uint8Array | null, fractions: readonly number[]): number[] {
  const bits = new Uint32Array(data.buffer, data.byteOffset, data.length);
  const upper = countUpper(bits, mask);
  const count = upper.reduce((sum, entries) => sum + entries, 0);
  const positions = fractions.map((fraction) => fraction * (count - 1));
  const places = [...positions.map(Math.floor), ...positions.map(Math.ceil)].map((rank) => locate(upper, rank));
  const bins = [...new Set(places.map(({ bin }) => bin))];
  const lower = countLower(bits, mask, bins);
  const values = places.map(({ bin, rest }) => {
    const slot = bins.indexOf(bin);
    const half = locate(lower.subarray(slot * halves, (slot + 1) * halves), rest).bin;
    return numberOf(((bin << 16) | half) >>> 0);
  });
  return positions.map((position, index) => {
    const low = values[index] ?? NaN;
    const high = values[fractions.length + index] ?? NaN;
    return low + (high - low) * (position - Math.floor(position));
  });
}
