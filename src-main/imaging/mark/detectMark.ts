/**
 * Looks for the marks of a project's networks in a scan, without the scan as it was before. The evidence is folded into one cube of
 * the pattern and compared with the signs at every shift, so that cropped and padded scans are found too.
 */
import type { Volume } from '#shared/volume/volume.ts';
import { chipAt, chipCount, chipsOf, period } from './chips.ts';
import { whiten } from './whiten.ts';

export interface MarkFound {
  /** Correlation with the signs at the best shift, in standard deviations of chance. */
  readonly score: number;
  /**
   * At most so often would any scan that was made without the keys come as far, at any of the shifts and with any of them. No property of scans
   * is assumed: over random signs the correlation is a Rademacher sum (Hoeffding 1963, JASA 58:13, theorem 2).
   */
  readonly p: number;
}

/** Below this a mark counts as found: with one key a score of 6.7, with a hundred 7.4. */
export const markThreshold = 1e-6;

function fold(evidence: Float32Array, [nx, ny, nz]: Volume['size']): Float64Array {
  const folded = new Float64Array(chipCount);
  for (let z = 0, index = 0; z < nz; z++)
    for (let y = 0; y < ny; y++) for (let x = 0; x < nx; x++, index++) folded[chipAt(x, y, z)]! += evidence[index]!;
  return folded;
}

/** The largest correlation over all cyclic shifts. */
function largestCorrelation(folded: Float64Array, chips: Int8Array): number {
  const side = period;
  // Each line of signs twice, so that a shifted line is one piece.
  const lines = new Int8Array(2 * chipCount);
  for (let line = 0; line < side ** 2; line++) {
    const signs = chips.subarray(line * side, (line + 1) * side);
    lines.set(signs, 2 * line * side);
    lines.set(signs, (2 * line + 1) * side);
  }
  let largest = -Infinity;
  for (let shiftZ = 0; shiftZ < side; shiftZ++)
    for (let shiftY = 0; shiftY < side; shiftY++)
      for (let shiftX = 0; shiftX < side; shiftX++) {
        let sum = 0;
        for (let z = 0, at = 0; z < side; z++)
          for (let y = 0; y < side; y++) {
            const line = ((y + shiftY) % side) + side * ((z + shiftZ) % side);
            const first = 2 * line * side + shiftX;
            for (let x = 0; x < side; x++, at++) sum += folded[at]! * lines[first + x]!;
          }
        largest = Math.max(largest, sum);
      }
  return largest;
}

/** `volume`: finite intensities in RAS order, in any unit; `keys` in hexadecimal, at least one: the best of them counts. */
export function detectMark(volume: Volume, keys: readonly string[]): MarkFound {
  const whitened = whiten(volume);
  if (whitened === null) return { score: 0, p: 1 };
  const folded = fold(whitened.evidence, volume.size);
  const length = Math.sqrt(folded.reduce((sum, value) => sum + value ** 2, 0));
  if (length === 0) return { score: 0, p: 1 };
  const score = Math.max(...keys.map((key) => largestCorrelation(folded, chipsOf(key)))) / length;
  return { score, p: Math.min(1, keys.length * chipCount * Math.exp(-(score ** 2) / 2)) };
}
