/**
 * Second pass over a scan: low-pass, then interpolation onto the dataset's grid, intensities in [-1, 1]. And the same
 * grid for label maps.
 */
import type { GridTransform } from '#contract/records.ts';
import {
  applyAffine,
  gridAffine,
  invertAffine,
  multiplyAffines,
  spacingOf,
  type Vector3,
} from '#shared/volume/affine.ts';
import type { Volume } from '#shared/volume/volume.ts';
import type { ScanWarning } from './badScan.ts';
import { BadScan } from './badScan.ts';
import { forFrame, smoothingFor, type Frame } from './frame.ts';
import { cropMask, cropVolume, padBox, type Box } from './crop.ts';
import { createSampler, type Sampler } from './interpolate.ts';
import type { PreparedScan } from './prepareScan.ts';
import { kernelReach, smoothVolume } from './smooth.ts';

export interface GridScan {
  /** `grid` voxels a side, RAS; the brain in [-1, 1], outside exactly −1. */
  readonly volume: Volume;
  readonly transform: GridTransform;
  readonly warnings: readonly ScanWarning[];
}

export interface GridSettings {
  /** Voxels a side. */
  readonly grid: number;
  readonly spacingMm: number;
}

const background = -1;
/** A grid voxel is brain where at least this share of it is; so the brain keeps its volume. */
const leastCoverage = 0.5;
/** Voxels that cubic interpolation reaches to either side. */
const cubicReach = 2;
/** Axes and voxels that differ by less are the same: over 200 voxels it adds up to a fiftieth of one. */
const sameLattice = 1e-4;

/**
 * The placement of the grid whose middle is the brain's centre. A scan whose axes and voxels are the grid's already is
 * copied, not interpolated: the grid moves by up to half a voxel so that its voxels are the scan's. The grids of scans on
 * one reference lie in one place.
 */
function placeGrid({ volume, measures, alignment }: PreparedScan, { grid, spacingMm }: GridSettings): Volume['affine'] {
  const half = ((grid - 1) / 2) * spacingMm;
  const [x, y, z] = measures.centreMm;
  const centred = gridAffine(spacingMm, [x - half, y - half, z - half]);
  if (alignment !== null) return centred;
  const [a, b, c] = multiplyAffines(invertAffine(volume.affine), centred);
  const steps = [...a.slice(0, 3), ...b.slice(0, 3), ...c.slice(0, 3)];
  const isOwnLattice = steps.every((step, at) => Math.abs(step - (at % 4 === 0 ? 1 : 0)) <= sameLattice);
  if (!isOwnLattice) return centred;
  const origin = applyAffine(volume.affine, [Math.round(a[3]), Math.round(b[3]), Math.round(c[3])]);
  return gridAffine(spacingMm, origin);
}

/** Brain on [0, 2] (low to high intensity) and coverage on [0, 1], both zero outside and low-passed. */
function filteredBrain(
  { volume, mask, intensity }: PreparedScan,
  sigma: Vector3,
): { brain: Volume; coverage: Float32Array } {
  const pad: Vector3 = [
    kernelReach(sigma[0]) + cubicReach,
    kernelReach(sigma[1]) + cubicReach,
    kernelReach(sigma[2]) + cubicReach,
  ];
  const box: Box = padBox({ first: [0, 0, 0], size: volume.size }, pad);
  const brain = cropVolume(volume, box, 0);
  const padded = cropMask(mask, volume.size, box);
  const scale = 2 / (intensity.high - intensity.low);
  const { data } = brain;
  for (let index = 0; index < data.length; index++) {
    data[index] = padded[index] === 1 ? Math.min(2, Math.max(0, (data[index]! - intensity.low) * scale)) : 0;
  }
  const coverage = new Float32Array(padded);
  smoothVolume(data, box.size, sigma);
  smoothVolume(coverage, box.size, sigma);
  return { brain, coverage };
}

/** Share of the brain's voxels whose centres lie outside the grid, where its reach shows that some do. */
function shareOutside(
  { volume, mask, measures }: PreparedScan,
  { grid, spacingMm }: GridSettings,
  affine: Volume['affine'],
): number {
  const half = (grid / 2) * spacingMm;
  if (measures.reachMm.every((reach) => reach <= half - spacingMm / 2)) return 0;
  const middle = applyAffine(affine, [(grid - 1) / 2, (grid - 1) / 2, (grid - 1) / 2]);
  const [nx, ny, nz] = volume.size;
  const [a, b, c] = volume.affine;
  let [inside, outside] = [0, 0];
  for (let z = 0, index = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      for (let x = 0; x < nx; x++, index++) {
        if (mask[index] === 0) continue;
        const isInside =
          Math.abs(a[0] * x + a[1] * y + a[2] * z + a[3] - middle[0]) <= half &&
          Math.abs(b[0] * x + b[1] * y + b[2] * z + b[3] - middle[1]) <= half &&
          Math.abs(c[0] * x + c[1] * y + c[2] * z + c[3] - middle[2]) <= half;
        if (isInside) inside++;
        else outside++;
      }
    }
  }
  return outside / (inside + outside);
}

function croppedWarning(share: number): ScanWarning[] {
  if (share === 0) return [];
  const percent = (100 * share).toPrecision(2);
  return [
    {
      code: 'cropped',
      reason: `${percent} % of the brain lies outside the grid and is cut off. Choose a larger spacing, a larger grid, or --spacing-mm auto.`,
    },
  ];
}

/** The brain of a prepared scan on a frame: [-1, 1], outside exactly −1. */
export interface BrainOnFrame {
  readonly volume: Volume;
  /** How many of them are brain. */
  readonly voxels: number;
  /** The low-pass before resampling, along the RAS axes. */
  readonly sigmaMm: Vector3;
}

export function brainOnFrame(scan: PreparedScan, frame: Frame): BrainOnFrame {
  const voxelMm = spacingOf(scan.volume.affine);
  const sigmaMm = smoothingFor(scan.volume, frame);
  const { brain, coverage } = filteredBrain(scan, [
    sigmaMm[0] / voxelMm[0],
    sigmaMm[1] / voxelMm[1],
    sigmaMm[2] / voxelMm[2],
  ]);
  const data = new Float32Array(frame.size[0] * frame.size[1] * frame.size[2]).fill(background);
  const intensities = createSampler(brain.data, brain.size);
  const inside: Sampler = createSampler(coverage, brain.size);
  let voxels = 0;
  forFrame(frame, brain.affine, (index, x, y, z) => {
    if (inside.linear(x, y, z) < leastCoverage) return;
    voxels++;
    data[index] = Math.min(1, Math.max(-1, intensities.cubic(x, y, z) + background));
  });
  return { volume: { ...frame, data }, voxels, sigmaMm };
}

/** A prepared scan on the grid of its dataset, centred on its brain. Throws BadScan ('no-brain'). */
export function resampleToGrid(scan: PreparedScan, settings: GridSettings): GridScan {
  const { grid } = settings;
  const { native, measures, intensity, maskThreshold } = scan;
  const affine = placeGrid(scan, settings);
  const { volume, voxels, sigmaMm } = brainOnFrame(scan, { size: [grid, grid, grid], affine });
  if (voxels === 0) {
    throw new BadScan(
      'no-brain',
      `The object in the scan (${measures.millilitres.toPrecision(2)} ml) is smaller than a voxel of the grid. Choose a smaller spacing.`,
    );
  }
  return {
    volume,
    transform: {
      native,
      centreOfMassMm: [...measures.centreMm],
      smoothingSigmaMm: [...sigmaMm],
      interpolation: 'cubic',
      intensity,
      maskThreshold,
      brainMl: measures.millilitres,
      isHead: scan.isHead,
      alignment: scan.alignment,
      preprocessing: scan.preprocessing,
    },
    warnings: croppedWarning(shareOutside(scan, settings, affine)),
  };
}

/** A label map on the grid with placement `affine`: the label nearest to each voxel's centre, 0 outside the map. */
export function resampleLabels(labels: Volume, grid: number, affine: Volume['affine']): Volume {
  const data = new Float32Array(grid ** 3);
  const { nearest } = createSampler(labels.data, labels.size);
  const frame: Frame = { size: [grid, grid, grid], affine };
  forFrame(frame, labels.affine, (index, x, y, z) => {
    data[index] = nearest(x, y, z);
  });
  return { ...frame, data };
}
