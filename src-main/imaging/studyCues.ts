/** What a program sees of a scan without knowing anything of brains: the traits that the fairness guard tests. */
import { percentilesOf } from './percentiles.ts';
import { smoothVolume } from './smooth.ts';
import type { CueFeatures } from '#shared/study/fairness.ts';
import type { Volume } from '#shared/volume/volume.ts';

const background = -1;
const quantiles = [0.02, 0.1, 0.25, 0.5, 0.75, 0.9, 0.98];
/** Standard deviations in voxels between which the octave bands lie. */
const bandEdges = [0.5, 1, 2, 4];
/** Of NIfTI-1 with the flag of extensions. */
const headerBytes = 352;
/** Sharpness and power that differ by less than a hundredth look the same, and rounding leaves them equal. */
const visible = 0.01;
const logarithm = (value: number): number => Math.round(Math.log(value + 1e-12) / visible) * visible;

export function brainOf({ data }: Volume): Uint8Array {
  return Uint8Array.from(data, (value) => (value > background ? 1 : 0));
}

/** First and last voxel of the brain along x, y, z. */
export function brainBox({ size: [nx, ny, nz] }: Volume, brain: Uint8Array): readonly number[] {
  const low = [nx, ny, nz];
  const high = [-1, -1, -1];
  for (let z = 0, at = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      for (let x = 0; x < nx; x++, at++) {
        if (brain[at] === 0) continue;
        for (const [axis, place] of [x, y, z].entries()) {
          low[axis] = Math.min(low[axis] ?? place, place);
          high[axis] = Math.max(high[axis] ?? place, place);
        }
      }
    }
  }
  return [...low, ...high];
}

function meanSquare(data: Float32Array): number {
  let sum = 0;
  for (const value of data) sum += value ** 2;
  return sum / data.length;
}

/** Mean squared difference of neighbours inside the brain over the variance there: 0 for smooth, near 2 for noise. */
export function sharpnessOf({ data, size: [nx, ny] }: Volume, brain: Uint8Array): number {
  let [pairs, squares, count, sum, sumOfSquares] = [0, 0, 0, 0, 0];
  for (let index = 0; index < data.length; index++) {
    if (brain[index] === 0) continue;
    const value = data[index]!;
    count++;
    sum += value;
    sumOfSquares += value * value;
    for (const stride of [1, nx, nx * ny]) {
      if (brain[index + stride] !== 1) continue; // also beyond the end; a brain does not reach round the faces
      pairs++;
      squares += (data[index + stride]! - value) ** 2;
    }
  }
  const variance = sumOfSquares / count - (sum / count) ** 2;
  return pairs === 0 || variance <= 0 ? 0 : squares / pairs / variance;
}

/** Logarithms of the shares of the power in octave bands, the finest first. */
function bandPower(volume: Volume): readonly number[] {
  let finer = Float32Array.from(volume.data, (value) => value - background);
  const total = meanSquare(finer);
  return bandEdges.map((sigma) => {
    const coarser = Float32Array.from(volume.data, (value) => value - background);
    smoothVolume(coarser, volume.size, [sigma, sigma, sigma]);
    const band = coarser.map((value, index) => finer[index]! - value);
    finer = coarser;
    return logarithm(meanSquare(band) / total);
  });
}

/** `file`: the whole file as it was written; `volume`: what it holds, −1 outside the brain. */
export function cuesOf(volume: Volume, file: Uint8Array): CueFeatures['features'] {
  const brain = brainOf(volume);
  const voxels = brain.reduce((sum, mark) => sum + mark, 0);
  const [nx, ny, nz] = volume.size;
  const corners = [0, nx - 1, nx * (ny - 1), nx * ny * (nz - 1)].map((at) => volume.data[at] ?? 0);
  return {
    background: [1 - voxels / brain.length, corners.reduce((sum, value) => sum + value, 0)],
    histogram: percentilesOf(volume.data, brain, quantiles),
    spectrum: bandPower(volume),
    box: brainBox(volume, brain),
    sharpness: [logarithm(sharpnessOf(volume, brain))],
    file: [file.length, file.subarray(0, headerBytes).reduce((sum, byte, at) => sum + byte * (at + 1), 0)],
  };
}
