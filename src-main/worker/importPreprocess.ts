/** What an import does to its scans before the grid: each by itself, then all of them as a set. */
import { join } from 'node:path';
import type { ImportRequest } from '#contract/jobs.ts';
import { prepareScan, type PreparedScan } from '#imaging/prepareScan.ts';
import { matchMasks } from '#imaging/preprocess/maskFiles.ts';
import { fitCommonScale } from '#imaging/preprocess/normalise.ts';
import { normaliseScan } from '#imaging/preprocess/normaliseScan.ts';
import type { Candidate } from '#imaging/scanFolder.ts';

export interface Preprocess {
  /** The scan at an absolute path, of one of the import's candidates. Throws BadScan. */
  prepare(path: string): Promise<PreparedScan>;
  /** Whether all scans have to be measured before one can be stored. */
  readonly needsSet: boolean;
  /** Given the first pass's scans without their voxels: what the second pass does to each. */
  forSet(measured: readonly Pick<PreparedScan, 'measure'>[]): (scan: PreparedScan) => PreparedScan;
}

/** Throws AppError 'not-found' where there is no folder of masks. */
export async function openPreprocess(
  { folder, preprocess }: ImportRequest,
  candidates: readonly Candidate[],
): Promise<Preprocess> {
  if (preprocess === undefined)
    return { prepare: (path) => prepareScan(path), needsSet: false, forSet: () => (scan) => scan };
  const { brainMask, normalise } = preprocess;
  const masks =
    brainMask?.from.method === 'files'
      ? await matchMasks(brainMask.from.folder, candidates)
      : new Map<string, string>();
  const maskOf = new Map([...masks].map(([path, file]) => [join(folder, path), file]));
  return {
    prepare: (path) => prepareScan(path, { preprocess, maskFile: maskOf.get(path) ?? null }),
    needsSet: normalise !== 'percentile',
    forSet: (measured) => {
      const measures = measured.flatMap(({ measure }) => (measure === null ? [] : [measure]));
      if (normalise === 'percentile' || measures.length === 0) return (scan) => scan;
      const scale = fitCommonScale(measures, normalise);
      return (scan) => normaliseScan(scan, scale);
    },
  };
}
