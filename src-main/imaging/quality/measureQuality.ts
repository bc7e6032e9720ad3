/**
 * What a scan looks like in figures, so that an odd one stands out from its dataset: measures in the manner of MRIQC
 * (Esteban et al. 2017, PLOS ONE 12:e0184661), on the scan in its own voxels and intensities and on the dataset's grid.
 */
import type { ScanQuality } from '#contract/records.ts';
import { classify, fitIntensityClasses } from '#shared/statistics/intensityClasses.ts';
import { pearson } from '#shared/statistics/pearson.ts';
import type { Vector3 } from '#shared/volume/affine.ts';
import type { Volume } from '#shared/volume/volume.ts';
import { percentilesOf } from '../percentiles.ts';
import type { PreparedScan } from '../prepareScan.ts';

const deciles = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];
/** Of a normal distribution, from the median absolute value to the standard deviation. */
const madToDeviation = 1.4826;
const gridBackground = -1;

/** Strides of the six neighbours of a voxel that has them all, and whether it has. */
function neighbours([nx, ny, nz]: Vector3): { strides: readonly number[]; isInside: (index: number) => boolean } {
  const isInside = (index: number): boolean => {
    const x = index % nx;
    const y = Math.floor(index / nx) % ny;
    const z = Math.floor(index / (nx * ny));
    return x > 0 && y > 0 && z > 0 && x < nx - 1 && y < ny - 1 && z < nz - 1;
  };
  return { strides: [1, -1, nx, -nx, nx * ny, -nx * ny], isInside };
}

/**
 * Standard deviation of the noise in the brain: √(6/7) (x − mean of its six neighbours) has it where the signal is flat
 * (pseudo-residuals; Gasser et al. 1986, Biometrika 73:625, in three dimensions), and the median ignores where it is not.
 * Voxels count whose neighbours are all brain. 0 where there are none.
 */
export function noiseOf({ size, data }: Volume, mask: Uint8Array): number {
  const [nx, ny, nz] = size;
  const plane = nx * ny;
  const residuals = new Float32Array(data.length);
  let count = 0;
  for (let z = 1; z < nz - 1; z++) {
    for (let y = 1; y < ny - 1; y++) {
      const row = nx * (y + ny * z);
      for (let at = row + 1; at < row + nx - 1; at++) {
        const around = mask[at]! & mask[at + 1]! & mask[at - 1]! & mask[at + nx]! & mask[at - nx]!;
        if ((around & mask[at + plane]! & mask[at - plane]!) !== 1) continue;
        const sum =
          data[at + 1]! + data[at - 1]! + data[at + nx]! + data[at - nx]! + data[at + plane]! + data[at - plane]!;
        residuals[count++] = Math.abs(Math.sqrt(6 / 7) * (data[at]! - sum / 6));
      }
    }
  }
  if (count === 0) return 0;
  const [middle = 0] = percentilesOf(residuals.subarray(0, count), null, [0.5]);
  return madToDeviation * middle;
}

/**
 * Entropy focus criterion (Atkinson et al. 1997, IEEE Trans Med Imaging 16:903), normalised by its maximum as MRIQC does:
 * 1 where every voxel is alike, lower the more the intensities gather; ghosts and blur raise it. Intensities count from
 * `background`.
 */
export function entropyFocus(data: Float32Array, background: number): number {
  let squares = 0;
  for (const value of data) squares += (value - background) ** 2;
  if (squares === 0) return 1;
  const root = Math.sqrt(squares);
  let entropy = 0;
  for (const value of data) {
    const share = Math.abs(value - background) / root;
    if (share > 0) entropy += share * Math.log(share);
  }
  const count = data.length;
  return entropy / (Math.sqrt(count) * Math.log(1 / Math.sqrt(count)));
}

/** Mean and standard deviation of the voxels of one class. */
function momentsOf(data: Float32Array, labels: Uint8Array, wanted: number): { mean: number; deviation: number } {
  let [count, sum, squares] = [0, 0, 0];
  for (let index = 0; index < data.length; index++) {
    if (labels[index] !== wanted) continue;
    count++;
    sum += data[index]!;
  }
  const mean = count === 0 ? 0 : sum / count;
  for (let index = 0; index < data.length; index++) {
    if (labels[index] === wanted) squares += (data[index]! - mean) ** 2;
  }
  return { mean, deviation: count < 2 ? 0 : Math.sqrt(squares / (count - 1)) };
}

/** 1 − correlation of the brain with its mirror image about the middle of the grid: 0 is perfect symmetry. */
export function asymmetryOf({ size: [nx], data }: Volume): number {
  const mirrored = data.slice();
  for (let row = 0; row < data.length; row += nx) mirrored.subarray(row, row + nx).reverse();
  return 1 - pearson(data, mirrored, (at) => data[at]! > gridBackground || mirrored[at]! > gridBackground);
}

/** Voxels from the nearest face of the brain, counted in steps along the axes; 0 outside. */
function depthOf({ size, data }: Volume): Uint8Array {
  const { strides, isInside } = neighbours(size);
  const depth = new Uint8Array(data.length);
  let layer: number[] = [];
  data.forEach((value, index) => {
    if (value <= gridBackground) return;
    if (!isInside(index) || strides.some((stride) => data[index + stride]! <= gridBackground)) {
      depth[index] = 1;
      layer.push(index);
    }
  });
  for (let step = 2; layer.length > 0 && step < 256; step++) {
    const next: number[] = [];
    for (const index of layer) {
      for (const stride of strides) {
        const at = index + stride;
        if (depth[at] !== 0 || !(data[at]! > gridBackground)) continue;
        depth[at] = step;
        next.push(at);
      }
    }
    layer = next;
  }
  return depth;
}

/**
 * Correlation of intensity with depth in the outer half of the brain, where cortex gives way to white matter: well above
 * 0 where white matter is the brighter (T1), below 0 where it is the darker (T2, FLAIR).
 */
export function depthTrendOf(volume: Volume): number {
  const depth = depthOf(volume);
  const deepest = depth.reduce((most, value) => Math.max(most, value), 0);
  return pearson(volume.data, depth, (index) => depth[index]! > 0 && depth[index]! <= deepest / 2);
}

/** All but the distance to the set, which needs the others. `onGrid` is the scan on the grid of its dataset. */
export function measureQuality(
  { volume, mask, intensity, measures }: PreparedScan,
  onGrid: Volume,
): Omit<ScanQuality, 'distance'> {
  const labels = classify(volume.data, mask, fitIntensityClasses(volume.data, mask, intensity));
  const [medium, bright] = [momentsOf(volume.data, labels, 2), momentsOf(volume.data, labels, 3)];
  const noise = noiseOf(volume, mask);
  const spread = Math.hypot(medium.deviation, bright.deviation);
  const range = intensity.high - intensity.low;
  let [outside, sum] = [0, 0];
  for (let index = 0; index < mask.length; index++) {
    if (mask[index] === 1) continue;
    outside++;
    sum += Math.abs(volume.data[index]! - intensity.background);
  }
  const [low = 0, high = 1, ...profile] = percentilesOf(volume.data, mask, [0.005, 0.995, ...deciles]);
  return {
    snr: noise === 0 ? null : (bright.mean - intensity.background) / noise,
    cnr: spread === 0 ? null : (bright.mean - medium.mean) / spread,
    entropyFocus: entropyFocus(volume.data, intensity.background),
    backgroundLevel: outside === 0 ? 0 : sum / outside / range,
    brainMl: measures.millilitres,
    asymmetry: asymmetryOf(onGrid),
    depthTrend: depthTrendOf(onGrid),
    profile: profile.map((value) => (high > low ? (value - low) / (high - low) : 0)),
  };
}
