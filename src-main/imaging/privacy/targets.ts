/**
 * The scans that copies are looked for among, as local contrast inside the brain they share. What all of them have in
 * common is taken away before anything is compared: an average brain is near to everybody and the copy of none.
 */
import { levelSides, type Contrast, type ContrastLevels } from './localContrast.ts';

/** Voxels of a level at which scans are compared, from the middle of the cube, and what the targets have there. */
export interface Places {
  readonly side: number;
  /** In voxels of the level: ±½, ±1½ … for even sides. */
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly z: Float32Array;
  /** A row a target. */
  readonly rows: readonly Float32Array[];
}

/** Those that stand for all: fewer the earlier in the search. */
export interface Targets {
  readonly search: Places;
  readonly refine: Places;
  readonly judge: Places;
}

/** So many places, spread evenly over the brain, are enough to find candidates, to place them, to judge them. */
const mostPlaces = { search: 1200, refine: 3000, judge: 20_000 } as const;

/** Indices of the mask's voxels on a level: those at least half of whose block is brain. */
function brainOf(mask: Uint8Array, side: number, sideOut: number): readonly number[] {
  const factor = side / sideOut;
  const counts = new Float32Array(sideOut ** 3);
  for (let z = 0, at = 0; z < side; z++) {
    for (let y = 0; y < side; y++) {
      const row = sideOut * (Math.floor(y / factor) + sideOut * Math.floor(z / factor));
      for (let x = 0; x < side; x++, at++) counts[row + Math.floor(x / factor)]! += mask[at]!;
    }
  }
  const found: number[] = [];
  counts.forEach((count, index) => {
    if (2 * count >= factor ** 3) found.push(index);
  });
  return found;
}

/** Every n-th, in an order that jumps through the volume: neighbours along a row tell the same. */
function spread(voxels: readonly number[], most: number): readonly number[] {
  if (voxels.length <= most) return voxels;
  return Array.from({ length: most }, (_, at) => voxels[Math.floor((at * voxels.length) / most)]!);
}

function placesOf(voxels: readonly number[], side: number): Places & { readonly add: (contrast: Contrast) => void } {
  const middle = (side - 1) / 2;
  const rows: Float32Array[] = [];
  return {
    side,
    x: Float32Array.from(voxels, (voxel) => (voxel % side) - middle),
    y: Float32Array.from(voxels, (voxel) => (Math.floor(voxel / side) % side) - middle),
    z: Float32Array.from(voxels, (voxel) => Math.floor(voxel / side ** 2) - middle),
    rows,
    add: ({ data }) => rows.push(Float32Array.from(voxels, (voxel) => data[voxel]!)),
  };
}

/** `mask`: 1 where the scans' brains are, on their own grid of `side` voxels a side. Takes one scan at a time. */
export async function createTargets(
  scans: AsyncIterable<ContrastLevels> | Iterable<ContrastLevels>,
  { mask, side }: { readonly mask: Uint8Array; readonly side: number },
): Promise<Targets> {
  const sides = levelSides(side);
  const [coarse, fine] = [brainOf(mask, side, sides.coarse), brainOf(mask, side, sides.fine)];
  const search = placesOf(spread(coarse, mostPlaces.search), sides.coarse);
  const refine = placesOf(spread(fine, mostPlaces.refine), sides.fine);
  const judge = placesOf(spread(fine, mostPlaces.judge), sides.fine);
  for await (const scan of scans) {
    search.add(scan.coarse);
    refine.add(scan.fine);
    judge.add(scan.fine);
  }
  return { search, refine, judge };
}

/** Targets as a query sees them: without those it must not be compared with, and what the others have in common. */
export interface View {
  readonly places: Places;
  /** Which targets count. */
  readonly among: readonly number[];
  /** Their mean. */
  readonly common: Float32Array;
  /** Of each target (by its number), the length of its row less the mean. */
  readonly lengths: Float64Array;
}

export function viewOf(places: Places, among: readonly number[]): View {
  const { rows, x } = places;
  const common = new Float32Array(x.length);
  for (const target of among) {
    const row = rows[target]!;
    for (let at = 0; at < common.length; at++) common[at]! += row[at]! / among.length;
  }
  const lengths = new Float64Array(rows.length);
  for (const target of among) {
    const row = rows[target]!;
    let sum = 0;
    for (let at = 0; at < common.length; at++) sum += (row[at]! - common[at]!) ** 2;
    lengths[target] = Math.sqrt(sum);
  }
  return { places, among, common, lengths };
}

/** 1 where at least half of the scans are brain (above the background of −1). */
export function commonBrain(scans: readonly Float32Array[]): Uint8Array {
  const counts = new Uint32Array(scans[0]?.length ?? 0);
  for (const scan of scans)
    for (let index = 0; index < counts.length; index++) counts[index]! += scan[index]! > -1 ? 1 : 0;
  return Uint8Array.from(counts, (count) => (2 * count >= scans.length ? 1 : 0));
}
