/**
 * The brain of a whole head by intensity and shape, for T1- and T2-weighted scans and alike: tissue of the intensities
 * found in the middle of the head is eroded until the brain hangs by itself, and grown back step by step, so that no
 * bridge to the scalp is crossed that is narrower than the step's ball (after Shattuck et al. 2001, NeuroImage 13:856).
 * Fluid around the brain stays outside.
 */
import type { BrainPreset } from '#contract/preprocess.ts';
import { determinant, type Vector3 } from '#shared/volume/affine.ts';
import type { Volume } from '#shared/volume/volume.ts';
import { BadScan } from '../badScan.ts';
import { percentilesOf } from '../percentiles.ts';
import { clearEnclosed, keepLargestRegion } from '../regions.ts';
import { correctBias, estimateBiasField, n4Settings } from './biasField.ts';
import { squaredDistance } from './distance.ts';
import { findHead } from './head.ts';
import { between, close, countOnes, dilate, erode, intersect, type VoxelGrid } from './morphology.ts';
import { maskOnto, onWorkGrid } from './workGrid.ts';

export interface StrippedBrain {
  /** 1 in the brain, for every voxel of the scan. */
  readonly mask: Uint8Array;
  readonly millilitres: number;
  /** How long the head is, as a share of a human one. */
  readonly scale: number;
}

/** Lengths in mm of a human head; those of other species are a share of them. */
const mm = {
  voxel: 2,
  /** The brain lies in as much of the head below its top. */
  height: 130,
  /** Around its middle there is nearly nothing else. */
  middle: 45,
  /** The shading is estimated from here. */
  head: 95,
  /** Erosions that are tried, in this order. */
  firstErosion: 2,
  lastErosion: 10,
  /** Bridges of twice this are not crossed by the last step. */
  thinnest: 1.9,
  sulci: 4,
  /** What is thinner than twice this does not belong to the brain, but for `rim` around what does. */
  stalk: 6,
  rim: 2,
  /** Brain is not so near to the outside of the head. */
  scalp: 4,
} as const;

/** Of the middle's median: from fluid (T1) to fat; from bone to fluid (T2). */
const darkest = 0.55;
const brightest = 1.5;
/** Of what was grown, so much may lie at the outside of the head. */
const mostAtScalp = 0.01;
/** Square mm of a slice that still belongs to the head. */
const smallestSlice = 1500;
const largestMl = 2000;
/** A human head without neck, for the size of other species' heads. */
const humanHeadMl = 4500;

function notFound(why: string): BadScan {
  return new BadScan(
    'no-brain',
    `The brain was not found: ${why}. Give a mask of your own, or import the scan without --brain-mask.`,
  );
}

/** Mean place, in voxels, of what the head has below its top. */
function middleOf(hull: Uint8Array, [nx, ny, nz]: Vector3, voxelMm: number, scale: number): Vector3 {
  const areas = Array.from({ length: nz }, (_, z) => countOnes(hull.subarray(z * nx * ny, (z + 1) * nx * ny)));
  const top = Math.max(
    0,
    areas.findLastIndex((area) => area * voxelMm ** 2 >= smallestSlice * scale ** 2),
  );
  const low = Math.max(0, Math.ceil(top - (mm.height * scale) / voxelMm));
  let [count, x, y, z] = [0, 0, 0, 0];
  for (let index = low * nx * ny; index < (top + 1) * nx * ny; index++) {
    if (hull[index] === 0) continue;
    count++;
    x += index % nx;
    y += Math.floor(index / nx) % ny;
    z += Math.floor(index / (nx * ny));
  }
  return [x / count, y / count, z / count];
}

function ballAround([cx, cy, cz]: Vector3, [nx, ny, nz]: Vector3, radius: number): Uint8Array {
  const mask = new Uint8Array(nx * ny * nz);
  for (let z = 0, index = 0; z < nz; z++)
    for (let y = 0; y < ny; y++)
      for (let x = 0; x < nx; x++, index++)
        mask[index] = (x - cx) ** 2 + (y - cy) ** 2 + (z - cz) ** 2 < radius * radius ? 1 : 0;
  return mask;
}

interface Search {
  readonly grid: VoxelGrid;
  /** Tissue of the brain's intensities, and for each voxel its squared depth in it. */
  readonly band: Uint8Array;
  readonly depth: Float32Array;
  /** 1 near the outside of the head. */
  readonly scalp: Uint8Array;
  readonly scale: number;
}

/** The least erosion after which the largest piece of tissue is no more than a brain; the mildest that is tried else. */
function findCore({ grid, band, depth, scalp, scale }: Search): { core: Uint8Array; erosion: number } {
  const voxelMl = (mm.voxel * scale) ** 3 / 1000;
  for (let erosion: number = mm.firstErosion; ; erosion++) {
    const core = between(depth, (erosion * scale) ** 2, Infinity);
    if (keepLargestRegion(core, grid.size) === 0) throw notFound('nothing in the head has the shape of a brain');
    const grown = intersect(dilate(core, grid, (erosion + 1) * scale), band);
    const voxels = countOnes(grown);
    const isBrain =
      voxels * voxelMl <= largestMl * scale ** 3 && countOnes(intersect(grown, scalp)) <= mostAtScalp * voxels;
    if (isBrain || erosion === mm.lastErosion) return { core, erosion };
  }
}

/** Grows the core back to the surface of the tissue, a step of about 1 mm at a time. */
function growBack(core: Uint8Array, erosion: number, { grid, depth, scale }: Search): Uint8Array {
  let mask = core;
  for (let at = erosion; at > 0;) {
    const next = at > mm.thinnest + 1 ? at - 1 : at > mm.thinnest ? mm.thinnest : 0;
    const reached = dilate(mask, grid, (at - next + 1.5) * scale);
    mask = intersect(reached, between(depth, (next * scale) ** 2, Infinity)).map((mark, index) => mark | mask[index]!);
    at = next;
  }
  return mask;
}

/**
 * The brain in the whole head that the RAS scan `volume` shows; `headMl` is the head's size, for the lengths of other
 * species. Throws BadScan ('no-brain', 'no-bias-field'). Nothing is random.
 */
export function stripSkull(volume: Volume, preset: BrainPreset, headMl: number): StrippedBrain {
  const scale = preset === 'human' ? 1 : Math.cbrt(headMl / humanHeadMl);
  const raw = onWorkGrid(volume, mm.voxel * scale);
  const { size } = raw;
  const voxelMm = mm.voxel * scale;
  const grid: VoxelGrid = { size, spacing: [voxelMm, voxelMm, voxelMm] };
  const { hull, threshold } = findHead(raw);
  const middle = middleOf(hull, size, voxelMm, scale);
  const ball = (radius: number): Uint8Array => ballAround(middle, size, radius / mm.voxel);
  const shaded = intersect(ball(mm.head), between(raw.data, threshold, Infinity));
  const bias = estimateBiasField(raw, shaded, {
    ...n4Settings,
    sampleMm: n4Settings.sampleMm * scale,
    splineMm: n4Settings.splineMm * scale,
    levels: 3,
    iterations: 20,
  });
  const { data } = correctBias(raw, bias);
  const [usual = 0] = percentilesOf(data, ball(mm.middle), [0.5]);
  const band = between(data, darkest * usual, brightest * usual);
  const search: Search = {
    grid,
    band,
    depth: squaredDistance(band, size, grid.spacing, 0),
    scalp: between(squaredDistance(hull, size, grid.spacing, 0), -1, (mm.scalp * scale) ** 2),
    scale,
  };
  const { core, erosion } = findCore(search);
  const grown = close(growBack(core, erosion, search), grid, mm.sulci * scale);
  clearEnclosed(grown, size, 0);
  const thick = dilate(erode(grown, grid, mm.stalk * scale), grid, (mm.stalk + mm.rim) * scale);
  const brain = intersect(grown, thick);
  keepLargestRegion(brain, size);

  const mask = maskOnto(brain, raw, volume);
  return { mask, millilitres: (countOnes(mask) * Math.abs(determinant(volume.affine))) / 1000, scale };
}
