/**
 * Alignment of a scan to the reference of its dataset. Both are shown to the registration as brains without background,
 * at a spacing that keeps it quick; what comes out is a matrix, which moves the scan's affine. Voxels are interpolated
 * once, when the scan is laid on the grid.
 */
import type { AlignmentMetric, AlignmentTransform } from '#contract/preprocess.ts';
import type { Alignment, AffineMatrix } from '#contract/records.ts';
import { determinant, gridAffine, invertAffine, multiplyAffines, type Vector3 } from '#shared/volume/affine.ts';
import type { Volume } from '#shared/volume/volume.ts';
import { BadScan } from '../badScan.ts';
import { measureBrain, type PreparedScan } from '../prepareScan.ts';
import { forFrame } from '../frame.ts';
import { brainOnFrame } from '../resampleToGrid.ts';
import { moveVolume } from './moveVolume.ts';
import { register } from './register.ts';

export interface AlignmentSettings {
  readonly transform: AlignmentTransform;
  readonly metric: AlignmentMetric;
  readonly seed: number;
}

/** What scans are laid on. */
export interface Reference {
  /** The brain in [0, 2], RAS, isotropic; 0 outside. */
  readonly brain: Volume;
  /** Where grids are centred, in RAS mm. */
  readonly centreMm: Vector3;
  readonly sourceSha256: string;
}

/** A brain is shown with this many voxels along its longest axis: about 2 mm of a human one. */
const voxelsAcross = 88;
const marginVoxels = 4;
const inPlace = gridAffine(1, [0, 0, 0]);
/** Less than this share in common, and the brains do not lie on each other. */
const leastOverlap = 0.75;

/** The brain of a scan, [0, 2], on a grid of its own along the RAS axes. */
function shownBrain(scan: PreparedScan): Volume {
  const { centreMm, reachMm } = scan.measures;
  const spacingMm = (2 * Math.max(...reachMm)) / voxelsAcross;
  const half = reachMm.map((reach) => Math.ceil(reach / spacingMm) + marginVoxels) as [number, number, number];
  const origin = centreMm.map((at, axis) => at - (half[axis] ?? 0) * spacingMm) as [number, number, number];
  const { volume } = brainOnFrame(scan, {
    size: [2 * half[0] + 1, 2 * half[1] + 1, 2 * half[2] + 1],
    affine: gridAffine(spacingMm, origin),
  });
  return { ...volume, data: volume.data.map((value) => value + 1) };
}

export function createReference(scan: PreparedScan): Reference {
  const { centreMm } = scan.measures;
  return { brain: shownBrain(scan), centreMm, sourceSha256: scan.sourceSha256 };
}

/**
 * The scan as it lies when its millimetres are mapped by the alignment: the same voxels, elsewhere. Its grid is centred as
 * those of all scans on the same reference.
 */
export function placeScan(scan: PreparedScan, alignment: Alignment, { centreMm }: Reference): PreparedScan {
  const volume = moveVolume(scan.volume, alignment);
  const { millilitres } = scan.measures; // of the brain as it is, also where it is stretched
  return { ...scan, volume, measures: { ...measureBrain(volume, scan.mask, centreMm), millilitres }, alignment };
}

/** Dice coefficient of the places above 0 in two volumes, the second mapped by `matrix` first. */
function overlapOf(fixed: Volume, moving: Volume, matrix: AffineMatrix): number {
  const [nx, ny, nz] = moving.size;
  let [inFixed, inBoth] = [0, 0];
  forFrame(fixed, multiplyAffines(matrix, moving.affine), (index, x, y, z) => {
    if (!(fixed.data[index]! > 0)) return;
    inFixed++;
    const [i, j, k] = [Math.round(x), Math.round(y), Math.round(z)];
    if (i < 0 || j < 0 || k < 0 || i >= nx || j >= ny || k >= nz) return;
    if (moving.data[i + nx * (j + ny * k)]! > 0) inBoth++;
  });
  const voxels = moving.data.reduce((count, value) => count + (value > 0 ? 1 : 0), 0);
  const inMoving = (voxels * determinant(multiplyAffines(matrix, moving.affine))) / determinant(fixed.affine);
  return (2 * inBoth) / (inFixed + inMoving);
}

/**
 * How the scan has to be moved to lie on the reference. Same scan, reference and settings, same matrix.
 * Throws BadScan ('not-aligned') where the brains do not come to lie on each other.
 */
export async function alignScan(
  scan: PreparedScan,
  reference: Reference,
  settings: AlignmentSettings,
): Promise<Alignment> {
  const { transform, metric } = settings;
  const { sourceSha256: referenceSha256 } = reference;
  if (scan.sourceSha256 === referenceSha256) return { matrix: inPlace, transform, metric, referenceSha256, overlap: 1 };
  const moving = shownBrain(scan);
  const toMoving = await register({ fixed: reference.brain, moving, ...settings });
  const matrix = invertAffine(toMoving);
  const overlap = overlapOf(reference.brain, moving, matrix);
  if (!(overlap >= leastOverlap)) {
    throw new BadScan(
      'not-aligned',
      `The brain could not be laid on the reference: they share ${(100 * overlap).toFixed(0)} % after the alignment. Look at how both are oriented, choose another reference, or leave the scan out.`,
    );
  }
  return { matrix, transform, metric, referenceSha256, overlap };
}
