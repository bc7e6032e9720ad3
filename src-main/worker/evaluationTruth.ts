/** The high-resolution scan that an evaluation starts from and compares with. */
import type { ScanResult } from '#contract/evaluation.ts';
import { AppError } from '#contract/errors.ts';
import { cropMask, cropVolume, type Box } from '#imaging/crop.ts';
import { countTissues } from '#imaging/freeSurferTissues.ts';
import { findBrain } from '#imaging/prepareScan.ts';
import { readVolume } from '#imaging/readVolume.ts';
import type { Factor } from '#shared/volume/factor.ts';
import { turnToRas } from '#shared/volume/orientation.ts';
import type { Volume } from '#shared/volume/volume.ts';

/** A scan that is asked for, and what is known of it. */
export interface TruthSource {
  /** How the report names it. */
  readonly source: string;
  readonly path: string;
  readonly sha256: string;
  readonly split: ScanResult['split'];
  /** Label map on the same grid. */
  readonly labelPath: string | null;
}

export interface Truth {
  /** The whole scan in RAS order, its own units. */
  readonly whole: Volume;
  /** The part of it that the coarse grid covers: a whole number of blocks from its first voxel. */
  readonly volume: Volume;
  /** 1 in the brain, for every voxel of `volume`. */
  readonly mask: Uint8Array;
  readonly background: number;
  /** Voxels of fluid, grey and white matter in the mask, by its label map. */
  readonly labelVoxels: readonly [number, number, number] | null;
  readonly warnings: readonly string[];
}

/** Reads the scan and its labels. Throws BadScan ('bad-input'), also where the scan is smaller than a block. */
export async function readTruth({ path, labelPath }: TruthSource, factor: Factor): Promise<Truth> {
  const { whole, brain, warnings } = await findBrain(path);
  const side = (axis: 0 | 1 | 2): number => Math.floor(whole.size[axis] / factor[axis]) * factor[axis];
  const covered: Box = { first: [0, 0, 0], size: [side(0), side(1), side(2)] };
  // The mask lies in the box of the brain: its place in the covered part, seen from there.
  const [x, y, z] = brain.box.first;
  const mask = cropMask(brain.mask, brain.box.size, { first: [-x, -y, -z], size: covered.size });
  if (!mask.includes(1)) throw new AppError('bad-input', `The scan ${path} is too small to be made coarser.`);
  const labels = labelPath === null ? null : turnToRas((await readVolume(labelPath)).volume);
  const isSameGrid = labels?.size.every((length, axis) => length === whole.size[axis]) === true;
  return {
    whole,
    volume: cropVolume(whole, covered, brain.background),
    mask,
    background: brain.background,
    labelVoxels: labels !== null && isSameGrid ? countTissues(cropVolume(labels, covered, 0).data, mask) : null,
    warnings: warnings.map(({ reason }) => reason),
  };
}
