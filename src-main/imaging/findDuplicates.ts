/** Recognises a scan that has come before under another name, in another format or axis order. */
import { spacingOf } from '#shared/volume/affine.ts';
import type { PreparedScan } from './prepareScan.ts';

/** What a scan is known by: no voxels. */
export interface KnownScan extends Pick<PreparedScan, 'voxelHash'> {
  readonly volume: Pick<PreparedScan['volume'], 'affine'>;
}

export interface Duplicates {
  /** The name under which the same scan came before, else null; then `name` stands for it from now on. */
  findOrKeep(name: string, scan: KnownScan): string | null;
}

/** Differences of the axes below this share of a voxel are rounding. */
const tolerance = 1e-3;

/**
 * Two scans are the same when all their voxels are, in RAS order, and their voxel axes too. Where the origin lies does
 * not matter: the grid is centred on the brain, so both would become the same volume.
 */
export function createDuplicates(): Duplicates {
  const known = new Map<string, { name: string; axes: readonly number[] }[]>();
  return {
    findOrKeep: (name, { voxelHash, volume }) => {
      const axes = volume.affine.slice(0, 3).flatMap((row) => row.slice(0, 3));
      const limit = tolerance * Math.min(...spacingOf(volume.affine));
      const sameVoxels = known.get(voxelHash) ?? [];
      const same = sameVoxels.find((other) =>
        other.axes.every((value, at) => Math.abs(value - (axes[at] ?? 0)) < limit),
      );
      if (same === undefined) known.set(voxelHash, [...sameVoxels, { name, axes }]);
      return same?.name ?? null;
    },
  };
}
