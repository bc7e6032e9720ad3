/**
 * Bias field of a scan, the slow shading that the coil puts over it, by N4's method (Tustison et al. 2010, IEEE Trans.
 * Med. Imaging 29:1310): log intensities are sharpened, what that takes away is fitted by B-splines, again and again,
 * on finer and finer lattices. It works on every few voxels; the field is smooth and is evaluated at all of them.
 */
import { spacingOf, type Vector3 } from '#shared/volume/affine.ts';
import type { Volume } from '#shared/volume/volume.ts';
import { BadScan } from '../badScan.ts';
import { otsuThreshold } from '../brainMask.ts';
import { percentilesOf } from '../percentiles.ts';
import { sharpen, type SharpeningSettings } from './sharpenHistogram.ts';
import {
  addLattices,
  createLatticeFit,
  emptyLattice,
  forPlanes,
  refineLattice,
  type Lattice,
  type LatticeGrid,
} from './splineField.ts';

export interface BiasSettings extends SharpeningSettings {
  /** Distance in mm that the samples keep: at 4 mm every fourth voxel of a 1 mm scan. */
  readonly sampleMm: number;
  /** Of the first lattice; each further level halves it. */
  readonly splineMm: number;
  readonly levels: number;
  /** At most, at each level. */
  readonly iterations: number;
  /** A level ends when the field's change varies by less than this share. */
  readonly threshold: number;
}

/** For a human head; lengths of other species scale with it. */
export const n4Settings: BiasSettings = {
  sampleMm: 4,
  splineMm: 200,
  levels: 4,
  iterations: 50,
  threshold: 0.001,
  fwhm: 0.15,
  noise: 0.01,
  bins: 200,
};

export interface BiasField {
  /** Of the log field, in the domain of `origin`. */
  readonly lattice: Lattice;
  /** Spans from the lattice's beginning to the first voxel's centre, and between voxels. */
  readonly start: Vector3;
  readonly step: Vector3;
  /** Iterations that each level took. */
  readonly iterations: readonly number[];
}

interface Samples {
  readonly grid: readonly { readonly count: number; readonly first: number; readonly stride: number }[];
  readonly logs: Float64Array;
  readonly confidence: Float32Array;
}

/** Fewer samples than this say nothing of a field. */
const fewestSamples = 64;

/** Every `stride`-th voxel along each axis, in the middle of what is left over. */
function sample({ data, size }: Volume, mask: Uint8Array | null, strides: Vector3, threshold: number): Samples {
  const grid = size.map((length, axis) => {
    const stride = strides[axis] ?? 1;
    return { count: Math.ceil(length / stride), first: ((length - 1) % stride) >> 1, stride };
  });
  const [x, y, z] = grid as [Samples['grid'][number], Samples['grid'][number], Samples['grid'][number]];
  const count = x.count * y.count * z.count;
  const logs = new Float64Array(count);
  const confidence = new Float32Array(count);
  for (let k = 0, to = 0; k < z.count; k++) {
    for (let j = 0; j < y.count; j++) {
      const row = size[0] * (y.first + j * y.stride + size[1] * (z.first + k * z.stride));
      for (let i = 0; i < x.count; i++, to++) {
        const at = row + x.first + i * x.stride;
        const value = data[at]!;
        if (value <= 0 || (mask === null ? value <= threshold : mask[at] === 0)) continue;
        logs[to] = Math.log(value);
        confidence[to] = 1;
      }
    }
  }
  return { grid, logs, confidence };
}

/** Coefficient of variation of exp(change) where `confidence` is 1. */
function variation(change: Float64Array, confidence: Float32Array): number {
  let [count, mean, squares] = [0, 0, 0];
  for (let index = 0; index < change.length; index++) {
    if (confidence[index] === 0) continue;
    const value = Math.exp(change[index]!);
    count++;
    const difference = value - mean;
    mean += difference / count;
    squares += difference * (value - mean);
  }
  return Math.sqrt(squares / Math.max(1, count - 1)) / mean;
}

/** Iterates on the lattice's spans until the field rests. */
function settle(
  samples: Samples & { readonly places: LatticeGrid },
  lattice: Lattice,
  settings: BiasSettings,
): { lattice: Lattice; iterations: number } {
  const { logs, confidence, places } = samples;
  const { fit, evaluate } = createLatticeFit(places, lattice.spans, confidence);
  let current = lattice;
  let field = evaluate(current);
  for (let iteration = 1; ; iteration++) {
    const corrected = logs.map((value, index) => value - field[index]!);
    const sharpened = sharpen(corrected, confidence, settings);
    current = addLattices(current, fit(corrected.map((value, index) => value - sharpened[index]!)));
    const next = evaluate(current);
    const change = variation(
      next.map((value, index) => value - field[index]!),
      confidence,
    );
    field = next;
    if (change <= settings.threshold || iteration >= settings.iterations)
      return { lattice: current, iterations: iteration };
  }
}

/**
 * The bias field of `volume` from its voxels above 0 in `mask` (1 where tissue is; null: above Otsu's threshold). Throws
 * BadScan ('no-bias-field') where there are too few. Nothing is random.
 */
export function estimateBiasField(
  volume: Volume,
  mask: Uint8Array | null,
  settings: BiasSettings = n4Settings,
): BiasField {
  const { data, size, affine } = volume;
  const spacing = spacingOf(affine);
  const stride = (axis: 0 | 1 | 2): number => Math.max(1, Math.round(settings.sampleMm / spacing[axis]));
  const strides: Vector3 = [stride(0), stride(1), stride(2)];
  const threshold = mask === null ? foregroundThreshold(data) : 0;
  const samples = sample(volume, mask, strides, threshold);
  if (samples.confidence.reduce((sum, one) => sum + one, 0) < fewestSamples)
    throw new BadScan(
      'no-bias-field',
      'The bias field cannot be estimated: too few voxels of the brain have intensities above 0. Import the scan without its correction.',
    );

  const spansOf = (axis: 0 | 1 | 2): number =>
    Math.max(1, Math.ceil(((size[axis] - 1) * spacing[axis]) / settings.splineMm));
  let lattice = emptyLattice([spansOf(0), spansOf(1), spansOf(2)]);
  /** The lattice's domain is whole spans long, the scan in its middle. */
  const placed = (): Pick<BiasField, 'start' | 'step'> => {
    const step = (axis: 0 | 1 | 2): number =>
      (lattice.spans[axis] / spansOf(axis)) * (spacing[axis] / settings.splineMm);
    const start = (axis: 0 | 1 | 2): number => (lattice.spans[axis] - (size[axis] - 1) * step(axis)) / 2;
    return { start: [start(0), start(1), start(2)], step: [step(0), step(1), step(2)] };
  };
  const iterations: number[] = [];
  for (let level = 0; level < settings.levels; level++) {
    if (level > 0) lattice = refineLattice(lattice);
    const { start, step } = placed();
    const along = (axis: 0 | 1 | 2): LatticeGrid[number] => {
      const { count, first, stride: every } = samples.grid[axis]!;
      return { count, start: start[axis] + first * step[axis], step: every * step[axis] };
    };
    const settled = settle({ ...samples, places: [along(0), along(1), along(2)] }, lattice, settings);
    lattice = settled.lattice;
    iterations.push(settled.iterations);
  }
  return { lattice, ...placed(), iterations };
}

/** Otsu's threshold of voxels above 0. */
function foregroundThreshold(data: Float32Array): number {
  const [low = 0, high = 1] = percentilesOf(data, null, [0.001, 0.999]);
  return high > low ? otsuThreshold(data, low, high) : low;
}

/** The scan without its bias field; the field's mean over `mask` (null: all voxels) counts as 1. Air stays as it is. */
export function correctBias(volume: Volume, { lattice, start, step }: BiasField): Volume {
  const { size } = volume;
  const along = (axis: 0 | 1 | 2): LatticeGrid[number] => ({ count: size[axis], start: start[axis], step: step[axis] });
  const data = new Float32Array(volume.data.length);
  const plane = size[0] * size[1];
  forPlanes(lattice, [along(0), along(1), along(2)], (z, field) => {
    for (let index = 0; index < plane; index++)
      data[z * plane + index] = volume.data[z * plane + index]! / Math.exp(field[index]!);
  });
  return { ...volume, data };
}
