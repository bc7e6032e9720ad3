/** Prepared scans between the two passes of an import: as many as fit into memory, the others are read again. */
import type { PreparedScan } from './prepareScan.ts';
import type { Candidate } from './scanFolder.ts';

export interface ScanCache {
  keep(candidate: Candidate, scan: PreparedScan): void;
  /** The scan of a candidate, which the cache forgets; null where it was not kept. */
  take(candidate: Candidate): PreparedScan | null;
}

/** Keeps up to `mostBytes` of voxels. */
export function createScanCache(mostBytes: number): ScanCache {
  const scans = new Map<string, PreparedScan>();
  let bytes = 0;
  const sizeOf = ({ volume, mask }: PreparedScan): number => volume.data.byteLength + mask.byteLength;
  return {
    keep: ({ path }, scan) => {
      if (bytes + sizeOf(scan) > mostBytes) return;
      scans.set(path, scan);
      bytes += sizeOf(scan);
    },
    take: ({ path }) => {
      const scan = scans.get(path);
      if (scan === undefined) return null;
      scans.delete(path);
      bytes -= sizeOf(scan);
      return scan;
    },
  };
}
