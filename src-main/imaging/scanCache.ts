/** Prepared scans between the two passes of an import: as many as fit into memory, the others are read again. */
import type { PreparedScan } from './prepareScan.ts';
import type { Candidate } from './scanFolder.ts';

export interface ScanCache {
  keep(candidate: Candidate, scan: PreparedScan): void;
  /** The scan of a candidate, which the cache forgets. Throws what `prepare` throws. */
  take(candidate: Candidate): Promise<PreparedScan>;
}

/** Bytes kept; with what one scan needs while it is read, an import stays well below 1 GiB. */
const mostBytes = 256 * 2 ** 20;

export function createScanCache(prepare: (candidate: Candidate) => Promise<PreparedScan>): ScanCache {
  const scans = new Map<string, PreparedScan>();
  let bytes = 0;
  const sizeOf = ({ volume, mask }: PreparedScan): number => volume.data.byteLength + mask.byteLength;
  return {
    keep: ({ path }, scan) => {
      if (bytes + sizeOf(scan) > mostBytes) return;
      scans.set(path, scan);
      bytes += sizeOf(scan);
    },
    take: async (candidate) => {
      const { path } = candidate;
      const scan = scans.get(path);
      if (scan === undefined) return prepare(candidate);
      scans.delete(path);
      bytes -= sizeOf(scan);
      return scan;
    },
  };
}
