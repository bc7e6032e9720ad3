/**
 * Gradient magnitude similarity deviation (Xue et al. 2014, IEEE TIP 23:684) in three dimensions, inside a mask: how
 * unevenly edges are kept. Prewitt gradients per voxel. Pictures are not halved first, as photographs are there: detail of
 * a voxel is what super-resolution is about.
 */
import type { Surroundings } from './localSimilarity.ts';
import type { Box } from './crop.ts';

/** 170 for pictures of 8 bits. */
const stability = 170 / 255 ** 2;

/** Prewitt gradient magnitude at each voxel of the mask, in its order; `around` reaches one voxel beyond the box. */
export function gradientMagnitudes({ values, size }: Surroundings, mask: Uint8Array, box: Box): Float64Array {
  const [nx, ny] = size;
  const strides = [1, nx, nx * ny] as const;
  // The nine neighbours ahead along each axis; those opposite to them lie behind.
  const faces = ([[0, 1, 2], [1, 0, 2], [2, 0, 1]] as const).map(([axis, u, v]) =>
    [-1, 0, 1].flatMap((i) => [-1, 0, 1].map((j) => strides[axis] + i * strides[u] + j * strides[v])),
  ); // prettier-ignore
  const [bx, by, bz] = box.size;
  const found = new Float64Array(mask.reduce((sum, mark) => sum + mark, 0));
  for (let z = 0, at = 0, to = 0; z < bz; z++) {
    for (let y = 0; y < by; y++) {
      let middle = 1 + nx * (y + 1 + ny * (z + 1));
      for (let x = 0; x < bx; x++, at++, middle++) {
        if (mask[at] === 0) continue;
        let energy = 0;
        for (const face of faces) {
          let sum = 0;
          for (const offset of face) sum += values[middle + offset]! - values[middle - offset]!;
          energy += (sum / 9) ** 2;
        }
        found[to++] = Math.sqrt(energy);
      }
    }
  }
  return found;
}

/** Standard deviation over the mask of the local similarity of two pictures' gradient magnitudes; 0 for equal ones. */
export function gradientDeviation(truth: Float64Array, result: Float64Array, dataRange: number): number {
  const c = stability * dataRange ** 2;
  const similarity = truth.map((p, index) => (2 * p * result[index]! + c) / (p * p + result[index]! ** 2 + c));
  const mean = similarity.reduce((sum, value) => sum + value, 0) / similarity.length;
  return Math.sqrt(similarity.reduce((sum, value) => sum + (value - mean) ** 2, 0) / similarity.length);
}
