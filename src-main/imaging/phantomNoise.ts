/**
 * Smooth random fields in space: Gaussian noise with one dominant wavelength on a periodic lattice, read at any point.
 * The phantom folds its cortex along the zero surfaces of such a field: they are winding, rarely cross, and keep a
 * steady distance from one another, as sulci do.
 */
import type { Random } from '#shared/random.ts';

/** Lattice points a side (a power of two: indices wrap by masking) and their distance in mm at scale 1. */
const side = 64;
const mask = side - 1;
const stepMm = 2.5;

export interface NoiseField {
  /** Unit variance, zero mean, at a point in mm; `scale` above 1 makes the pattern finer. Repeats every 160 mm / scale. */
  at(x: number, y: number, z: number, scale: number): number;
}

/** A periodic Gaussian filter along one axis of the lattice (standard deviation in lattice points). */
function smoothAxis(source: Float32Array, stride: number, sigma: number): Float32Array {
  const radius = Math.ceil(3 * sigma);
  const kernel = Float32Array.from({ length: radius + 1 }, (_, tap) => Math.exp(-0.5 * (tap / sigma) ** 2));
  const total = kernel.reduce((sum, weight, tap) => sum + (tap === 0 ? weight : 2 * weight), 0);
  const weights = kernel.map((weight) => weight / total);
  const target = new Float32Array(source.length);
  const line = new Float32Array(side + 2 * radius);
  for (let start = 0; start < source.length; start++) {
    if (Math.floor(start / stride) % side !== 0) continue; // the first point of each line
    for (let index = 0; index < line.length; index++) {
      line[index] = source[start + ((index - radius + side * 4) & mask) * stride]!;
    }
    for (let index = 0; index < side; index++) {
      let sum = weights[0]! * line[index + radius]!;
      for (let tap = 1; tap <= radius; tap++)
        sum += weights[tap]! * (line[index + radius - tap]! + line[index + radius + tap]!);
      target[start + index * stride] = sum;
    }
  }
  return target;
}

function smooth(source: Float32Array, sigma: number): Float32Array {
  return smoothAxis(smoothAxis(smoothAxis(source, 1, sigma), side, sigma), side * side, sigma);
}

/** A field whose dominant wavelength at scale 1 is about `wavelengthMm` (8 to 40): a difference of two Gaussians of white noise. */
export function createNoiseField(random: Random, wavelengthMm: number): NoiseField {
  const sigma = wavelengthMm / stepMm / 5.1; // a difference of Gaussians σ and 1.3 σ passes most at a wavelength of 5.1 σ
  const white = random.normals(side ** 3);
  const fine = smooth(white, sigma);
  const coarse = smooth(fine, sigma * 0.83); // together √(1 + 0.83²) σ = 1.3 σ
  const field = fine.map((value, index) => value - coarse[index]!);
  const deviation = Math.sqrt(field.reduce((sum, value) => sum + value * value, 0) / field.length);
  const values = field.map((value) => value / deviation);

  return {
    at: (x, y, z, scale) => {
      const u = (x * scale) / stepMm + side * 8;
      const v = (y * scale) / stepMm + side * 8;
      const w = (z * scale) / stepMm + side * 8;
      const i = Math.floor(u);
      const j = Math.floor(v);
      const k = Math.floor(w);
      const fx = u - i;
      const fy = v - j;
      const fz = w - k;
      const i0 = i & mask;
      const i1 = (i + 1) & mask;
      const j0 = (j & mask) * side;
      const j1 = ((j + 1) & mask) * side;
      const k0 = (k & mask) * side * side;
      const k1 = ((k + 1) & mask) * side * side;
      const low =
        (values[i0 + j0 + k0]! * (1 - fx) + values[i1 + j0 + k0]! * fx) * (1 - fy) +
        (values[i0 + j1 + k0]! * (1 - fx) + values[i1 + j1 + k0]! * fx) * fy;
      const high =
        (values[i0 + j0 + k1]! * (1 - fx) + values[i1 + j0 + k1]! * fx) * (1 - fy) +
        (values[i0 + j1 + k1]! * (1 - fx) + values[i1 + j1 + k1]! * fx) * fy;
      return low * (1 - fz) + high * fz;
    },
  };
}
