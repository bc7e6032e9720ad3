/** What a scanner adds to the phantom: texture, a slight blur, a bias field, Rician noise, whole numbers. */
import type { Random } from '#shared/random.ts';
import { createNoiseField } from './phantomNoise.ts';

const textureLevel = 3.2; // of 255, standard deviation within a tissue
const noiseLevel = 3.4; // of 255: a signal-to-noise ratio near 50 in white matter
const biasLevel = 0.05; // relative, standard deviation
const blur = 0.08; // weight of each neighbour along an axis: a point spread of about half a voxel

function blurAxis(source: Float32Array, stride: number): Float32Array {
  const target = new Float32Array(source.length);
  for (let index = stride; index < source.length - stride; index++) {
    target[index] = source[index]! * (1 - 2 * blur) + blur * (source[index - stride]! + source[index + stride]!);
  }
  return target;
}

/** Intensities 0 to 255 in whole numbers; where the phantom is 0 the scan is 0, as after skull stripping. */
export function addScanner(
  phantom: Float32Array,
  size: readonly [number, number, number],
  random: Random,
): Float32Array {
  const [nx, ny, nz] = size;
  const field = createNoiseField(random.fork('texture'), 12);
  const noise = random.fork('noise');
  const blurred = blurAxis(blurAxis(blurAxis(phantom, 1), nx), nx * ny);
  const scan = new Float32Array(phantom.length);
  for (let k = 0, index = 0; k < nz; k++) {
    for (let j = 0; j < ny; j++) {
      for (let i = 0; i < nx; i++, index++) {
        if (phantom[index]! < 6) continue;
        const texture = 1 + (textureLevel / 140) * field.at(i, j, k, 1.7);
        const bias = 1 + biasLevel * field.at(i, j, k, 0.11);
        const signal = blurred[index]! * texture * bias + noiseLevel * noise.normal();
        const imaginary = noiseLevel * noise.normal();
        scan[index] = Math.min(255, Math.max(1, Math.round(Math.sqrt(signal * signal + imaginary * imaginary))));
      }
    }
  }
  return scan;
}
