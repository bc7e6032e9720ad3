/** The high-resolution scan that an evaluation starts from and compares with. */
import { basename } from 'node:path';
import type { ScanResult } from '#contract/evaluation.ts';
import { AppError } from '#contract/errors.ts';
import { BadScan } from '#imaging/badScan.ts';
import { coarseMask } from '#imaging/coarseMask.ts';
import { cropMask, cropVolume, type Box } from '#imaging/crop.ts';
import { degrade, type ScannerModel } from '#imaging/degrade.ts';
import { countTissues } from '#imaging/freeSurferTissues.ts';
import { lowBesideTruth } from '#imaging/pairScans.ts';
import { findBrain } from '#imaging/prepareScan.ts';
import { readVolume } from '#imaging/readVolume.ts';
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
  /** The real scan of low resolution; null: made from the true one. */
  readonly lowPath: string | null;
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
  /** The real scan of low resolution on the coarse grid, in the intensities of the true one; null: to be made from it. */
  readonly low: Volume | null;
  readonly warnings: readonly string[];
}

/** Reads the scan and its labels. Throws BadScan ('bad-input'), also where the scan is smaller than a block. */
export async function readTruth({ path, labelPath, lowPath }: TruthSource, model: ScannerModel): Promise<Truth> {
  const { factor } = model;
  const { whole, brain, warnings } = await findBrain(path);
  const side = (axis: 0 | 1 | 2): number => Math.floor(whole.size[axis] / factor[axis]) * factor[axis];
  const covered: Box = { first: [0, 0, 0], size: [side(0), side(1), side(2)] };
  // The mask lies in the box of the brain: its place in the covered part, seen from there.
  const [x, y, z] = brain.box.first;
  const mask = cropMask(brain.mask, brain.box.size, { first: [-x, -y, -z], size: covered.size });
  if (!mask.includes(1)) throw new AppError('bad-input', `The scan ${path} is too small to be made coarser.`);
  const labels = labelPath === null ? null : turnToRas((await readVolume(labelPath)).volume);
  const isSameGrid = labels?.size.every((length, axis) => length === whole.size[axis]) === true;
  const volume = cropVolume(whole, covered, brain.background);
  const low = lowPath === null ? null : await readLow(lowPath, { whole, volume, mask }, model);
  return {
    whole,
    volume,
    mask,
    background: brain.background,
    labelVoxels: labels !== null && isSameGrid ? countTissues(cropVolume(labels, covered, 0).data, mask) : null,
    low: low?.volume ?? null,
    warnings: [...warnings.map(({ reason }) => reason), ...(low?.notes ?? [])],
  };
}

/** Throws BadScan: for a file that is no scan, one of another factor, and one that lies elsewhere. */
async function readLow(
  path: string,
  { whole, volume, mask }: Pick<Truth, 'whole' | 'volume' | 'mask'>,
  model: ScannerModel,
): Promise<{ volume: Volume; notes: readonly string[] }> {
  try {
    const { whole: seen, brain, warnings } = await findBrain(path);
    const { factor } = model;
    const through = degrade(whole, { ...model, noise: 0, seed: 0 });
    const low = lowBesideTruth(
      { whole: seen, background: brain.background },
      { through, mask: coarseMask(mask, volume.size, factor), factor, fine: whole },
    );
    const note = `Its real input agrees with it, made coarse, to a correlation of ${low.correlation.toFixed(3)} in the brain.`;
    return { volume: low.volume, notes: [note, ...[...warnings, ...low.warnings].map(({ reason }) => reason)] };
  } catch (thrown) {
    if (!(thrown instanceof BadScan)) throw thrown;
    throw new BadScan(thrown.scanCode, `${basename(path)}: ${thrown.message}`, { cause: thrown });
  }
}
