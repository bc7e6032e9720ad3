/** The anatomy of a brain in figures: how much there is of which tissue, its ventricles, its symmetry. */
import { gridAffine } from '#shared/volume/affine.ts';
import { countTissues, countVentricles } from '../freeSurferTissues.ts';
import { asymmetryOf, depthTrendOf } from '../quality/measureQuality.ts';
import { brainVoxels, type CubicGrid } from './brainVoxels.ts';
import { segmentTissues } from './segmentTissues.ts';
import type { TissueMixture } from './tissueMixture.ts';
import { ventricleVoxels } from './ventricles.ts';

export interface TissueVolumes {
  /** All fluid within the brain's outline, the ventricles' included. */
  readonly fluidMl: number;
  readonly greyMl: number;
  readonly whiteMl: number;
  /** Lateral ventricles with their choroid plexus. */
  readonly ventriclesMl: number;
}

export type TissueContrast = 't1-like' | 'other';

export interface Anatomy {
  /** Of all within the outline: tissue and fluid. 0 for an empty scan. */
  readonly brainMl: number;
  /** 1 − correlation of the brain with its mirror image: 0 is perfect symmetry. Of an empty scan null. */
  readonly asymmetry: number | null;
  readonly contrast: TissueContrast;
  /** Null where the contrast is not that of a T1-weighted scan (white matter bright, fluid dark), or the scan is empty. */
  readonly tissues: TissueVolumes | null;
}

/** Below this correlation of intensity with depth white matter is not brighter than cortex. */
const leastDepthTrend = 0.1;
/** So many standard deviations between neighbouring tissues there must be to tell them apart. */
const leastSeparation = 1.5;

function isT1Like(depthTrend: number, { means: [fluid, grey, white], deviation }: TissueMixture): boolean {
  const separation = Math.min(grey - fluid, white - grey) / deviation;
  return depthTrend > leastDepthTrend && separation > leastSeparation;
}

const millilitresOf = (voxels: number, { spacingMm }: CubicGrid): number => (voxels * spacingMm ** 3) / 1000;

const sumOf = (shares: Float32Array): number => shares.reduce((sum, share) => sum + share, 0);

/**
 * Measures a scan of `side`³ voxels in [-1, 1], background exactly −1, RAS, x fastest; no skull. Tissues come from the
 * intensities (segmentTissues.ts, ventricles.ts). Nothing is random. About 0.2 s at 64³.
 */
export function measureAnatomy(voxels: Float32Array, grid: CubicGrid): Anatomy {
  const { side, spacingMm } = grid;
  const brain = brainVoxels(voxels, grid);
  if (brain.places.length === 0) return { brainMl: 0, asymmetry: null, contrast: 'other', tissues: null };
  const volume = { size: [side, side, side] as const, affine: gridAffine(spacingMm, [0, 0, 0]), data: voxels };
  const figures = { brainMl: millilitresOf(brain.places.length, grid), asymmetry: asymmetryOf(volume) };
  const shares = segmentTissues(voxels, brain);
  if (!isT1Like(depthTrendOf(volume), shares.mixture)) return { ...figures, contrast: 'other', tissues: null };
  return {
    ...figures,
    contrast: 't1-like',
    tissues: {
      fluidMl: millilitresOf(sumOf(shares.fluid), grid),
      greyMl: millilitresOf(sumOf(shares.grey), grid),
      whiteMl: millilitresOf(sumOf(shares.white), grid),
      ventriclesMl: millilitresOf(ventricleVoxels(brain, shares), grid),
    },
  };
}

/**
 * Tissues of a scan by a label map on its voxels, whatever the contrast. Null where its numbers are not FreeSurfer's. An
 * outline that goes beyond the labelled voxels is none of the tissues.
 */
export function measureLabels(labels: Float32Array, voxels: Float32Array, grid: CubicGrid): TissueVolumes | null {
  const { mask } = brainVoxels(voxels, grid);
  const counts = countTissues(labels, mask);
  if (counts === null) return null;
  const [fluid, grey, white] = counts;
  const millilitres = (count: number): number => millilitresOf(count, grid);
  return {
    fluidMl: millilitres(fluid),
    greyMl: millilitres(grey),
    whiteMl: millilitres(white),
    ventriclesMl: millilitres(countVentricles(labels, mask)),
  };
}
