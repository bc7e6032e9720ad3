/**
 * Pairs of patches for super-resolution: a block of a scan, changed at random, and what the scanner model makes of it, or
 * the block of a real low-resolution scan.
 */
import type { Random } from '#shared/random.ts';
import type { Vector3 } from '#shared/volume/affine.ts';
import type { Volume } from '#shared/volume/volume.ts';
import { cropVolume } from './crop.ts';
import { addNoise, degradeBlock, normalisedScale, type ScannerModel } from './degrade.ts';
import { profileReach } from './sliceProfile.ts';

export interface PatchRequest extends ScannerModel {
  /** The middle of the patch, which is moved where it would leave the volume. */
  readonly centre: Vector3;
  /** Fine voxels a side: a multiple of the factor, at most the volume's. */
  readonly side: number;
  /** Largest standard deviation of the noise, as a fraction of the intensity range; each patch draws its own. */
  readonly noise: number;
  /** Null: the patch as it is in the scan, without noise. */
  readonly random: Random | null;
  readonly isAugmented: boolean;
}

/** Voxels x fastest, in [-1, 1]; noise may leave it. */
export interface VoxelPair {
  readonly low: Float32Array;
  readonly high: Float32Array;
}

/** Contrast: value ↦ gain · value^γ on [0, 1], so that darkness stays and nothing leaves the range. */
const leastGain = 0.75;
const mostLogGamma = 0.35; // γ between 0.70 and 1.42

/** The patch of a volume in [-1, 1] whose background is -1, and its coarse form. */
export function cutPatch(
  volume: Volume,
  { centre, side, noise, random, isAugmented, ...model }: PatchRequest,
): VoxelPair {
  const reach = profileReach(model.factor, model.profile);
  const [x, y, z] = ([0, 1, 2] as const).map((axis) => {
    const origin = Math.min(Math.max(0, Math.round(centre[axis] - side / 2)), volume.size[axis] - side);
    const begin = Math.max(0, origin - reach[axis]);
    const end = Math.min(volume.size[axis], origin + side + reach[axis]);
    return { begin, length: end - begin, halo: origin - begin };
  }) as [Span, Span, Span];
  const box = { first: [x.begin, y.begin, z.begin], size: [x.length, y.length, z.length] } as const;
  let piece: Piece = { ...cropVolume(volume, box, -1), first: [x.halo, y.halo, z.halo] };
  if (random !== null && isAugmented) {
    piece = turn(piece, side, drawTurn(random, model.factor));
    changeContrast(piece.data, random);
  }
  const count = model.factor.map((f) => side / f) as [number, number, number];
  const low = degradeBlock(piece, { ...model, first: piece.first, count });
  if (random !== null && noise > 0) {
    const deviation = random.uniform() * noise * normalisedScale.range;
    addNoise(low, { deviation, background: normalisedScale.background }, random);
  }
  return { low, high: cropVolume({ ...volume, ...piece }, { first: piece.first, size: [side, side, side] }, -1).data };
}

export type PairRequest = Omit<PatchRequest, 'profile'>;

/**
 * The same patch of a real pair: `low` lies on the coarse grid of `high`, and the patch on whole blocks. Of the contrast
 * the gain alone is changed, which a scanner's profile passes on as it is.
 */
export function cutPair(
  { high, low }: { readonly high: Volume; readonly low: Volume },
  { centre, side, factor, noise, random, isAugmented }: PairRequest,
): VoxelPair {
  const firstBlock = (axis: Axis): number => {
    const last = Math.floor((high.size[axis] - side) / factor[axis]);
    return Math.min(Math.max(0, Math.round((centre[axis] - side / 2) / factor[axis])), last);
  };
  const [x, y, z] = [firstBlock(0), firstBlock(1), firstBlock(2)];
  const fine = { first: [x * factor[0], y * factor[1], z * factor[2]], size: [side, side, side] } as const;
  const coarse = { first: [x, y, z], size: [side / factor[0], side / factor[1], side / factor[2]] } as const;
  let [truth, seen] = [cropVolume(high, fine, -1).data, cropVolume(low, coarse, -1).data];
  if (random !== null && isAugmented) {
    const drawn = drawTurn(random, factor);
    truth = turn({ size: fine.size, data: truth, first: [0, 0, 0] }, side, drawn).data;
    seen = turn({ size: coarse.size, data: seen, first: [0, 0, 0] }, side, drawn).data;
    changeGain([truth, seen], random);
  }
  if (random !== null && noise > 0) {
    const deviation = random.uniform() * noise * normalisedScale.range;
    addNoise(seen, { deviation, background: normalisedScale.background }, random);
  }
  return { low: seen, high: truth };
}

interface Span {
  readonly begin: number;
  readonly length: number;
  /** Voxels before the patch. */
  readonly halo: number;
}

/** A patch with its halo. */
interface Piece {
  readonly size: Vector3;
  readonly data: Float32Array;
  /** Where the patch begins. */
  readonly first: Vector3;
}

interface Turn {
  /** Which axis of the piece becomes x, y, z. */
  readonly axes: readonly [Axis, Axis, Axis];
  /** Of the new axes. */
  readonly isMirrored: readonly [boolean, boolean, boolean];
}
type Axis = 0 | 1 | 2;

/** Any mirroring; axes change places with those of the same factor only. */
function drawTurn(random: Random, factor: Vector3): Turn {
  const axes: [Axis, Axis, Axis] = [0, 1, 2];
  for (const f of new Set(factor)) {
    const alike = ([0, 1, 2] as const).filter((axis) => factor[axis] === f);
    random.shuffle(alike).forEach((from, index) => {
      axes[alike[index] as Axis] = from;
    });
  }
  const isMirrored = [0, 1, 2].map(() => random.uniform() < 0.5) as [boolean, boolean, boolean];
  return { axes, isMirrored };
}

function turn({ size, data, first }: Piece, side: number, { axes, isMirrored }: Turn): Piece {
  const strides: Vector3 = [1, size[0], size[0] * size[1]];
  const turned = axes.map((axis) => size[axis]) as [number, number, number];
  const steps = axes.map((axis, to) => (isMirrored[to] === true ? -strides[axis] : strides[axis])) as [
    number,
    number,
    number,
  ];
  const start = axes.reduce<number>(
    (sum, axis, to) => sum + (isMirrored[to] === true ? (size[axis] - 1) * strides[axis] : 0),
    0,
  );
  const result = new Float32Array(data.length);
  let at = 0;
  for (let z = 0; z < turned[2]; z++) {
    for (let y = 0; y < turned[1]; y++) {
      const row = start + z * steps[2] + y * steps[1];
      for (let x = 0; x < turned[0]; x++) result[at++] = data[row + x * steps[0]]!;
    }
  }
  const begins = axes.map((axis, to) => (isMirrored[to] === true ? size[axis] - first[axis] - side : first[axis])) as [
    number,
    number,
    number,
  ];
  return { size: turned, data: result, first: begins };
}

/** In place, half of the time. */
function changeContrast(data: Float32Array, random: Random): void {
  if (random.uniform() < 0.5) return;
  const gain = leastGain + (1 - leastGain) * random.uniform();
  const gamma = Math.exp(mostLogGamma * (2 * random.uniform() - 1));
  for (let index = 0; index < data.length; index++) data[index] = 2 * gain * ((data[index]! + 1) / 2) ** gamma - 1;
}

/** The same for all, in place, half of the time. */
function changeGain(images: readonly Float32Array[], random: Random): void {
  if (random.uniform() < 0.5) return;
  const gain = leastGain + (1 - leastGain) * random.uniform();
  for (const data of images)
    for (let index = 0; index < data.length; index++) data[index] = gain * (data[index]! + 1) - 1;
}
