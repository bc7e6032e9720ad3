/**
 * The checkerboard index: how far the pattern that upsampling by a factor leaves stands out of a picture's spectrum.
 * A network that enlarges by f can repeat itself every f voxels (Odena, Dumoulin & Olah 2016, Distill 1:e3): energy at the
 * frequencies k/f cycles a voxel, k = 1 … ⌊f/2⌋ (for f = 2, Nyquist's), and not between them.
 */
import type { Vector3 } from '#shared/volume/affine.ts';

/** Distances from such a frequency in steps of 1/N that count as its neighbourhood: beyond the main lobe of Hann's window. */
const neighbourhood = [3, 4, 5, 6, 7, 8] as const;
/** Voxels; a shorter axis has no room for the neighbourhood. */
const shortestAxis = 32;

interface Block {
  /** Mean 0 inside the brain, 0 outside; x fastest. */
  readonly data: Float64Array;
  readonly size: Vector3;
}

/** Power of all lines along an axis at a frequency (cycles a voxel), under Hann's window over the whole line. */
function linePower({ data, size }: Block, axis: 0 | 1 | 2, frequency: number): number {
  const length = size[axis];
  const stride = [1, size[0], size[0] * size[1]][axis] ?? 1;
  const window = Float64Array.from({ length }, (_, at) => 0.5 - 0.5 * Math.cos((2 * Math.PI * (at + 0.5)) / length));
  const cosine = window.map((weight, at) => weight * Math.cos(2 * Math.PI * frequency * at));
  const sine = window.map((weight, at) => weight * Math.sin(2 * Math.PI * frequency * at));
  const real = new Float64Array(stride);
  const imaginary = new Float64Array(stride);
  let power = 0;
  for (let slab = 0; slab < data.length; slab += stride * length) {
    real.fill(0);
    imaginary.fill(0);
    for (let at = 0; at < length; at++) {
      const [c, s] = [cosine[at]!, sine[at]!];
      const row = slab + at * stride;
      for (let line = 0; line < stride; line++) {
        const value = data[row + line]!;
        real[line]! += c * value;
        imaginary[line]! += s * value;
      }
    }
    for (let line = 0; line < stride; line++) power += real[line]! ** 2 + imaginary[line]! ** 2;
  }
  return power;
}

/** The largest ratio along one axis. */
function indexAlong(block: Block, axis: 0 | 1 | 2, factor: number): number {
  const length = block.size[axis];
  const ratios = Array.from({ length: Math.floor(factor / 2) }, (_, index) => {
    const frequency = (index + 1) / factor;
    const around = neighbourhood.flatMap((step) =>
      // Above Nyquist's frequency the spectrum is that below it again.
      (frequency === 0.5 ? [-step] : [-step, step]).map((signed) =>
        linePower(block, axis, frequency + signed / length),
      ),
    );
    const mean = around.reduce((sum, power) => sum + power, 0) / around.length;
    return mean > 0 ? linePower(block, axis, frequency) / mean : 1;
  });
  return Math.max(...ratios);
}

/**
 * The largest ratio, over the axes that are enlarged (factor > 1) and their frequencies k/f, of the power at that
 * frequency to the mean power around it. About 1 where there is no pattern, whatever the picture's sharpness (below it
 * where an interpolation has a zero there); several times that where a checkerboard shows. `data`, x fastest, counts
 * where `mask` is 1. Null where no enlarged axis has 32 voxels.
 */
export function checkerboardIndex(
  data: Float64Array,
  mask: Uint8Array,
  { size, factor }: { readonly size: Vector3; readonly factor: Vector3 },
): number | null {
  let [sum, count] = [0, 0];
  for (let index = 0; index < data.length; index++) {
    if (mask[index] === 0) continue;
    sum += data[index]!;
    count++;
  }
  const mean = sum / count;
  const block: Block = { size, data: data.map((value, index) => (mask[index] === 0 ? 0 : value - mean)) };
  const axes = ([0, 1, 2] as const).filter((axis) => factor[axis] > 1 && size[axis] >= shortestAxis);
  return axes.length === 0 ? null : Math.max(...axes.map((axis) => indexAlong(block, axis, factor[axis])));
}
