/**
 * First pass over a scan: reads it, turns it to RAS, finds the brain and measures it. What comes out is all that the
 * second pass needs, cut to the brain.
 */
import type { Preprocessing, PreprocessRequest } from '#contract/preprocess.ts';
import type { Alignment, GridTransform, NativeGeometry } from '#contract/records.ts';
import {
  applyAffine,
  determinant,
  snap,
  snapAffine,
  snapStep,
  spacingOf,
  type Vector3,
} from '#shared/volume/affine.ts';
import { turnToRas } from '#shared/volume/orientation.ts';
import type { Volume } from '#shared/volume/volume.ts';
import { isWholeHead } from '#shared/volume/wholeHead.ts';
import { sha256Of } from './atomicWrite.ts';
import { BadScan, type ScanWarning } from './badScan.ts';
import { maskBrain, type BrainMask } from './brainMask.ts';
import { cropVolume } from './crop.ts';
import { cutOffFaces } from './cutOff.ts';
import { replaceNonFinite } from './nonFinite.ts';
import { percentilesOf } from './percentiles.ts';
import { correctInBrain } from './preprocess/correctInBrain.ts';
import { maskScan } from './preprocess/maskScan.ts';
import { measureIntensity, type IntensityMeasure } from './preprocess/normalise.ts';
import { keptOf, showsHead } from './preprocess/showsHead.ts';
import { fileSource, type ScanSource } from './scanSource.ts';

export interface PreparedScan {
  readonly native: NativeGeometry;
  /** In RAS order, cut to the brain with some voxels around it. */
  readonly volume: Volume;
  /** 1 in the brain, 0 outside, for every voxel of `volume`. */
  readonly mask: Uint8Array;
  readonly measures: BrainMeasures;
  readonly intensity: GridTransform['intensity'];
  readonly maskThreshold: number;
  /** It shows a head, or part of one, and maybe a face. */
  readonly isHead: boolean;
  readonly warnings: readonly ScanWarning[];
  /** Hash of all voxels in RAS order: equal for copies of a scan whatever their file format and axis order. */
  readonly voxelHash: string;
  /** Hash of the file; of a pair, over the hashes of header and image; of a series, over those of its files. */
  readonly sourceSha256: string;
  /** Where it was laid on a reference: `volume` and `measures` are then of where it lies now. */
  readonly alignment: Alignment | null;
  /** Null: nothing was asked for. */
  readonly preprocessing: Preprocessing | null;
  /** For a normalisation that looks at the whole set, which is still to be done (`normaliseScan`). */
  readonly measure: IntensityMeasure | null;
}

export interface BrainMeasures {
  /** Of the mask, in RAS mm, to a thousandth of a voxel; of a scan laid on a reference, that of the reference. */
  readonly centreMm: Vector3;
  /** From the centre to the farthest brain voxel's far side, along the RAS axes. */
  readonly reachMm: Vector3;
  readonly millilitres: number;
}

/** Intensities are clipped to these percentiles within the brain. */
const lowPercentile = 0.5;
const highPercentile = 99.5;
const mostAnisotropic = 4;
const fewSlices = 30;

/** Visits the first and last mask voxel of every row along x: between them lies the rest, so extremes are there. */
function forRowEnds(mask: Uint8Array, [nx, ny, nz]: Vector3, visit: (x: number, y: number, z: number) => void): void {
  for (let z = 0, at = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++, at += nx) {
      let begin = 0;
      while (begin < nx && mask[at + begin] === 0) begin++;
      if (begin === nx) continue;
      let end = nx - 1;
      while (mask[at + end] === 0) end--;
      visit(begin, y, z);
      visit(end, y, z);
    }
  }
}

/** The middle of the ones of a mask, in RAS mm, to a thousandth of a voxel, and how many they are. */
function centreOf({ size, affine }: Volume, mask: Uint8Array): { centreMm: Vector3; count: number } {
  const [nx, ny, nz] = size;
  let count = 0;
  let [sumX, sumY, sumZ] = [0, 0, 0];
  for (let z = 0, at = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      let inRow = 0;
      for (let x = 0; x < nx; x++, at++) {
        if (mask[at] === 0) continue;
        inRow++;
        sumX += x;
      }
      count += inRow;
      sumY += y * inRow;
      sumZ += z * inRow;
    }
  }
  const step = snapStep(Math.min(...spacingOf(affine)));
  const [cx, cy, cz] = applyAffine(affine, [sumX / count, sumY / count, sumZ / count]);
  return { centreMm: [snap(cx, step), snap(cy, step), snap(cz, step)], count };
}

/**
 * Where the brain is and how far it reaches from its middle, or from a given centre, through the full affine (slices may
 * be oblique).
 */
export function measureBrain(volume: Volume, mask: Uint8Array, centre?: Vector3): BrainMeasures {
  const { size, affine } = volume;
  const { centreMm: middle, count } = centreOf(volume, mask);
  const centreMm = centre ?? middle;
  const farthest: [number, number, number] = [0, 0, 0];
  forRowEnds(mask, size, (x, y, z) => {
    const place = applyAffine(affine, [x, y, z]);
    for (const world of [0, 1, 2] as const) {
      farthest[world] = Math.max(farthest[world], Math.abs(place[world] - centreMm[world]));
    }
  });
  const halfVoxel = (world: 0 | 1 | 2): number =>
    (Math.abs(affine[world][0]) + Math.abs(affine[world][1]) + Math.abs(affine[world][2])) / 2;
  return {
    centreMm,
    reachMm: [farthest[0] + halfVoxel(0), farthest[1] + halfVoxel(1), farthest[2] + halfVoxel(2)],
    millilitres: (count * Math.abs(determinant(affine))) / 1000,
  };
}

function samplingWarnings({ size, spacingMm }: NativeGeometry): ScanWarning[] {
  const warnings: ScanWarning[] = [];
  const shown = spacingMm.map((length) => Number(length.toPrecision(3))).join(' × ');
  if (Math.max(...spacingMm) > mostAnisotropic * Math.min(...spacingMm)) {
    warnings.push({
      code: 'anisotropic',
      reason: `The voxels are very elongated (${shown} mm): fine structure across the slices is missing.`,
    });
  }
  if (Math.min(...size) < fewSlices) {
    warnings.push({
      code: 'few-slices',
      reason: `The scan has few slices (${size.join(' × ')} voxels of ${shown} mm): part of the brain may be missing or coarse.`,
    });
  }
  return warnings;
}

/** Of what was found: is it more than a brain, is some of it missing? (Heads always go on, at the neck.) */
export function extentWarnings(
  { millilitres }: BrainMeasures,
  { brain, size, isHead }: { readonly brain: BrainMask; readonly size: Vector3; readonly isHead: boolean },
): ScanWarning[] {
  const faces = cutOffFaces(brain, size);
  if (!isHead) {
    if (faces.length === 0) return [];
    const reason = `The scan ends where the brain is still wide (${faces.join(', ')}): part of it is missing. Check it, or leave it out.`;
    return [{ code: 'cut-off', reason }];
  }
  const sign = isWholeHead(millilitres)
    ? `What stands out from the air measures ${millilitres.toFixed(0)} ml, more than a brain has`
    : 'A dark shell, as of a skull, lies around what is inside';
  return [
    {
      code: 'whole-head',
      reason: `${sign}: the scan seems to show the whole head, or part of it. Networks trained on faces can show faces, so it is not trained on unless you allow it. To train on brains alone, have a brain mask found before the import.`,
    },
  ];
}

function checkVaries(data: Float32Array): void {
  const first = data[0] ?? 0;
  if (data.some((value) => value !== first)) return;
  throw new BadScan(
    'constant',
    `Every voxel has the same value (${String(first)}): there is no image in the file. Export it again.`,
  );
}

/** The brain's voxels without the gaps in it that show nothing but background (filled holes of the mask). */
function tissueOf({ data }: Volume, { mask, background, threshold }: BrainMask): Uint8Array {
  const distance = Math.abs(threshold - background);
  const tissue = Uint8Array.from(mask);
  for (let index = 0, end = data.length; index < end; index++) {
    if (Math.abs(data[index]! - background) <= distance) tissue[index] = 0;
  }
  return tissue;
}

/** Percentiles over the tissue. */
function intensityOf({ data }: Volume, tissue: Uint8Array, { background }: BrainMask): GridTransform['intensity'] {
  const [low = 0, high = 0] = tissue.includes(1)
    ? percentilesOf(data, tissue, [lowPercentile / 100, highPercentile / 100])
    : [background, background];
  if (!(high > low)) {
    throw new BadScan(
      'no-contrast',
      `All of the object in the scan has the value ${String(low)}: it is a mask, not a scan. Import the scan itself.`,
    );
  }
  return { low, high, background, lowPercentile, highPercentile };
}

function hashOf({ size, data }: Volume): string {
  return sha256Of(`${size.join(' ')} ${sha256Of(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))}`);
}

/** A scan in RAS order. */
interface WholeScan {
  readonly native: NativeGeometry;
  /** All of the scan in RAS order, every voxel finite; affine snapped. */
  readonly whole: Volume;
  /** Of the whole volume, before damaged voxels were mended. */
  readonly voxelHash: string;
  /** About the file and damage to its voxels. */
  readonly warnings: readonly ScanWarning[];
  readonly sourceSha256: () => Promise<string>;
}

/** A path is that of a file. */
async function readWhole(from: string | ScanSource): Promise<WholeScan> {
  const source = typeof from === 'string' ? fileSource(from) : from;
  const { volume: read, native, warnings, sourceSha256 } = await source.read();
  const turned = turnToRas(read);
  const whole: Volume = { ...turned, affine: snapAffine(turned.affine) };
  const voxelHash = hashOf(whole);
  const damage = replaceNonFinite(whole);
  checkVaries(whole.data);
  return { native, whole, voxelHash, warnings: [...warnings, ...damage], sourceSha256 };
}

/** … with the brain found in it. */
export interface FoundBrain extends WholeScan {
  readonly brain: BrainMask;
  readonly intensity: GridTransform['intensity'];
}

/** Reads a scan (a path is that of a file) and finds the brain. Throws BadScan, an AppError of code 'bad-input'. */
export async function findBrain(from: string | ScanSource): Promise<FoundBrain> {
  const scan = await readWhole(from);
  const brain = maskBrain(scan.whole);
  const volume = cropVolume(scan.whole, brain.box, brain.background);
  return { ...scan, brain, intensity: intensityOf(volume, tissueOf(volume, brain), brain) };
}

/** What is to be done to a scan, and the user's own mask of it where masks come from files. */
export interface Preparation {
  readonly preprocess: PreprocessRequest;
  readonly maskFile: string | null;
}

/**
 * Reads, masks, corrects and measures a scan (a path is that of a file). Throws BadScan, an AppError of code 'bad-input'.
 */
export async function prepareScan(
  from: string | ScanSource,
  preparation: Preparation | null = null,
): Promise<PreparedScan> {
  const { native, whole, voxelHash, warnings, sourceSha256 } = await readWhole(from);
  const { biasField = false, brainMask = null, normalise = 'percentile' } = preparation?.preprocess ?? {};
  const masked = brainMask === null ? null : await maskScan(whole, brainMask, preparation?.maskFile ?? null);
  const brain = masked?.brain ?? maskBrain(whole);
  const cut = cropVolume(whole, brain.box, brain.background);
  const corrected = biasField ? correctInBrain(cut, brain.mask) : null;
  const volume = corrected?.volume ?? cut;
  const tissue = tissueOf(volume, brain);
  const intensity = intensityOf(volume, tissue, brain);
  const measures = measureBrain(volume, brain.mask);
  const isStripped = masked?.record.method === 'automatic' || masked?.record.method === 'kept';
  const isHead =
    isWholeHead(measures.millilitres) || (!isStripped && showsHead(masked === null ? whole : keptOf(cut, brain)));
  return {
    native,
    volume,
    mask: brain.mask,
    measures,
    intensity,
    maskThreshold: brain.threshold,
    isHead,
    warnings: [
      ...warnings,
      ...samplingWarnings(native),
      ...(masked?.warnings ?? []),
      ...extentWarnings(measures, { brain, size: whole.size, isHead }),
    ],
    voxelHash,
    sourceSha256: await sourceSha256(),
    alignment: null,
    preprocessing:
      preparation === null
        ? null
        : { biasField: corrected?.record ?? null, brainMask: masked?.record ?? null, normalise, intensityMap: null },
    measure: normalise === 'percentile' ? null : measureIntensity(volume.data, tissue, normalise),
  };
}
